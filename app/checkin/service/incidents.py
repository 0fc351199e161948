"""A carer reports what happened to a client; it is told to the agency, and the fund sees it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.card_models import Incident, IncidentAcknowledgement, IncidentNote
from app.checkin.cards import IncidentTold, IncidentView
from app.checkin.queries import help_calls
from app.checkin.queries import incidents as queries
from app.checkin.queries.incidents import IncidentFilter
from app.checkin.service.moves import NotACarer, carer_kind_of
from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.paging import Page
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings


def report_incident(session: Session, command: IncidentTold, *, actor: Actor, at: datetime) -> IncidentView:
    """Keep what happened to a client the actor cares or cared for, however late, and whom it is told: the agency of the
    visit, or else all that answer for the carer today. A visit that is not his leaves no link.

    Raises NotACarer, NotFound, EventReused.
    """
    kind, keys = carer_kind_of(actor), current_settings().key_ring
    carer_id = help_calls.find_carer(session, person_id=actor.person_id, kind=kind)
    if carer_id is None:
        raise NotACarer
    queries.check_client(session, client_id=command.client_id, actor=actor)
    agency_id = help_calls.find_visit_agency(session, visit_id=command.visit_id, carer_id=carer_id)
    today = clock.local_date(at, zone_of(actor.region))
    told = [agency_id] if agency_id else help_calls.list_agencies_of(session, carer_id=carer_id, kind=kind, on=today)
    row, is_new = resend.insert_once(
        session,
        Incident,
        digest=command_digest({"command": command, "carer_id": carer_id}, key=keys.command_key),
        id=command.id,
        kind=command.kind,
        client_id=command.client_id,
        carer_id=carer_id,
        visit_id=command.visit_id if agency_id else None,
        agency_ids=told,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if is_new:
        sealed = keys.encrypt(json.dumps(asdict(command.texts), ensure_ascii=False), context=queries.NOTE_CONTEXT)
        session.execute(insert(IncidentNote).values(incident_id=row.id, text_enc=sealed))
    else:
        resend.mark_replay()
    return queries.views_of(session, [row])[0]


def acknowledge(session: Session, *, incident_id: UUID, actor: Actor, at: datetime) -> IncidentView:
    """Say that the agency has seen an incident; who says so first is kept, later ones change nothing."""
    queries.get_incident(session, incident_id=incident_id, actor=actor)
    once = insert(IncidentAcknowledgement).on_conflict_do_nothing(index_elements=["incident_id"])
    values = {"incident_id": incident_id, "account_id": actor.account_id, "recorded_at": at}
    taken = session.scalar(once.values(**values).returning(IncidentAcknowledgement.incident_id))
    if taken is None:
        resend.mark_replay()
    else:
        _note(session, "incident.acknowledged", [incident_id], actor=actor, at=at)
    return queries.get_incident(session, incident_id=incident_id, actor=actor)


def list_incidents(session: Session, wanted: IncidentFilter, *, actor: Actor, at: datetime) -> Page[IncidentView]:
    """Incidents of the actor's scope; who reads what others reported is kept."""
    page = queries.list_incidents(session, actor=actor, wanted=wanted)
    read = [each.id for each in page.items if each.reported_by != actor.account_id]
    if read:
        _note(session, "incidents.read", read, actor=actor, at=at)
    return page


def _note(session: Session, action: str, ids: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    about, keys = ("incident", ids[0] if len(ids) == 1 else None), current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=about, details={"incident_ids": ids}, keys=keys)
