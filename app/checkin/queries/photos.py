"""Selects about photos."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Uuid,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, array
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HoldCause
from app.checkin.models import CareDay, CareFact, ExceptionFound, Hold
from app.checkin.photo_models import Photo, PhotoTaken
from app.checkin.photos import PhotoState, PhotoView
from app.checkin.queries.fact_statements import OPEN_HOLD
from app.checkin.queries.facts import visible_facts
from app.checkin.queries.fading import is_held
from app.checkin.rules.photos import BAND_BITS
from app.checkin.types import ExceptionCode
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor
from app.registry.models import Carer, Client
from app.schedules.models import Visit
from app.schedules.queries import visible_visits

HAVE_BYTES = (PhotoState.STORED, PhotoState.COMPARED)
WERE_COMPARED = (PhotoState.COMPARED, PhotoState.DELETING, PhotoState.DELETED)
MOST_ALIKE = 200  # of a picture that hundreds have, these are enough
SHOWN = select(PhotoTaken, Photo.state).outerjoin(Photo, Photo.id == PhotoTaken.id)
# What is a copy of a photo that still waits to be looked into is no proof without it.
ORIGINALS_OF_HELD = (
    select(cast(ExceptionFound.details["copied_photo_id"].astext, Uuid()))
    .join(Hold, Hold.fact_id == ExceptionFound.fact_id)
    .where(ExceptionFound.code == ExceptionCode.PHOTO_COPIED, OPEN_HOLD)
)


def find_own_facts(session: Session, *, ids: Collection[UUID], actor: Actor) -> dict[UUID, UUID]:
    """The carer of each of these visits and care days that are the actor's own."""
    visits = visible_visits(actor).with_only_columns(Visit.id, Visit.carer_id).where(Visit.id.in_(ids))
    days = (
        select(CareDay.id, CareDay.carer_id)
        .join(Carer, Carer.id == CareDay.carer_id)
        .where(CareDay.id.in_(ids), Carer.person_id == actor.person_id)
    )
    return {row[0]: row[1] for row in session.execute(visits.union_all(days))}


def get_own(session: Session, *, photo_id: UUID, actor: Actor) -> PhotoTaken:
    """A photo that the actor told of as a carer; raises NotFound."""
    own = select(PhotoTaken).join(Carer, Carer.id == PhotoTaken.carer_id).where(Carer.person_id == actor.person_id)
    row = session.scalars(own.where(PhotoTaken.id == photo_id)).one_or_none()
    if row is None:
        raise NotFound(kind="photo")
    return row


def get_depicted(session: Session, *, fact_id: UUID) -> UUID:
    """The person who is cared for in a visit or on a care day; unscoped: of a fact of the actor's own."""
    clients = select(Visit.client_id).where(Visit.id == fact_id)
    clients_of_days = select(CareDay.client_id).where(CareDay.id == fact_id)
    of_fact = clients.union_all(clients_of_days).scalar_subquery()
    return session.scalars(select(Client.person_id).where(Client.id == of_fact)).one()


def get_fact_of_visible(session: Session, *, photo_id: UUID, actor: Actor) -> UUID:
    """The fact of a photo that is there, if the actor may see that fact; raises NotFound."""
    there = visible_facts(actor).join(Photo, Photo.fact_id == CareFact.id).where(Photo.state.in_(HAVE_BYTES))
    fact_id = session.scalars(there.with_only_columns(CareFact.id).where(Photo.id == photo_id)).one_or_none()
    if fact_id is None:
        raise NotFound(kind="photo")
    return fact_id


def get_view(session: Session, *, photo_id: UUID) -> PhotoView:
    """A photo with its state, unscoped: asked with one that is the actor's own."""
    row = session.execute(SHOWN.where(PhotoTaken.id == photo_id)).one()
    return _view(row[0], row[1])


def list_photos(session: Session, *, fact_id: UUID) -> tuple[PhotoView, ...]:
    """The photos of a fact in order, those too of which no bytes came or are left; unscoped: of a visible fact."""
    rows = SHOWN.where(PhotoTaken.fact_id == fact_id).order_by(PhotoTaken.occurred_at, PhotoTaken.id)
    return tuple(_view(row[0], row[1]) for row in session.execute(rows))


