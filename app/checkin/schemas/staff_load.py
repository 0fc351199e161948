"""JSON of staff load."""

from datetime import date
from typing import Any

import marshmallow as ma

from app.checkin.load import LoadBy, LoadCell
from app.checkin.queries.staff_load import LoadFilter
from app.kernel.http.fields import Choice, Day, Id, Text, WholeNumber
from app.kernel.paging import PageRequestSchema

MOST_DAYS = {LoadBy.DAY: 62, LoadBy.WEEK: 371, LoadBy.MONTH: 731}


class LoadFilterSchema(PageRequestSchema):
    """Local days, both included; widened to whole weeks or months."""

    command = LoadFilter  # type: ignore[assignment]  # a filter has the keys of a page request and more

    day_from = Day(required=True)
    day_to = Day(required=True)
    by = Choice(LoadBy, load_default=LoadBy.DAY)
    agency_id = Id(load_default=None)

    @ma.validates_schema
    def _check_days(self, data: dict[str, Any], **_: Any) -> None:
        first, last, by = data.get("day_from"), data.get("day_to"), data.get("by", LoadBy.DAY)
        if isinstance(first, date) and isinstance(last, date) and not 0 <= (last - first).days < MOST_DAYS[by]:
            raise ma.ValidationError(f"span_1_to_{MOST_DAYS[by]}_days", "day_to")


class ColumnSchema(ma.Schema):
    """Local days of one column; `beyond` is the first day after it. `norm_minutes` is a full post.

    A cell's caseload below `caseload_min` is to be seen to by the agency; above `caseload_max` no task is taken.
    """

    first = Day(required=True, attribute="span.first")
    beyond = Day(required=True, attribute="span.beyond")
    norm_minutes = WholeNumber(required=True)
    caseload_min = WholeNumber(required=True, allow_none=True)
    caseload_max = WholeNumber(required=True, allow_none=True)


class LoadCellSchema(ma.Schema):
    """One carer in one span. Minutes of single visits, each a whole number, added up."""

    first = Day(required=True, attribute="span.first")
    visits = WholeNumber(required=True, attribute="worked.visits")
    missed = WholeNumber(required=True, attribute="worked.missed")
    clients = WholeNumber(required=True, attribute="worked.clients")
    caseload = WholeNumber(required=True)
    planned_minutes = WholeNumber(required=True, attribute="worked.planned_minutes")
    recorded_minutes = WholeNumber(required=True, attribute="worked.recorded_minutes")
    accepted_minutes = WholeNumber(required=True, attribute="worked.accepted_minutes")
    overlapping_visits = WholeNumber(required=True, attribute="worked.overlapping")
    overtime_minutes = WholeNumber(required=True)
    free_minutes = WholeNumber(required=True)


class LoadCells(ma.fields.List[Any]):
    """As a list of nested `LoadCellSchema`. A page has thousands of cells; field by field they took half its time."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ma.fields.Nested(LoadCellSchema), **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any]:
        return [_written(cell) for cell in value]


def _written(cell: LoadCell) -> dict[str, object]:
    worked = cell.worked
    return {
        "first": cell.span.first.isoformat(),
        "visits": worked.visits,
        "missed": worked.missed,
        "clients": worked.clients,
        "caseload": cell.caseload,
        "planned_minutes": worked.planned_minutes,
        "recorded_minutes": worked.recorded_minutes,
        "accepted_minutes": worked.accepted_minutes,
        "overlapping_visits": worked.overlapping,
        "overtime_minutes": cell.overtime_minutes,
        "free_minutes": cell.free_minutes,
    }


class CarerLoadSchema(ma.Schema):
    """A carer, name masked, with one cell for each span in order."""

    carer_id = Id(required=True)
    name = Text(required=True)
    cells = LoadCells(required=True)


class StaffLoadSchema(ma.Schema):
    """A page of an agency's carers."""

    by = Choice(LoadBy, required=True)
    agency_id = Id(required=True)
    columns = ma.fields.List(ma.fields.Nested(ColumnSchema), required=True)
    items = ma.fields.List(ma.fields.Nested(CarerLoadSchema), required=True)
    next_after = Id(required=True, allow_none=True, metadata={"description": "`after` of the next page"})
