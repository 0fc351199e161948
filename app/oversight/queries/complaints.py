"""Selects about complaints: who sees which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, ScopeKind
from app.kernel.settings import current_settings
from app.oversight.complaint_models import Complaint, ComplaintDecision, ComplaintNote
from app.oversight.complaint_rules import is_overdue
from app.oversight.complaint_types import ComplaintState, ComplaintTo, ComplaintView
from app.registry.models import Client
from app.registry.queries import one_or_not_found, serving_agencies, visible_clients

TEXT, ANSWER = "complaint_note.text", "complaint_note.answer"
ANSWERED = exists().where(ComplaintDecision.complaint_id == Complaint.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFilter(PageRequest):
    """Query keys of the list: complaints in one state, or all."""

    state: ComplaintState | None = None


def visible_complaints(actor: Actor) -> Select[Complaint]:
    """Complaints an actor may see: who made them his own, an agency those that it was asked itself, the fund those of
    its clients."""
    if actor.scope.kind is ScopeKind.OWN_CLIENTS:
        return select(Complaint).where(Complaint.account_id == actor.account_id)
    if actor.scope.kind is ScopeKind.AGENCY:
        asked = (Complaint.addressee == ComplaintTo.AGENCY, Complaint.agency_id == actor.scope.agency_id)
        return select(Complaint).where(*asked)
    return select(Complaint).where(Complaint.client_id.in_(visible_clients(actor).with_only_columns(Client.id)))


def get_complaint(session: Session, *, complaint_id: UUID, actor: Actor, zone: ZoneInfo, today: date) -> ComplaintView:
    """One complaint; NotFound for who may not see it."""
    row = session.scalars(visible_complaints(actor).where(Complaint.id == complaint_id)).one_or_none()
    if row is None:
        raise NotFound(kind="complaint")
    return views_of(session, [row], zone=zone, today=today)[0]


def list_complaints(
    session: Session, *, actor: Actor, wanted: ComplaintFilter, zone: ZoneInfo, today: date
) -> Page[ComplaintView]:
    """Complaints in one state or all; three statements."""
    statement = visible_complaints(actor)
    if wanted.state is not None:
        statement = statement.where(ANSWERED if wanted.state is ComplaintState.ANSWERED else ~ANSWERED)
    page = fetch_page(
        session, statement, key=Complaint.id, limit=wanted.limit, after=wanted.after, view=lambda row: row
    )
    return Page(views_of(session, page.items, zone=zone, today=today), page.next_after)


def find_client(session: Session, *, client_id: UUID, actor: Actor, on: date) -> tuple[str, frozenset[UUID]]:
    """A client's district, and who serves him on the day; NotFound outside the actor's scope."""
    client = one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    return client.district_code, serving_agencies(session, client_id=client_id, on=on)


def views_of(session: Session, rows: Sequence[Complaint], *, zone: ZoneInfo, today: date) -> tuple[ComplaintView, ...]:
    """Complaints with their words and answers."""
    ids = [row.id for row in rows]
    decisions = session.scalars(select(ComplaintDecision).where(ComplaintDecision.complaint_id.in_(ids)))
    decided = {each.complaint_id: each for each in decisions}
    notes = session.scalars(select(ComplaintNote).where(ComplaintNote.complaint_id.in_(ids)))
    noted = {each.complaint_id: each for each in notes}
    return tuple(_view(row, decided.get(row.id), noted.get(row.id), zone=zone, today=today) for row in rows)


def _view(
    row: Complaint, decision: ComplaintDecision | None, note: ComplaintNote | None, *, zone: ZoneInfo, today: date
) -> ComplaintView:
    keys = current_settings().key_ring
    answered_on = clock.local_date(decision.recorded_at, zone) if decision else None
    return ComplaintView(
        id=row.id,
        client_id=row.client_id,
        to=row.addressee,
        agency_id=row.agency_id,
        kind=row.kind,
        text=keys.decrypt(note.text_enc, context=TEXT) if note else None,
        made_by=row.account_id,
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
        due_on=row.due_on,
        is_overdue=is_overdue(row.due_on, answered_on=answered_on, today=today),
        outcome=decision.outcome if decision else None,
        answer=keys.decrypt(note.answer_enc, context=ANSWER) if note and note.answer_enc else None,
        answered_at=decision.recorded_at if decision else None,
    )
