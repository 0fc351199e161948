"""A family tells of a stay or asks for another mode; agency or operator enter it, and say so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.registry.models import Client
from app.registry.notice_models import ClientNotice, ClientNoticeAnswer
from app.registry.notice_types import NoticeAnswer, NoticeEntry, NoticeView
from app.registry.notices import get_notice, notice_views
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.rules import may_answer_notice
from app.registry.service.scopes import client_to_change, note, today_of


class NoticeAnswered(DomainError):
    """The notice was answered before."""

    kind, code = ErrorKind.CONFLICT, "notice_answered"


class NoticeOfFund(DomainError):
    """Another mode is the fund's to give, not the agency's."""

    kind, code = ErrorKind.FORBIDDEN, "notice_of_fund"


def give_notice(session: Session, command: NoticeEntry, *, actor: Actor, at: datetime) -> NoticeView:
    """Keep what a family tells; it changes no right by itself. Raises NotFound, EventReused."""
    today = today_of(actor, at=at)
    one_or_not_found(session, visible_clients(actor, on=today).where(Client.id == command.client_id))
    content = {"command": command, "account_id": actor.account_id}
    row, is_new = resend.insert_once(
        session,
        ClientNotice,
        digest=command_digest(content, key=current_settings().key_ring.command_key),
        id=command.id,
        client_id=command.client_id,
        kind=command.kind,
        day=command.day,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
    return notice_views(session, [row])[0]


def answer_notice(
    session: Session, command: NoticeAnswer, *, notice_id: UUID, actor: Actor, at: datetime
) -> NoticeView:
    """Say that what was told is entered, or why not, once. Raises NotFound, ClientLeftAgency, NoticeOfFund,
    NoticeAnswered."""
    today = today_of(actor, at=at)
    told = get_notice(session, notice_id=notice_id, actor=actor, on=today)
    client_to_change(session, client_id=told.client_id, actor=actor, at=at)
    if not may_answer_notice(told.kind, scope=actor.scope.kind):
        raise NoticeOfFund(notice_id=notice_id)
    once = insert(ClientNoticeAnswer).on_conflict_do_nothing().returning(ClientNoticeAnswer.notice_id)
    values = {
        "notice_id": notice_id,
        "entered": command.entered,
        "decline_reason": command.decline_reason,
        "account_id": actor.account_id,
        "recorded_at": at,
    }
    if session.scalar(once.values(**values)) is None:
        raise NoticeAnswered(notice_id=notice_id)
    subject = ("client", told.client_id)
    note(session, "notice.answered", subject=subject, actor=actor, at=at, notice_id=notice_id, entered=command.entered)
    return get_notice(session, notice_id=notice_id, actor=actor, on=today)
