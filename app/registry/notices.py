"""Lists of what families told, scoped by the actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor
from app.registry.models import Client
from app.registry.notice_models import ClientNotice, ClientNoticeAnswer
from app.registry.notice_types import NoticeState, NoticeView
from app.registry.queries import one_or_not_found, visible_clients

ANSWERED = exists().where(ClientNoticeAnswer.notice_id == ClientNotice.id)
ENTERED = exists().where(ClientNoticeAnswer.notice_id == ClientNotice.id, ClientNoticeAnswer.entered)
IN_STATE = {
    NoticeState.OPEN: ~ANSWERED,
    NoticeState.ENTERED: ENTERED,
    NoticeState.DECLINED: ANSWERED & ~ENTERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter(PageRequest):
    """Query keys of the list."""

    client_id: UUID | None = None
    state: NoticeState | None = None


def visible_notices(actor: Actor, *, on: date) -> Select[ClientNotice]:
    """Notices about the clients an actor sees on a day."""
    clients = visible_clients(actor, on=on).with_only_columns(Client.id)
    return select(ClientNotice).where(ClientNotice.client_id.in_(clients))


def get_notice(session: Session, *, notice_id: UUID, actor: Actor, on: date) -> NoticeView:
    """One notice; NotFound outside the actor's scope."""
    row = one_or_not_found(session, visible_notices(actor, on=on).where(ClientNotice.id == notice_id))
    return notice_views(session, [row])[0]


def list_notices(session: Session, *, actor: Actor, wanted: NoticeFilter, on: date) -> Page[NoticeView]:
    """Notices of a client or all, in one state or any; two statements."""
    statement = visible_notices(actor, on=on)
    if wanted.client_id is not None:
        statement = statement.where(ClientNotice.client_id == wanted.client_id)
    if wanted.state is not None:
        statement = statement.where(IN_STATE[wanted.state])
    page = fetch_page(
        session, statement, key=ClientNotice.id, limit=wanted.limit, after=wanted.after, view=lambda row: row
    )
    return Page(notice_views(session, page.items), page.next_after)


def notice_views(session: Session, rows: Sequence[ClientNotice]) -> tuple[NoticeView, ...]:
    """Notices with their answers."""
    ids = [row.id for row in rows]
    answers = session.scalars(select(ClientNoticeAnswer).where(ClientNoticeAnswer.notice_id.in_(ids)))
    answered = {each.notice_id: each for each in answers}
    return tuple(_view(row, answered.get(row.id)) for row in rows)


def _view(row: ClientNotice, answer: ClientNoticeAnswer | None) -> NoticeView:
    state = NoticeState.OPEN
    if answer is not None:
        state = NoticeState.ENTERED if answer.entered else NoticeState.DECLINED
    return NoticeView(
        id=row.id,
        client_id=row.client_id,
        kind=row.kind,
        day=row.day,
        told_by=row.account_id,
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
        state=state,
        decline_reason=answer.decline_reason if answer else None,
        answered_at=answer.recorded_at if answer else None,
    )
