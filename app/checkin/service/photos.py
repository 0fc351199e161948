"""A phone tells of photos first, and brings their bytes when it can; who may see the fact may see them, audited.

An object is named by its photo's id, whose row is committed before the object is written and stays until it is gone:
no object is without a row.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.consent_types import ConsentPurpose
from app.accounts.consents import find_answer, present_texts
from app.checkin.photo_models import Photo, PhotoTaken
from app.checkin.photos import MediaType, PhotoDescription, PhotoPurpose, PhotoState, PhotoView, Upload
from app.checkin.queries import photos as queries
from app.checkin.rules.photos import may_be_taken, phash_of
from app.checkin.service import facts
from app.checkin.service.cases import subject_of
from app.gateways.object_store import ObjectMissing, ObjectStore, StoreBusy, StoreMisconfigured, asking_store
from app.kernel import audit, pictures, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.schedules.queries import find_visits

CONTENT = "photo.content"
log = structlog.get_logger()


class PhotoDiffers(DomainError):
    """The bytes are not those that the phone told of."""

    kind, code = ErrorKind.INVALID, "photo_differs"


class PhotoUnreadable(DomainError):
    """No JPEG, PNG or WebP, or one that cannot be read to its end."""

    kind, code = ErrorKind.INVALID, "photo_unreadable"


class PhotoTooLarge(DomainError):
    """More pixels than are taken of its format."""

    kind, code = ErrorKind.INVALID, "photo_too_large"


class PhotoDeleted(DomainError):
    """The photo was deleted after the years it is kept; its bytes are not taken again."""

    kind, code = ErrorKind.CONFLICT, "photo_deleted"


class PhotoNotConsented(DomainError):
    """The client does not consent to photos, or the carer no more: the bytes are not taken, the work goes on."""

    kind, code = ErrorKind.CONFLICT, "photo_not_consented"


class PhotoStoreBusy(DomainError):
    """The store of photos is out of reach or overloaded."""

    kind, code = ErrorKind.UNAVAILABLE, "photo_store_busy"
    retry_after_s = 5


class PhotoStoreMisconfigured(DomainError):
    """The store of photos refuses us: an administrator has to act."""

    kind, code = ErrorKind.UNAVAILABLE, "photo_store_misconfigured"


def describe(session: Session, commands: Sequence[PhotoDescription], *, actor: Actor, at: datetime) -> None:
    """Keep what a phone tells of any number of photos, by as many statements as of one; a resend changes nothing.

    Raises NotFound for a visit or care day that is not the carer's, EventReused.
    """
    keys = current_settings().key_ring
    carers = queries.find_own_facts(session, ids={each.fact_id for each in commands}, actor=actor)
    if any(each.fact_id not in carers for each in commands):
        raise NotFound(kind="fact")
    rows = [
        {
            "id": each.id,
            "fact_id": each.fact_id,
            "carer_id": carers[each.fact_id],
            "purpose": each.purpose,
            "sha256": each.sha256,
            "size": each.size,
            "occurred_at": each.occurred_at,
            "account_id": actor.account_id,
            "command_digest": command_digest({"photo": each, "carer_id": carers[each.fact_id]}, key=keys.command_key),
            "recorded_at": at,
        }
        for each in commands
    ]
    new = resend.insert_new(session, PhotoTaken, rows)
    if not new:
        resend.mark_replay()
    told: defaultdict[UUID, set[str]] = defaultdict(set)
    for each in commands:
        if each.id in new:
            told[each.fact_id].add(str(each.id))
    news = [audit.Action("photo.described", ("fact", fact), {"photo_ids": sorted(ids)}) for fact, ids in told.items()]
    audit.record_all(session, news, actor=actor, at=at, keys=keys)


def describe_one(session: Session, command: PhotoDescription, *, actor: Actor, at: datetime) -> PhotoView:
    """As `describe`, answered with the photo as it stands."""
    describe(session, [command], actor=actor, at=at)
    return queries.get_view(session, photo_id=command.id)


def begin_upload(session: Session, content: bytes, *, photo_id: UUID, actor: Actor, at: datetime) -> Upload:
    """Check a photo's bytes and keep the intent to store them: commit before they are stored.

    Bytes that came while there was a consent are not asked about again. Raises NotFound, PhotoDiffers,
    PhotoUnreadable, PhotoTooLarge, PhotoDeleted, PhotoNotConsented.
    """
    told = queries.get_own(session, photo_id=photo_id, actor=actor)
    if len(content) != told.size or hashlib.sha256(content).digest() != told.sha256:
        raise PhotoDiffers(photo_id=str(photo_id))
    picture = _read(content)
    state = _intend(session, told, MediaType(picture.media_type), at=at)
    if state in (PhotoState.DELETING, PhotoState.DELETED):
        raise PhotoDeleted(photo_id=str(photo_id))
    if state is PhotoState.RECEIVING:
        _check_consent(session, told, actor=actor)
    phash = None if told.purpose is PhotoPurpose.PAPER else phash_of(picture.grey)  # one form is like another
    return Upload(photo_id, told.fact_id, phash, is_stored=state is not PhotoState.RECEIVING)


def store_content(upload: Upload, content: bytes, *, region: str) -> None:
    """Bring the bytes to the store, encrypted; outside any transaction. Raises PhotoStoreBusy and -Misconfigured."""
    if upload.is_stored:
        return
    sealed = current_settings().key_ring.encrypt_bytes(content, context=CONTENT)
    with _asking() as store:
        store.put(object_name(upload.photo_id, region=region), sealed)


def end_upload(session: Session, upload: Upload, *, actor: Actor, at: datetime) -> PhotoView:
    """Keep that the bytes are stored; of two that brought them at once the first has."""
    photo = upload.photo_id
    stored = session.execute(
        update(Photo)
        .where(Photo.id == photo, Photo.state == PhotoState.RECEIVING)
        .values(state=PhotoState.STORED, phash=upload.phash)
        .returning(Photo.id)
    ).one_or_none()
    if stored is None:
        resend.mark_replay()
        return queries.get_view(session, photo_id=photo)
    for visit in find_visits(session, ids=[upload.fact_id]).values():  # a care day is a fact already
        facts.add_subject(session, subject_of(visit), at=at)
    about, keys = ("fact", upload.fact_id), current_settings().key_ring
    audit.record(session, "photo.stored", actor=actor, at=at, subject=about, details={"photo_id": photo}, keys=keys)
    return queries.get_view(session, photo_id=photo)


def begin_reading(session: Session, *, photo_id: UUID, actor: Actor, at: datetime) -> None:
    """Keep that somebody looks at a photo: commit before it is fetched. Raises NotFound."""
    fact_id = queries.get_fact_of_visible(session, photo_id=photo_id, actor=actor)
    about, keys = ("fact", fact_id), current_settings().key_ring
    audit.record(session, "photo.read", actor=actor, at=at, subject=about, details={"photo_id": photo_id}, keys=keys)


def fetch_content(photo_id: UUID, *, region: str) -> bytes:
    """The picture as it is shown: a JPEG without what the camera wrote beside it. Outside any transaction."""
    with _asking() as store:
        sealed = store.get(object_name(photo_id, region=region))
    return pictures.without_metadata(current_settings().key_ring.decrypt_bytes(sealed, context=CONTENT))


def object_name(photo_id: UUID, *, region: str) -> str:
    """What the store calls a photo: spread by the id's last digits, which are random."""
    return f"{region}/{photo_id.hex[-2:]}/{photo_id}"


