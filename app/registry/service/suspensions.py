"""Times in which a right rests: a client's entitlement, or a carer's leave to give care the fund pays for."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.registry.commands import SuspensionEntry
from app.registry.models import CarerSuspension, Suspension
from app.registry.service.conflicts import add
from app.registry.service.periods import check_order
from app.registry.service.scopes import carer_to_change, client_to_change, note
from app.registry.types import SuspensionView
from app.registry.views import suspension_view

Resting = TypeVar("Resting", Suspension, CarerSuspension)


def suspend(
    session: Session, command: SuspensionEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> SuspensionView:
    """Let the client's entitlement rest."""
    client_to_change(session, client_id=client_id, actor=actor, at=at)
    row = _add(session, Suspension, command, at=at, client_id=client_id)
    note(session, "client.suspended", subject=("client", client_id), actor=actor, at=at, suspension_id=row.id)
    return suspension_view(row)


def suspend_carer(
    session: Session, command: SuspensionEntry, *, carer_id: UUID, actor: AnyActor, at: datetime
) -> SuspensionView:
    """Let a carer rest by the fund's word: nothing is planned with him, and care he gives meanwhile waits for it."""
    carer_to_change(session, carer_id=carer_id, actor=actor, at=at)
    row = _add(session, CarerSuspension, command, at=at, carer_id=carer_id)
    note(session, "carer.suspended", subject=("carer", carer_id), actor=actor, at=at, suspension_id=row.id)
    return suspension_view(row)


def _add(session: Session, model: type[Resting], entry: SuspensionEntry, *, at: datetime, **of_whom: UUID) -> Resting:
    check_order(valid_from=entry.valid_from, valid_to=entry.valid_to)
    row = model(
        id=new_id(at=at),
        reason=entry.reason,
        known_at=at,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        **of_whom,
    )
    add(session, row)
    return row
