"""A carer tells what he measured of a client; family and agency read it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.card_models import VitalSigns
from app.checkin.queries import help_calls
from app.checkin.queries import vital_signs as queries
from app.checkin.queries.incidents import check_client
from app.checkin.queries.vital_signs import VitalSignsFilter
from app.checkin.service.moves import NotACarer, carer_kind_of
from app.checkin.vital_signs import VitalSignsTold, VitalSignsView
from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.paging import Page
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings


def tell_vital_signs(session: Session, command: VitalSignsTold, *, actor: Actor, at: datetime) -> VitalSignsView:
    """Keep what was measured of a client the actor cares or cared for, however late. A visit that is not his leaves no
    link. Raises NotACarer, NotFound, EventReused."""
    keys = current_settings().key_ring
    carer_id = help_calls.find_carer(session, person_id=actor.person_id, kind=carer_kind_of(actor))
    if carer_id is None:
        raise NotACarer
    check_client(session, client_id=command.client_id, actor=actor)
    agency_id = help_calls.find_visit_agency(session, visit_id=command.visit_id, carer_id=carer_id)
    row, is_new = resend.insert_once(
        session,
        VitalSigns,
        digest=command_digest({"command": command, "carer_id": carer_id}, key=keys.command_key),
        id=command.id,
        client_id=command.client_id,
        carer_id=carer_id,
        visit_id=command.visit_id if agency_id else None,
        values_enc=queries.sealed(command.values, keys=keys),
        occurred_at=command.occurred_at,
        recorded_at=at,
        account_id=actor.account_id,
    )
    if not is_new:
        resend.mark_replay()
    return queries.view_of(row)


def list_vital_signs(
    session: Session, wanted: VitalSignsFilter, *, client_id: UUID, actor: Actor, at: datetime
) -> Page[VitalSignsView]:
    """What was measured of a client on some days; who reads it is kept. Raises NotFound."""
    zone, keys = zone_of(actor.region), current_settings().key_ring
    page = queries.list_vital_signs(
        session,
        client_id=client_id,
        actor=actor,
        on=clock.local_date(at, zone),
        wanted=wanted,
        begin=clock.local_midnight(wanted.day_from, zone),
        beyond=clock.local_midnight(wanted.day_to + timedelta(days=1), zone),
    )
    audit.record(session, "vital_signs.read", actor=actor, at=at, subject=("client", client_id), details={}, keys=keys)
    return page
