"""Selects about care cards and notes for the next carer."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from app.checkin.card_models import CareCard, ShiftNote, VitalSignsRow
from app.checkin.cards import (
    CardTexts,
    CareCardView,
    DoorCard,
    DoorPlace,
    NoteOfCare,
    ShiftNoteView,
    VitalSigns,
    VitalSignsView,
)
from app.checkin.models import CareDay
from app.checkin.note_models import CareNote
from app.kernel.crypto import KeyRing
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.registry.conditions import holds
from app.registry.models import Client, HomePlace
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.types import PlaceState
from app.registry.views import name_of

CARD_CONTEXT = "care_card.text"
NOTE_CONTEXT = "shift_note.text"
SIGNS_CONTEXT = "vital_signs.signs"
DAY_NOTE_CONTEXT = "care_note.text"


def sealed(texts: CardTexts, *, keys: KeyRing) -> bytes:
    """What is kept of a card."""
    return keys.encrypt(json.dumps(asdict(texts), ensure_ascii=False), context=CARD_CONTEXT)


def get_card(session: Session, *, client_id: UUID, actor: Actor, on: date) -> CareCardView | None:
    """A client's card, None where nobody wrote one; NotFound outside the actor's scope on the day."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    return _cards(session, [client_id]).get(client_id)


def list_notes(
    session: Session, *, client_id: UUID, actor: Actor, on: date, begin: datetime, beyond: datetime
) -> tuple[NoteOfCare, ...]:
    """What carers wrote of a client's visits and care days of `[begin, beyond)` by their phones' clocks, in order;
    NotFound outside the actor's scope on the day. Three statements."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    keys = current_settings().key_ring
    of_visits = select(ShiftNote.visit_id, ShiftNote.text_enc, ShiftNote.occurred_at).where(
        ShiftNote.client_id == client_id, ShiftNote.occurred_at >= begin, ShiftNote.occurred_at < beyond
    )
    of_days = (
        select(CareDay.id, CareNote.text_enc, CareDay.occurred_at)
        .join(CareNote, CareNote.fact_id == CareDay.id)
        .where(CareDay.client_id == client_id, CareDay.occurred_at >= begin, CareDay.occurred_at < beyond)
    )
    notes = [
        NoteOfCare(fact_id, keys.decrypt(text, context=context), occurred_at)
        for statement, context in ((of_visits, NOTE_CONTEXT), (of_days, DAY_NOTE_CONTEXT))
        for fact_id, text, occurred_at in session.execute(statement)
    ]
    return tuple(sorted(notes, key=lambda each: (each.occurred_at, each.fact_id)))


def list_own_clients(session: Session, *, actor: Actor, on: date) -> set[UUID]:
    """Clients of the actor's assignments that hold today or later."""
    return set(session.scalars(visible_clients(actor, on=on).with_only_columns(Client.id)))


def list_door_cards(session: Session, *, client_ids: Collection[UUID], on: date) -> tuple[DoorCard, ...]:
    """Names, places, cards and notes of clients, in order of their ids; four statements. Unscoped: the caller has found
    them by his actor."""
    keys = current_settings().key_ring
    cards, notes, places = _cards(session, client_ids), _notes(session, client_ids), _places(session, client_ids, on)
    clients = session.scalars(select(Client).where(Client.id.in_(client_ids)).options(joinedload(Client.person)))
    return tuple(
        DoorCard(row.id, name_of(row.person, keys=keys), tuple(places[row.id]), cards.get(row.id), notes.get(row.id))
        for row in sorted(clients, key=lambda each: each.id)
    )


def sealed_signs(signs: VitalSigns, *, keys: KeyRing) -> bytes:
    """What is kept of what was measured."""
    return keys.encrypt(json.dumps(asdict(signs)), context=SIGNS_CONTEXT)


def list_signs(session: Session, *, client_id: UUID, actor: Actor, on: date, page: PageRequest) -> Page[VitalSignsView]:
    """What was measured of a client, in order of the ids; NotFound outside the actor's scope on the day."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    statement = select(VitalSignsRow).where(VitalSignsRow.client_id == client_id)
    return fetch_page(session, statement, key=VitalSignsRow.id, limit=page.limit, after=page.after, view=signs_view)


def signs_view(row: VitalSignsRow) -> VitalSignsView:
    """What was measured, in clear."""
    text = current_settings().key_ring.decrypt(row.signs_enc, context=SIGNS_CONTEXT)
    return VitalSignsView(row.id, row.visit_id, VitalSigns(**json.loads(text)), row.occurred_at)


def _cards(session: Session, client_ids: Collection[UUID]) -> dict[UUID, CareCardView]:
    keys = current_settings().key_ring
    rows = session.scalars(select(CareCard).where(CareCard.client_id.in_(client_ids)))
    return {
        row.client_id: CareCardView(
            row.client_id, CardTexts(**json.loads(keys.decrypt(row.text_enc, context=CARD_CONTEXT))), row.written_at
        )
        for row in rows
    }


def _notes(session: Session, client_ids: Collection[UUID]) -> dict[UUID, ShiftNoteView]:
    keys = current_settings().key_ring
    rows = session.scalars(
        select(ShiftNote)
        .where(ShiftNote.client_id.in_(client_ids))
        .ext(distinct_on(ShiftNote.client_id))
        .order_by(ShiftNote.client_id, ShiftNote.occurred_at.desc(), ShiftNote.id.desc())
    )
    return {
        row.client_id: ShiftNoteView(row.visit_id, keys.decrypt(row.text_enc, context=NOTE_CONTEXT), row.occurred_at)
        for row in rows
    }


def _places(session: Session, client_ids: Collection[UUID], on: date) -> defaultdict[UUID, list[DoorPlace]]:
    keys = current_settings().key_ring
    found: defaultdict[UUID, list[DoorPlace]] = defaultdict(list)
    wanted = (HomePlace.client_id.in_(client_ids), HomePlace.state == PlaceState.APPROVED, holds(HomePlace, on=on))
    for row in session.scalars(select(HomePlace).where(*wanted).order_by(HomePlace.valid_from, HomePlace.id)):
        address = keys.decrypt(row.address_enc, context="home_place.address")
        latitude, longitude = keys.decrypt(row.position_enc, context="home_place.position").split(",")
        found[row.client_id].append(DoorPlace(address, float(latitude), float(longitude), row.system))
    return found