def list_to_compare(session: Session, *, limit: int) -> list[UUID]:
    """Photos that were not compared yet, the first to come in front; unscoped, for the job."""
    waiting = select(Photo.id).where(Photo.state == PhotoState.STORED).order_by(Photo.received_at, Photo.id)
    return list(session.scalars(waiting.limit(limit)))


def list_alike(
    session: Session, *, sha256: bytes, phash: int | None, probes: Sequence[Collection[int]], most_bits_apart: int
) -> list[UUID]:
    """Compared photos with these bytes, or a hash that differs in so few bits; unscoped: over all carers of the fund.

    `probes` are the bits to look for in each band. A photo that is deleted has no hash left, only its digest.
    """
    same = select(PhotoTaken.id).join(Photo, Photo.id == PhotoTaken.id).where(PhotoTaken.sha256 == sha256)
    found = same.where(Photo.state.in_(WERE_COMPARED))
    if phash is None:
        return list(session.scalars(found.limit(MOST_ALIKE)))
    near = near_statement(phash=phash, probes=probes, most_bits_apart=most_bits_apart)
    return list(session.scalars(found.union(near).limit(MOST_ALIKE)))


def near_statement(*, phash: int, probes: Sequence[Collection[int]], most_bits_apart: int) -> Select[UUID]:
    """Compared photos whose hash differs in so few bits, by the indexes of its bands."""
    apart = func.bit_count(cast(Photo.phash.op("#")(phash), BIT(64)))
    return select(Photo.id).where(
        or_(*(_band(place) == any_(literal(list(bands), ARRAY(BigInteger()))) for place, bands in enumerate(probes))),
        Photo.state.in_(WERE_COMPARED),
        apart <= most_bits_apart,
    )


def list_told(session: Session, *, ids: Collection[UUID]) -> list[tuple[PhotoTaken, int | None, UUID | None]]:
    """What was told of photos, each with its hash and the client of its fact; unscoped, for the job."""
    statement = (
        select(PhotoTaken, Photo.phash, CareFact.client_id)
        .join(Photo, Photo.id == PhotoTaken.id)
        .outerjoin(CareFact, CareFact.id == PhotoTaken.fact_id)
        .where(PhotoTaken.id.in_(ids))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def list_to_delete(session: Session, *, before: datetime, zone: ZoneInfo, limit: int) -> list[UUID]:
    """Photos received before an instant that no open hold, case or paper of a court needs, and those whose deletion was
    begun; for the job."""
    waits = exists().where(Hold.fact_id == Photo.fact_id, OPEN_HOLD)
    old = (
        select(
            Photo.id,
            Photo.received_at,
            Photo.fact_id,
            Photo.carer_id,
            CareFact.client_id,
            func.array_remove(array([CareFact.agency_id]), None).label("agency_ids"),
            cast(func.timezone(zone.key, Photo.received_at), Date).label("day"),
            (Photo.state == PhotoState.DELETING).label("is_begun"),
        )
        .outerjoin(CareFact, CareFact.id == Photo.fact_id)
        .where(Photo.state != PhotoState.DELETED, Photo.received_at < before)
        .where(or_(Photo.state == PhotoState.DELETING, and_(~waits, Photo.id.not_in(ORIGINALS_OF_HELD))))
        .subquery("old")
    )
    unneeded = or_(old.c.is_begun, ~is_held(old, *HoldCause))
    return list(session.scalars(select(old.c.id).where(unneeded).order_by(old.c.received_at).limit(limit)))


def _band(place: int) -> ColumnElement[int]:
    """A band as its index has it: with numbers in the text, which no prepared plan may leave open."""
    shifted: ColumnElement[int] = Photo.phash.op(">>")(literal_column(str(place * BAND_BITS)))
    return shifted.op("&")(literal_column("65535"))


def _view(told: PhotoTaken, state: PhotoState | None) -> PhotoView:
    return PhotoView(
        id=told.id,
        purpose=told.purpose,
        size=told.size,
        occurred_at=told.occurred_at,
        received_at=told.recorded_at,
        state=state or PhotoState.DESCRIBED,
    )
