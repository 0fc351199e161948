"""What becomes of photos later: they are compared with those of all carers of the fund, and deleted when it is time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.checkin.photo_models import Photo, PhotoTaken
from app.checkin.photos import PhotoState
from app.checkin.queries import photos as queries
from app.checkin.rules.care_days import counted_entry
from app.checkin.rules.photos import MOST_BITS_APART, ComparedPhoto, Copied, find_copies, probes_of
from app.checkin.service.fading import lock_holds
from app.checkin.service.risks import hold_found
from app.checkin.service.settling import policy_on
from app.checkin.service.turns import take_photo_turn
from app.checkin.types import ExceptionCode, Found
from app.kernel import audit, clock
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.types import Policy


def compare(session: Session, *, photo_id: UUID, actor: SystemActor, at: datetime) -> None:
    """Look for a photo among those compared before it; each pair is judged once, by whichever comes second.

    What is a copy of another fact's photo holds the later fact until a person has looked.
    """
    take_photo_turn(session, region=actor.region)
    mine = update(Photo).where(Photo.id == photo_id, Photo.state == PhotoState.STORED)
    if session.scalar(mine.values(state=PhotoState.COMPARED).returning(Photo.id)) is None:
        return
    rules = policy_on(clock.local_date(at, zone_of(actor.region)), region=actor.region, district=None, at=at)
    (photo,) = _gather(session, [photo_id], policy=rules)
    alike = queries.list_alike(
        session,
        sha256=photo.sha256,
        phash=photo.phash,
        probes=() if photo.phash is None else probes_of(photo.phash),
        most_bits_apart=MOST_BITS_APART,
    )
    others = _gather(session, [each for each in alike if each != photo_id], policy=rules)
    for copied in sorted(find_copies(photo, others=others), key=lambda each: each.copy.fact_id):  # locks in one order
        _tell(session, copied, region=actor.region, at=at)


def begin_deleting(session: Session, *, actor: SystemActor, at: datetime, limit: int) -> list[UUID]:
    """Which photos are to be deleted now: that is kept, and committed, before their objects are gone."""
    zone = zone_of(actor.region)
    today = clock.local_date(at, zone)
    lock_holds(session, region=actor.region, is_fading=True)
    kept = policy_on(today, region=actor.region, district=None, at=at).retention.photos
    ids = queries.list_to_delete(session, before=at - kept, zone=zone, limit=limit)
    session.execute(update(Photo).where(Photo.id.in_(ids)).values(state=PhotoState.DELETING, phash=None))
    return ids


def end_deleting(session: Session, ids: Sequence[UUID], *, actor: SystemActor, at: datetime) -> None:
    """Keep that the objects of photos are gone."""
    mine = update(Photo).where(Photo.id.in_(ids), Photo.state == PhotoState.DELETING)
    gone = session.execute(mine.values(state=PhotoState.DELETED).returning(Photo.id, Photo.fact_id))
    actions = [audit.Action("photo.deleted", ("fact", fact), {"photo_id": photo}) for photo, fact in gone]
    audit.record_all(session, actions, actor=actor, at=at, keys=current_settings().key_ring)


def _gather(session: Session, ids: Sequence[UUID], *, policy: Policy) -> list[ComparedPhoto]:
    return [_compared(*row, policy=policy) for row in queries.list_told(session, ids=ids)]


def _compared(told: PhotoTaken, phash: int | None, client_id: UUID | None, *, policy: Policy) -> ComparedPhoto:
    taken_at = counted_entry(occurred_at=told.occurred_at, received_at=told.recorded_at, policy=policy)
    return ComparedPhoto(told.id, told.fact_id, client_id, told.sha256, phash, taken_at)


def _tell(session: Session, copied: Copied, *, region: str, at: datetime) -> None:
    """Add the exception to the later fact and let it wait for the operator, whatever was decided before."""
    named = {
        "photo_id": copied.copy.id,
        "copied_photo_id": copied.original.id,
        "copied_fact_id": copied.original.fact_id,
    }
    found = Found(ExceptionCode.PHOTO_COPIED, {name: str(value) for name, value in named.items()})
    hold_found(session, found, fact_id=copied.copy.fact_id, region=region, at=at)
