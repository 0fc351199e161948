"""Staff load over HTTP: a page as JSON, the whole agency as a workbook."""

from flask import Response

from app.checkin.load import StaffLoad
from app.checkin.load_sheet import write_staff_load
from app.checkin.queries.staff_load import LoadFilter
from app.checkin.schemas.staff_load import LoadFilterSchema, StaffLoadSchema
from app.checkin.service import staff_load
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.sheets import XLSX

bp = AnhuBlueprint("staff_load", __name__, description="Planned and worked time of an agency's carers (人员负荷)")


@bp.get("/staff-load")
@requires(Permission.READ_STAFF_LOAD)
@bp.arguments(LoadFilterSchema, location="query")
@bp.response(200, StaffLoadSchema)
def read_staff_load(wanted: LoadFilter) -> StaffLoad:
    """Planned, recorded and accepted minutes of each carer by day, week or month."""
    return staff_load.read_staff_load(session(), wanted, actor=current_actor(), at=clock.now())


@bp.get("/staff-load/sheet")
@requires(Permission.READ_STAFF_LOAD)
@bp.arguments(LoadFilterSchema, location="query")
@bp.response(200, content_type=XLSX)
def read_sheet(wanted: LoadFilter) -> Response:
    """The same figures of all carers as XLSX; pages do not apply."""
    load = staff_load.read_all(session(), wanted, actor=current_actor(), at=clock.now())
    return Response(
        write_staff_load(load),
        content_type=XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="staff-load-{wanted.day_from}-{wanted.day_to}.xlsx"',
            "Cache-Control": "no-store",
        },
    )
