"""JSON of a carer's own work, and of appeals."""

from datetime import date
from typing import Any

import marshmallow as ma

from app.checkin.load import LoadBy
from app.checkin.own_work import Appeal, HoursFilter
from app.checkin.queries.own_work import WorkFilter
from app.checkin.schemas.facts import FactSchema
from app.checkin.schemas.remarks import RemarkSchema
from app.kernel.http.fields import Choice, Day, Instant, PhoneId, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema

MOST_DAYS = 62
WEEK_OR_MONTH = (LoadBy.WEEK, LoadBy.MONTH)


class AppealSchema(CommandSchema):
    """Why the carer says that the refusal is wrong."""

    command = Appeal

    id = PhoneId(required=True)
    note = Text(required=True, maximum=500)


def check_days(data: dict[str, Any]) -> None:
    """A span that is not the other way round, and not too long."""
    first, last = data.get("day_from"), data.get("day_to")
    if isinstance(first, date) and isinstance(last, date) and not 0 <= (last - first).days < MOST_DAYS:
        raise ma.ValidationError("span_1_to_62_days", "day_to")


class WorkFilterSchema(PageRequestSchema):
    """Own visits and care days of local days, both included."""

    command: type[Any] = WorkFilter

    day_from = Day(required=True)
    day_to = Day(required=True)

    @ma.validates_schema
    def _check_days(self, data: dict[str, Any], **_: Any) -> None:
        check_days(data)


class HoursFilterSchema(CommandSchema):
    """Local days, both included; widened to whole weeks or months."""

    command = HoursFilter

    day_from = Day(required=True)
    day_to = Day(required=True)
    by = Choice(LoadBy, load_default=LoadBy.WEEK, validate=ma.validate.OneOf(WEEK_OR_MONTH, error="week_or_month"))

    @ma.validates_schema
    def _check_days(self, data: dict[str, Any], **_: Any) -> None:
        check_days(data)


class OwnWorkSchema(ma.Schema):
    """A visit or care day of one's own. Minutes are payable ones; a refusal may be contested to `appeal_until`."""

    fact = ma.fields.Nested(FactSchema, required=True)
    service_on = Day(required=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    minutes = WholeNumber(required=True, allow_none=True)
    accepted_minutes = WholeNumber(required=True, allow_none=True)
    appeal_until = Day(required=True, allow_none=True)
    remarks = ma.fields.List(ma.fields.Nested(RemarkSchema), required=True)


class OwnHoursSchema(ma.Schema):
    """Own visits of a span. The last three are payable minutes, by where their visits stand."""

    first = Day(required=True, attribute="span.first")
    beyond = Day(required=True, attribute="span.beyond", metadata={"description": "The first day after it"})
    visits = WholeNumber(required=True)
    planned_minutes = WholeNumber(required=True)
    recorded_minutes = WholeNumber(required=True)
    accepted_minutes = WholeNumber(required=True)
    in_review_minutes = WholeNumber(required=True)
    refused_minutes = WholeNumber(required=True)


class OwnHoursListSchema(ma.Schema):
    """Spans in order."""

    items = ma.fields.List(ma.fields.Nested(OwnHoursSchema), required=True)


OwnWorkPageSchema = page_schema(OwnWorkSchema)
