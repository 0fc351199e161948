"""Home tags and their scans. Unscoped: check-in judges the taps of its own carers."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import ClockEvent
from app.checkin.queries.door import POSITION_CONTEXT, place_of
from app.checkin.rules.tags import KnownTag, NearScan, Reading
from app.checkin.tag_models import TagScan
from app.checkin.tags import TagMedium, TagOutcome
from app.checkin.types import EventKind, Place, Verdict
from app.kernel.settings import Settings
from app.registry.conditions import holds
from app.registry.models import HomePlace
from app.registry.tag_models import HomeTag, HomeTagRevocation
from app.registry.types import PlaceState

GENUINE = TagScan.outcome == TagOutcome.GENUINE


@dataclass(frozen=True, slots=True)
class StoredTap:
    """A tap that a tag is scanned for: when it counts, what its position says, the distance in metres."""

    id: UUID
    kind: EventKind
    counted_at: datetime
    verdict: Verdict
    distance_m: int | None


def take_tags_turn(session: Session, *, tag_id: UUID) -> None:
    """Judge readings of one chip one after the other: two with one counter at one moment would not see each other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"home_tag:{tag_id}", 0))))


def find_tag(session: Session, *, tag_id: UUID, settings: Settings) -> KnownTag | None:
    """A tag of the fund."""
    row = session.execute(
        select(HomeTag.client_id, HomeTag.key_id, HomeTagRevocation.recorded_at)
        .outerjoin(HomeTagRevocation, HomeTagRevocation.home_tag_id == HomeTag.id)
        .where(HomeTag.id == tag_id)
    ).one_or_none()
    return None if row is None else KnownTag(row.client_id, settings.tag_keys.keys.get(row.key_id), row.recorded_at)


def list_readings(session: Session, *, tag_id: UUID, counter: int) -> list[Reading]:
    """The genuine readings of a chip that a counter could contradict: the same, and the nearest below and above."""
    of_tag = select(TagScan).where(TagScan.tag_id == tag_id, TagScan.medium == TagMedium.CHIP, GENUINE)
    same = of_tag.where(TagScan.counter == counter)
    below = of_tag.where(TagScan.counter < counter).order_by(TagScan.counter.desc()).limit(1)
    above = of_tag.where(TagScan.counter > counter).order_by(TagScan.counter).limit(1)
    rows = [row for statement in (same, below, above) for row in session.scalars(statement)]
    return [Reading(row.counter, row.counted_at, row.carer_id) for row in rows if row.counter is not None]


def list_near_scans(
    session: Session, *, carer_id: UUID, client_id: UUID, at: datetime, on: date, settings: Settings
) -> list[NearScan]:
    """The carer's last genuine scan at another client before an instant, and his first one after it."""
    other = (
        select(TagScan.id, TagScan.counted_at, HomeTag.client_id)
        .join(HomeTag, HomeTag.id == TagScan.tag_id)
        .where(TagScan.carer_id == carer_id, GENUINE, HomeTag.client_id != client_id)
    )
    before = other.where(TagScan.counted_at <= at).order_by(TagScan.counted_at.desc(), TagScan.id).limit(1)
    after = other.where(TagScan.counted_at > at).order_by(TagScan.counted_at, TagScan.id).limit(1)
    rows = [row for statement in (before, after) for row in session.execute(statement)]
    return [NearScan(row[0], row[1], _list_places(session, client_id=row[2], on=on, settings=settings)) for row in rows]


def _list_places(session: Session, *, client_id: UUID, on: date, settings: Settings) -> tuple[Place, ...]:
    homes = select(HomePlace).where(
        HomePlace.client_id == client_id, HomePlace.state == PlaceState.APPROVED, holds(HomePlace, on=on)
    )
    keys = settings.key_ring
    return tuple(
        place_of(keys.decrypt(row.position_enc, context=POSITION_CONTEXT), row.system, row.radius_m)
        for row in session.scalars(homes)
    )


def find_tap(session: Session, *, event_id: UUID, visit_id: UUID) -> StoredTap | None:
    """A tap of a visit."""
    row = session.scalars(
        select(ClockEvent).where(ClockEvent.id == event_id, ClockEvent.visit_id == visit_id)
    ).one_or_none()
    return None if row is None else StoredTap(row.id, row.kind, row.counted_at, row.verdict, row.distance_m)


def find_later_scan(session: Session, *, scan_id: UUID) -> TagScan | None:
    """A scan that is kept under this id."""
    return session.scalars(select(TagScan).where(TagScan.id == scan_id)).one_or_none()
