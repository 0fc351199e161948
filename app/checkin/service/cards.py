"""What whoever comes to a client must know: written by agency and nurse, carried by the carers who come next."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.card_models import CareCard, ShiftNote, VitalSignsRow
from app.checkin.cards import (
    CardTexts,
    CareCardView,
    DoorCard,
    NoteOfCare,
    ShiftNoteTold,
    ShiftNoteView,
    VitalSignsTold,
    VitalSignsView,
)
from app.checkin.queries import cards as queries
from app.checkin.queries.sent import SentFilter
from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.service.scopes import client_to_change
from app.schedules.queries import get_visit, list_snapshot

CARRIED, CARRIED_BACK = timedelta(hours=72), timedelta(hours=24)  # as the snapshot of visits


def write_card(session: Session, texts: CardTexts, *, client_id: UUID, actor: Actor, at: datetime) -> CareCardView:
    """Put a client's card in place of the one before. Raises NotFound, ClientLeftAgency."""
    client_to_change(session, client_id=client_id, actor=actor, at=at)
    keys = current_settings().key_ring
    written = {"text_enc": queries.sealed(texts, keys=keys), "account_id": actor.account_id, "written_at": at}
    statement = insert(CareCard).values(client_id=client_id, **written)
    session.execute(statement.on_conflict_do_update(index_elements=["client_id"], set_=written))
    _note(session, "care_card.written", client_id, actor=actor, at=at)
    return CareCardView(client_id, texts, at)


def read_card(session: Session, *, client_id: UUID, actor: Actor, at: datetime) -> CareCardView:
    """A client's card; who reads it is kept. Raises NotFound, also where nobody wrote one."""
    today = clock.local_date(at, zone_of(actor.region))
    card = queries.get_card(session, client_id=client_id, actor=actor, on=today)
    if card is None:
        raise NotFound(kind="care_card")
    _note(session, "care_card.read", client_id, actor=actor, at=at)
    return card


def list_notes(
    session: Session, wanted: SentFilter, *, client_id: UUID, actor: Actor, at: datetime
) -> tuple[NoteOfCare, ...]:
    """What carers wrote of a client on some days; who reads it is kept. Raises NotFound."""
    zone = zone_of(actor.region)
    begin, beyond = (clock.local_midnight(day, zone) for day in (wanted.day_from, wanted.day_to + timedelta(days=1)))
    today = clock.local_date(at, zone)
    notes = queries.list_notes(session, client_id=client_id, actor=actor, on=today, begin=begin, beyond=beyond)
    _note(session, "care_notes.read", client_id, actor=actor, at=at)
    return notes


def carry_cards(session: Session, *, actor: Actor, at: datetime) -> tuple[DoorCard, ...]:
    """What a carer's phone keeps of the clients of his assignments, and of those of his visits in the window; who reads
    it is kept."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    visits, _ = list_snapshot(session, actor=actor, begin=hour - CARRIED_BACK, beyond=hour + CARRIED)
    today = clock.local_date(at, zone_of(actor.region))
    client_ids = {visit.client_id for visit in visits} | queries.list_own_clients(session, actor=actor, on=today)
    if not client_ids:
        return ()
    details, keys = {"client_ids": sorted(client_ids)}, current_settings().key_ring
    about = ("person", actor.person_id)
    audit.record(session, "care_cards.read", actor=actor, at=at, subject=about, details=details, keys=keys)
    return queries.list_door_cards(session, client_ids=client_ids, on=today)


def leave_note(
    session: Session, command: ShiftNoteTold, *, visit_id: UUID, actor: Actor, at: datetime
) -> ShiftNoteView:
    """Keep what the carer of a visit leaves for the next one. Raises NotFound, EventReused."""
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    keys = current_settings().key_ring
    content = {"command": command, "visit_id": visit_id, "account_id": actor.account_id}
    _, is_new = resend.insert_once(
        session,
        ShiftNote,
        digest=command_digest(content, key=keys.command_key),
        id=command.id,
        visit_id=visit_id,
        client_id=visit.client_id,
        text_enc=keys.encrypt(command.text, context=queries.NOTE_CONTEXT),
        occurred_at=command.occurred_at,
        recorded_at=at,
        account_id=actor.account_id,
    )
    if not is_new:
        resend.mark_replay()
    return ShiftNoteView(visit_id, command.text, command.occurred_at)


def tell_signs(
    session: Session, command: VitalSignsTold, *, visit_id: UUID, actor: Actor, at: datetime
) -> VitalSignsView:
    """Keep what the carer of a visit measured. Raises NotFound, EventReused."""
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    keys = current_settings().key_ring
    content = {"command": command, "visit_id": visit_id, "account_id": actor.account_id}
    row, is_new = resend.insert_once(
        session,
        VitalSignsRow,
        digest=command_digest(content, key=keys.command_key),
        id=command.id,
        visit_id=visit_id,
        client_id=visit.client_id,
        signs_enc=queries.sealed_signs(command.signs, keys=keys),
        occurred_at=command.occurred_at,
        recorded_at=at,
        account_id=actor.account_id,
    )
    if not is_new:
        resend.mark_replay()
    return queries.signs_view(row)


def list_signs(
    session: Session, page: PageRequest, *, client_id: UUID, actor: Actor, at: datetime
) -> Page[VitalSignsView]:
    """What was measured of a client; who reads it is kept. Raises NotFound."""
    today = clock.local_date(at, zone_of(actor.region))
    found = queries.list_signs(session, client_id=client_id, actor=actor, on=today, page=page)
    _note(session, "vital_signs.read", client_id, actor=actor, at=at)
    return found


def _note(session: Session, action: str, client_id: UUID, *, actor: Actor, at: datetime) -> None:
    about, keys = ("client", client_id), current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=about, details={}, keys=keys)
