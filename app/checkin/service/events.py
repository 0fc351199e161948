"""Stores a tap and its position: two of the five statements of a check-in, built once.

The exact point is kept encrypted in a table of its own, with its salt; the event, which is sealed, holds a digest.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
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
    return store_all(session, [(tap, content)], actor=actor, settings=settings, at=at)[0]


def store_all(
    session: Session, taps: Sequence[tuple[Judged, object]], *, actor: Actor, settings: Settings, at: datetime
) -> list[ClockEventView | None]:
    """As `store`, of any number of taps with their contents, by as many statements."""
    key, salts = settings.key_ring.command_key, [secrets.token_bytes(SALT_BYTES) for _ in taps]
    rows = [
        _event_row(tap, command_digest(content, key=key), salt, actor, settings, at)
        for (tap, content), salt in zip(taps, salts, strict=True)
    ]
    written = INSERT_EVENT.change_all(session, rows)
    views = [_view(tap, at=at) if is_new else None for (tap, _), is_new in zip(taps, written, strict=True)]
    positions = [
        _position_row(tap.event_id, tap.fix, salt, settings)
        for (tap, _), salt, is_new in zip(taps, salts, written, strict=True)
        if is_new and tap.fix is not None
    ]
    _store_positions(session, positions)
    return views


def store_position(session: Session, event_id: UUID, fix: Fix, *, salt: bytes, settings: Settings) -> None:
    """Keep the exact point of a tap, an attempt or a call, encrypted, with the salt of its digest: one statement.

    Raises EventReused when the phone gave the id to one of another kind before.
    """
    _store_positions(session, [_position_row(event_id, fix, salt, settings)])


def _store_positions(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    for row, is_new in zip(rows, INSERT_POSITION.change_all(session, rows), strict=True):
        if not is_new:
            raise EventReused(id=str(row["id"]))


def replay(session: Session, *, event_id: UUID, content: object, settings: Settings) -> ClockEventView:
    """The first facts of a tap that was stored before; raises EventReused when the content is another."""
    return replay_all(session, {event_id: content}, settings=settings)[event_id]


def replay_all(session: Session, contents: Mapping[UUID, object], *, settings: Settings) -> dict[UUID, ClockEventView]:
    """As `replay`, of any number of taps."""
    stored = queries.list_stored(session, event_ids=contents.keys())
    for event_id, content in contents.items():
        digest = stored[event_id][1]
        if not hmac.compare_digest(digest, command_digest(content, key=settings.key_ring.command_key)):
            raise EventReused(id=str(event_id))
    resend.mark_replay()
    return {event_id: view for event_id, (view, _) in stored.items()}


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


def _view(tap: Judged, *, at: datetime) -> ClockEventView:
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
