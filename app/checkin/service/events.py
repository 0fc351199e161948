"""Stores a tap and its position: two of the five statements of a check-in, built once.

The exact point is kept encrypted in a table of its own, with its salt; the event, which is sealed, holds a digest.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from app.checkin.models import POINT_CONTEXT, ClockEvent, Position
from app.checkin.queries import events as queries
from app.checkin.rules.location import LocationJudgement
from app.checkin.shown import ClockEventView
from app.checkin.types import EventKind, Fix, LocationSource
from app.kernel import resend
from app.kernel.canonical import canonical_bytes, command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.resend import EventReused
from app.kernel.settings import Settings
from app.kernel.statements import FixedStatement

MILLISECOND = timedelta(milliseconds=1)
SALT_BYTES = 16

INSERT_EVENT = FixedStatement(
    insert_or_leave(ClockEvent.__table__).on_conflict_do_nothing(index_elements=["id"])  # type: ignore[arg-type]  # a Table
)
INSERT_POSITION = FixedStatement(
    insert_or_leave(Position.__table__).on_conflict_do_nothing(index_elements=["id"])  # type: ignore[arg-type]  # a Table
)


class SimulatedLocation(DomainError):
    """A simulated position does not exist in production."""

    kind, code = ErrorKind.INVALID, "simulated_location_refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """A tap with what was found out before it is stored."""

    event_id: UUID
    kind: EventKind
    carer_id: UUID
    client_id: UUID | None
    visit_id: UUID | None
    claimed_visit_id: UUID | None
    occurred_at: datetime
    counted_at: datetime
    fix: Fix | None
    skew: timedelta
    location: LocationJudgement
    policy_digest: str
    clock_policy_digest: str
    tag: str | None = None  # as the phone read it


def check_source(fix: Fix | None, *, settings: Settings) -> None:
    """Refuse a simulated position in production; elsewhere it is stored and marked."""
    if settings.is_production and fix is not None and fix.source is LocationSource.SIMULATED:
        raise SimulatedLocation


def store(
    session: Session, tap: Judged, *, content: object, actor: Actor, settings: Settings, at: datetime
) -> ClockEventView | None:
    """Insert a tap with its position: two statements, one without a position. None when it is stored already.

    `content` is the command with all that makes it what it is; see `replay`.
    """
    digest = command_digest(content, key=settings.key_ring.command_key)
    salt = secrets.token_bytes(SALT_BYTES)
    if INSERT_EVENT.change(session, _event_row(tap, digest, salt, actor, settings, at)) == 0:
        return None
    if tap.fix is not None:
        store_position(session, tap.event_id, tap.fix, salt=salt, settings=settings)
    return ClockEventView(
        id=tap.event_id,
        kind=tap.kind,
        carer_id=tap.carer_id,
        client_id=tap.client_id,
        visit_id=tap.visit_id,
        occurred_at=tap.occurred_at,
        received_at=at,
        skew=tap.skew // MILLISECOND * MILLISECOND,
        verdict=tap.location.verdict,
        distance_m=tap.location.distance_m,
        accuracy_m=_accuracy(tap.fix),
        location_source=tap.fix.source if tap.fix else None,
    )


def store_position(session: Session, event_id: UUID, fix: Fix, *, salt: bytes, settings: Settings) -> None:
    """Keep the exact point of a tap, an attempt or a call, encrypted, with the salt of its digest: one statement.

    Raises EventReused when the phone gave the id to one of another kind before.
    """
    if INSERT_POSITION.change(session, _position_row(event_id, fix, salt, settings)) == 0:
        raise EventReused(id=str(event_id))


def replay(session: Session, *, event_id: UUID, content: object, settings: Settings) -> ClockEventView:
    """The first facts of a tap that was stored before; raises EventReused when the content is another."""
    view, digest = queries.find_stored(session, event_id=event_id)
    if not hmac.compare_digest(digest, command_digest(content, key=settings.key_ring.command_key)):
        raise EventReused(id=str(event_id))
    resend.mark_replay()
    return view


def position_digest(fix: Fix, *, salt: bytes, key: bytes) -> bytes:
    """What the sealed event keeps of a position: an HMAC over its salt and canonical form.

    A city has only some 10^10 places to guess, so a bare hash would tell the position to anyone.
    """
    point = {
        "latitude": fix.latitude,
        "longitude": fix.longitude,
        "system": fix.system,
        "accuracy_m": _accuracy(fix),
        "fixed_at": fix.fixed_at,
    }
    return hmac.digest(key, salt + canonical_bytes(point), hashlib.sha256)


def _accuracy(fix: Fix | None) -> int | None:
    return None if fix is None or fix.accuracy_m is None else ceil(fix.accuracy_m)


def _event_row(
    tap: Judged, digest: bytes, salt: bytes, actor: Actor, settings: Settings, at: datetime
) -> dict[str, Any]:
    key = settings.key_ring.command_key
    return {
        "id": tap.event_id,
        "kind": tap.kind,
        "carer_id": tap.carer_id,
        "client_id": tap.client_id,
        "visit_id": tap.visit_id,
        "claimed_visit_id": tap.claimed_visit_id,
        "occurred_at": tap.occurred_at,
        "counted_at": tap.counted_at,
        "device_id": actor.device_id,
        "skew_ms": tap.skew // MILLISECOND,
        "verdict": tap.location.verdict,
        "distance_m": tap.location.distance_m,
        "accuracy_m": _accuracy(tap.fix),
        "location_source": tap.fix.source if tap.fix else None,
        "command_digest": digest,
        "position_digest": position_digest(tap.fix, salt=salt, key=key) if tap.fix else None,
        "account_id": actor.account_id,
        "policy_digest": tap.policy_digest,
        "clock_policy_digest": tap.clock_policy_digest,
        "recorded_at": at,
    }


def _position_row(event_id: UUID, fix: Fix, salt: bytes, settings: Settings) -> dict[str, Any]:
    point = f"{fix.latitude!r},{fix.longitude!r}"
    return {
        "id": event_id,
        "point_enc": settings.key_ring.encrypt(point, context=POINT_CONTEXT),
        "system": fix.system,
        "accuracy_m": _accuracy(fix),
        "fixed_at": fix.fixed_at,
        "salt": salt,
    }
