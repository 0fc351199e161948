"""Selects about incidents."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.checkin.card_models import Incident, IncidentAcknowledgement, IncidentNote
from app.checkin.cards import IncidentState, IncidentTexts, IncidentView
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, Role, ScopeKind
from app.kernel.settings import current_settings
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients

NOTE_CONTEXT = "incident_note.text"
IS_TAKEN = exists().where(IncidentAcknowledgement.incident_id == Incident.id)
REPORTERS = (Role.CARER, Role.FAMILY_CARER)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter(PageRequest):
    """Query keys of the list: incidents in one state, or all."""

    state: IncidentState | None = None


def visible_incidents(actor: Actor) -> Select[Incident]:
    """Incidents an actor may see: who reported them, the agencies told, the fund those of its clients."""
    if actor.role in REPORTERS:
        return select(Incident).where(Incident.account_id == actor.account_id)
    if actor.scope.kind is ScopeKind.AGENCY:
        return select(Incident).where(Incident.agency_ids.contains([actor.scope.agency_id]))
    return select(Incident).where(Incident.client_id.in_(visible_clients(actor).with_only_columns(Client.id)))


def check_client(session: Session, *, client_id: UUID, actor: Actor) -> None:
    """NotFound for a client whom the actor never cared for."""
    one_or_not_found(session, visible_clients(actor).where(Client.id == client_id))


def get_incident(session: Session, *, incident_id: UUID, actor: Actor) -> IncidentView:
    """One incident; NotFound for who may not see it."""
    row = session.scalars(visible_incidents(actor).where(Incident.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound(kind="incident")
    return views_of(session, [row])[0]


def list_incidents(session: Session, *, actor: Actor, wanted: IncidentFilter) -> Page[IncidentView]:
    """Incidents in one state or all; three statements."""
    statement = visible_incidents(actor)
    if wanted.state is not None:
        statement = statement.where(IS_TAKEN if wanted.state is IncidentState.ACKNOWLEDGED else ~IS_TAKEN)
    page = fetch_page(session, statement, key=Incident.id, limit=wanted.limit, after=wanted.after, view=lambda row: row)
    return Page(views_of(session, page.items), page.next_after)


def views_of(session: Session, rows: Sequence[Incident]) -> tuple[IncidentView, ...]:
    """Incidents with their words and who took them."""
    ids, keys = [row.id for row in rows], current_settings().key_ring
    taken = select(IncidentAcknowledgement).where(IncidentAcknowledgement.incident_id.in_(ids))
    acknowledgements = {each.incident_id: each for each in session.scalars(taken)}
    notes = {
        each.incident_id: IncidentTexts(**json.loads(keys.decrypt(each.text_enc, context=NOTE_CONTEXT)))
        for each in session.scalars(select(IncidentNote).where(IncidentNote.incident_id.in_(ids)))
    }
    return tuple(_view(row, acknowledgements.get(row.id), notes.get(row.id)) for row in rows)


def _view(row: Incident, taken: IncidentAcknowledgement | None, texts: IncidentTexts | None) -> IncidentView:
    return IncidentView(
        id=row.id,
        kind=row.kind,
        client_id=row.client_id,
        visit_id=row.visit_id,
        agency_ids=tuple(row.agency_ids),
        texts=texts,
        reported_by=row.account_id,
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
        acknowledged_at=taken.recorded_at if taken else None,
        acknowledged_by=taken.account_id if taken else None,
    )
