"""What families tell: stays away from home, another mode of care asked for."""

from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.registry import notices as lists
from app.registry.notice_types import NoticeAnswer, NoticeEntry, NoticeView
from app.registry.notices import NoticeFilter
from app.registry.schemas.notices import (
    NoticeAnswerSchema,
    NoticeEntrySchema,
    NoticeFilterSchema,
    NoticePageSchema,
    NoticeSchema,
)
from app.registry.service import notices

bp = AnhuBlueprint("notices", __name__, description="What families tell and ask for (家属告知)")


@bp.post("/notices")
@requires(Permission.GIVE_NOTICE)
@bp.arguments(NoticeEntrySchema)
@bp.response(201, NoticeSchema)
def give_notice(command: NoticeEntry) -> NoticeView:
    """Tell of a stay or its end, or ask for another mode; agency or operator enter it."""
    with transaction() as current:
        return notices.give_notice(current, command, actor=current_actor(), at=clock.now())


@bp.get("/notices")
@requires(Permission.READ_NOTICES)
@bp.arguments(NoticeFilterSchema, location="query")
@bp.response(200, NoticePageSchema)
def list_notices(wanted: NoticeFilter) -> Page[NoticeView]:
    """What was told about the clients of one's scope."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return lists.list_notices(session(), actor=actor, wanted=wanted, on=today)


@bp.post("/notices/<uuid:notice_id>/answer")
@requires(Permission.ANSWER_NOTICES)
@idempotent
@bp.arguments(NoticeAnswerSchema)
@bp.response(201, NoticeSchema)
def answer_notice(command: NoticeAnswer, notice_id: UUID) -> NoticeView:
    """Say that what was told is entered, or why not; another mode is the fund's to answer."""
    with transaction() as current:
        return notices.answer_notice(current, command, notice_id=notice_id, actor=current_actor(), at=clock.now())
