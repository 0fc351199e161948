"""A carer calls for help: kept whatever the place, the hour and the visit, and told to his agency at once."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.help import HelpCallView, HelpFilter, HelpTap
from app.checkin.help_models import HelpAcknowledgement, HelpAlert, HelpCall
from app.checkin.queries import help_calls as queries
from app.checkin.rules.help_calls import alert_text, alert_values, number_to_alert
from app.checkin.service.events import SALT_BYTES, position_digest, store_position
from app.checkin.service.moves import NotACarer, carer_kind_of
from app.kernel import audit, clock, outbox, resend
from app.kernel.canonical import command_digest
from app.kernel.paging import Page
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings


def call_for_help(session: Session, command: HelpTap, *, actor: Actor, at: datetime) -> HelpCallView:
    """Keep a call and whom it was told: the agency of the visit, or else all that answer for the carer today. They are
    alerted by a text message where a provider sends some.

    A visit that is not his leaves no link. The position is kept whatever he consents to: a life may hang on it. A
    resend is answered with the call as it stands: whether somebody took it. Raises NotACarer, EventReused.
    """
    settings, kind = current_settings(), carer_kind_of(actor)
    carer_id = queries.find_carer(session, person_id=actor.person_id, kind=kind)
    if carer_id is None:
        raise NotACarer
    agency_id = queries.find_visit_agency(session, visit_id=command.visit_id, carer_id=carer_id)
    today = clock.local_date(at, zone_of(actor.region))
    told = [agency_id] if agency_id else queries.list_agencies_of(session, carer_id=carer_id, kind=kind, on=today)
    salt, key = secrets.token_bytes(SALT_BYTES), settings.key_ring.command_key
    row, is_new = resend.insert_once(
        session,
        HelpCall,
        digest=command_digest({"command": command, "carer_id": carer_id}, key=key),
        id=command.id,
        carer_id=carer_id,
        visit_id=command.visit_id if agency_id else None,
        claimed_visit_id=None if agency_id else command.visit_id,
        agency_ids=told,
        occurred_at=command.occurred_at,
        location_source=command.fix.source if command.fix else None,
        position_digest=position_digest(command.fix, salt=salt, key=key) if command.fix else None,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
        return queries.views_of(session, [row])[0]
    if command.fix is not None:
        store_position(session, command.id, command.fix, salt=salt, settings=settings)
    if settings.sms is not None:
        _alert(session, row, region=actor.region, at=at)
    return queries.views_of(session, [row])[0]


def _alert(session: Session, call: HelpCall, *, region: str, at: datetime) -> None:
    """Write a text message to each agency told that has a number for one."""
    zone, keys = zone_of(region), current_settings().key_ring
    carer = queries.get_carer_name(session, carer_id=call.carer_id)
    told_at, received_at = call.occurred_at.astimezone(zone), at.astimezone(zone)
    for agency_id, name, *numbers in queries.list_numbers(session, agency_ids=call.agency_ids):
        phone = number_to_alert(numbers)
        if phone is None:
            continue
        has_place = call.position_digest is not None
        values = alert_values(carer=carer, agency=name, told_at=told_at, received_at=received_at, has_place=has_place)
        outbox.enqueue(
            session,
            channel=outbox.SMS,
            cause_id=call.id,
            template=queries.ALERT,
            recipient_id=agency_id,
            payload={"phone": phone, "values": values, "text": alert_text(values)},
            at=at,
            keys=keys,
        )
        session.add(HelpAlert(help_call_id=call.id, agency_id=agency_id, recorded_at=at))
    session.flush()


def acknowledge(session: Session, *, help_call_id: UUID, actor: Actor, at: datetime) -> HelpCallView:
    """Say that the agency has seen a call of its own; who says so first is kept, later ones change nothing."""
    queries.get_call(session, help_call_id=help_call_id, actor=actor)
    once = insert(HelpAcknowledgement).on_conflict_do_nothing(index_elements=["help_call_id"])
    values = {"help_call_id": help_call_id, "account_id": actor.account_id, "recorded_at": at}
    taken = session.scalar(once.values(**values).returning(HelpAcknowledgement.help_call_id))
    call = queries.get_call(session, help_call_id=help_call_id, actor=actor)
    if taken is None:
        resend.mark_replay()
        _note_read(session, [call], actor=actor, at=at)
    else:
        about, keys = ("help_call", help_call_id), current_settings().key_ring
        audit.record(session, "acknowledge_help_call", actor=actor, at=at, subject=about, details={}, keys=keys)
    return call


def list_calls(session: Session, wanted: HelpFilter, *, actor: Actor, at: datetime) -> Page[HelpCallView]:
    """Calls that were told to the actor's agency; audited where they show where a phone was."""
    page = queries.list_calls(session, actor=actor, wanted=wanted)
    _note_read(session, page.items, actor=actor, at=at)
    return page


def _note_read(session: Session, calls: Sequence[HelpCallView], *, actor: Actor, at: datetime) -> None:
    placed = [call.id for call in calls if call.place is not None]
    if not placed:
        return
    about, details, keys = ("agency", actor.scope.agency_id), {"help_call_ids": placed}, current_settings().key_ring
    audit.record(session, "help_calls.read", actor=actor, at=at, subject=about, details=details, keys=keys)
