"""Selects about corrections asked for, and about records that are unlocked for a while."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.checkin.commands import ItemEntry
from app.checkin.correction_models import (
    CorrectionDecision,
    CorrectionNote,
    CorrectionRequest,
    UnlockDecision,
    UnlockRequest,
)
from app.checkin.corrections import CorrectionState, CorrectionView, UnlockView
from app.checkin.types import ItemOutcome
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.schedules.models import Visit
from app.schedules.queries import visible_visits

NOTE_CONTEXT = "correction_note.text"
ANSWERED = exists().where(CorrectionDecision.correction_id == CorrectionRequest.id)
GRANTED = exists().where(CorrectionDecision.correction_id == CorrectionRequest.id, CorrectionDecision.granted)
IN_STATE = {
    CorrectionState.OPEN: ~ANSWERED,
    CorrectionState.GRANTED: GRANTED,
    CorrectionState.DECLINED: ANSWERED & ~GRANTED,
}


@dataclass(frozen=True, slots=True)
class CorrectionFilter(PageRequest):
    """Query keys of the list: requests in one state, or all."""

    state: CorrectionState | None = None


def visible_corrections(actor: AnyActor) -> Select[CorrectionRequest]:
    """Requests about the visits an actor may see: a carer his own."""
    visits = visible_visits(actor).with_only_columns(Visit.id)
    return select(CorrectionRequest).where(CorrectionRequest.visit_id.in_(visits))


def get_correction(session: Session, *, correction_id: UUID, actor: AnyActor) -> CorrectionView:
    """One request with its answer; raises NotFound."""
    row = session.scalars(visible_corrections(actor).where(CorrectionRequest.id == correction_id)).one_or_none()
    if row is None:
        raise NotFound(kind="correction")
    return _complete(session, [row])[0]


def list_corrections(session: Session, *, actor: AnyActor, wanted: CorrectionFilter) -> Page[CorrectionView]:
    """Requests in one state, or all; three statements a page."""
    statement = visible_corrections(actor)
    if wanted.state is not None:
        statement = statement.where(IN_STATE[wanted.state])
    page = fetch_page(
        session,
        statement,
        key=CorrectionRequest.id,
        limit=wanted.limit,
        after=wanted.after,
        view=lambda row: row,
    )
    return Page(_complete(session, page.items), page.next_after)


def has_open_correction(session: Session, *, visit_id: UUID) -> bool:
    """Whether a visit has a request that waits for its answer. Unscoped: the caller has found the visit."""
    return bool(session.scalar(select(exists().where(CorrectionRequest.visit_id == visit_id, ~ANSWERED))))


def get_unlock(session: Session, *, unlock_id: UUID, actor: AnyActor) -> UnlockView:
    """One request to unlock, with its answer; raises NotFound."""
    row = session.scalars(_unlocks(actor).where(UnlockRequest.id == unlock_id)).one_or_none()
    if row is None:
        raise NotFound(kind="unlock")
    return _unlock_view(row, session.get(UnlockDecision, unlock_id))


def list_unlocks(session: Session, *, actor: AnyActor, page: PageRequest) -> Page[UnlockView]:
    """Requests to unlock records of the actor's scope."""
    found = fetch_page(
        session,
        _unlocks(actor),
        key=UnlockRequest.id,
        limit=page.limit,
        after=page.after,
        view=lambda row: row,
    )
    ids = [row.id for row in found.items]
    answers = session.scalars(select(UnlockDecision).where(UnlockDecision.unlock_id.in_(ids)))
    answered = {each.unlock_id: each for each in answers}
    return Page(tuple(_unlock_view(row, answered.get(row.id)) for row in found.items), found.next_after)


def find_unlocked_until(session: Session, *, visit_id: UUID) -> date | None:
    """The last day on which a visit's record is unlocked by any answer. Unscoped: the caller has found the visit."""
    return session.scalar(
        select(func.max(UnlockDecision.unlocked_until))
        .join(UnlockRequest, UnlockRequest.id == UnlockDecision.unlock_id)
        .where(UnlockRequest.visit_id == visit_id)
    )


def has_open_unlock(session: Session, *, visit_id: UUID) -> bool:
    """Whether a visit has a request to unlock that waits for its answer. Unscoped, as above."""
    answered = exists().where(UnlockDecision.unlock_id == UnlockRequest.id)
    return bool(session.scalar(select(exists().where(UnlockRequest.visit_id == visit_id, ~answered))))


def _unlocks(actor: AnyActor) -> Select[UnlockRequest]:
    return select(UnlockRequest).where(UnlockRequest.visit_id.in_(visible_visits(actor).with_only_columns(Visit.id)))


def _unlock_view(row: UnlockRequest, answer: UnlockDecision | None) -> UnlockView:
    return UnlockView(
        id=row.id,
        visit_id=row.visit_id,
        reason=row.reason,
        asked_by=row.account_id,
        asked_at=row.recorded_at,
        answered_at=answer.recorded_at if answer else None,
        unlocked_until=answer.unlocked_until if answer else None,
    )


def _complete(session: Session, rows: Collection[CorrectionRequest]) -> tuple[CorrectionView, ...]:
    ids = [row.id for row in rows]
    answers = session.scalars(select(CorrectionDecision).where(CorrectionDecision.correction_id.in_(ids)))
    answered = {each.correction_id: each for each in answers}
    keys = current_settings().key_ring
    sealed = session.scalars(select(CorrectionNote).where(CorrectionNote.correction_id.in_(ids)))
    notes = {each.correction_id: keys.decrypt(each.text_enc, context=NOTE_CONTEXT) for each in sealed}
    return tuple(_view(row, answered.get(row.id), notes.get(row.id)) for row in rows)


def _view(row: CorrectionRequest, answer: CorrectionDecision | None, note: str | None) -> CorrectionView:
    state = CorrectionState.OPEN
    if answer is not None:
        state = CorrectionState.GRANTED if answer.granted else CorrectionState.DECLINED
    return CorrectionView(
        id=row.id,
        visit_id=row.visit_id,
        kind=row.kind,
        reason=row.reason,
        began_at=row.began_at,
        ended_at=row.ended_at,
        items=tuple(_item(each) for each in row.items),
        note=note,
        asked_by=row.account_id,
        asked_at=row.recorded_at,
        state=state,
        resolution=answer.resolution if answer else None,
        decline_reason=answer.decline_reason if answer else None,
        answered_by=answer.account_id if answer else None,
        answered_at=answer.recorded_at if answer else None,
    )


def _item(stored: dict[str, Any]) -> ItemEntry:
    return ItemEntry(
        id=UUID(stored["id"]),
        item_code=stored["item_code"],
        outcome=ItemOutcome(stored["outcome"]),
        occurred_at=datetime.fromisoformat(stored["occurred_at"]),
        minutes=stored["minutes"],
        reason=stored["reason"],
        consented=stored["consented"],
        price_fen=stored.get("price_fen"),
    )
