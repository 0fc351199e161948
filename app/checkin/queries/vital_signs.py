"""Selects about vital signs."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.card_models import VitalSigns
from app.checkin.vital_signs import Measured, VitalSignsView
from app.kernel.crypto import KeyRing
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients

CONTEXT = "vital_signs.values"


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSignsFilter(PageRequest):
    """Query keys of the list: local days by the phone's clock, both included."""

    day_from: date
    day_to: date


def sealed(values: Measured, *, keys: KeyRing) -> bytes:
    """What is kept of values."""
    return keys.encrypt(json.dumps(asdict(values)), context=CONTEXT)


def list_vital_signs(
    session: Session,
    *,
    client_id: UUID,
    actor: Actor,
    on: date,
    wanted: VitalSignsFilter,
    begin: datetime,
    beyond: datetime,
) -> Page[VitalSignsView]:
    """A client's vital signs of `[begin, beyond)`; NotFound outside the actor's scope on the day. Two statements."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    statement = select(VitalSigns).where(
        VitalSigns.client_id == client_id, VitalSigns.occurred_at >= begin, VitalSigns.occurred_at < beyond
    )
    return fetch_page(session, statement, key=VitalSigns.id, limit=wanted.limit, after=wanted.after, view=view_of)


def view_of(row: VitalSigns) -> VitalSignsView:
    """A row as it is shown."""
    values = json.loads(current_settings().key_ring.decrypt(row.values_enc, context=CONTEXT))
    return VitalSignsView(
        id=row.id,
        client_id=row.client_id,
        carer_id=row.carer_id,
        visit_id=row.visit_id,
        values=Measured(**values),
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
    )