def _check_consent(session: Session, told: PhotoTaken, *, actor: Actor) -> None:
    purpose, shown = ConsentPurpose.PHOTOS, queries.get_depicted(session, fact_id=told.fact_id)
    client = find_answer(session, person_id=shown, purpose=purpose)
    carer = find_answer(session, person_id=actor.person_id, purpose=purpose)
    if not may_be_taken(client=client, carer=carer, version=present_texts()[purpose].version):
        raise PhotoNotConsented(photo_id=str(told.id))


def _read(content: bytes) -> pictures.Picture:
    try:
        return pictures.read_picture(content)
    except pictures.TooManyPixels as error:
        raise PhotoTooLarge(most_pixels=error.most) from error
    except pictures.NotAPicture as error:
        raise PhotoUnreadable from error


def _intend(session: Session, told: PhotoTaken, media_type: MediaType, *, at: datetime) -> PhotoState:
    """Where the photo stands; `receiving` is renewed with each try."""
    fresh = insert(Photo).values(
        id=told.id,
        fact_id=told.fact_id,
        carer_id=told.carer_id,
        state=PhotoState.RECEIVING,
        media_type=media_type,
        received_at=at,
    )
    begun = fresh.on_conflict_do_update(
        index_elements=["id"],
        set_={"received_at": fresh.excluded.received_at},
        where=Photo.state == PhotoState.RECEIVING,
    )
    state = session.scalar(begun.returning(Photo.state))
    return state or session.get_one(Photo, told.id).state


@contextmanager
def _asking() -> Iterator[ObjectStore]:
    try:
        with asking_store() as store:
            yield store
    except StoreMisconfigured as error:
        log.error("photo_store_misconfigured", code=error.code)
        raise PhotoStoreMisconfigured from error
    except ObjectMissing as error:  # its row says that it is there
        log.error("photo_missing")
        raise PhotoStoreMisconfigured from error
    except StoreBusy as error:
        log.warning("photo_store_busy", code=error.code)
        raise PhotoStoreBusy from error
