"""Made-up photos: rooms with things in them, seen from here and there, and what a copier does to a picture."""

import hashlib
import io
import random
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from app.checkin.photo_models import Photo, PhotoTaken
from app.checkin.photos import MediaType, PhotoPurpose, PhotoState, Upload
from app.checkin.service.photos import store_content
from app.kernel.ids import new_id
from tests.schedules.factories import NOW

WIDTH, HEIGHT = 320, 240


@cache
def room(seed: int) -> Image.Image:
    """A room of walls, floor and things; not to be changed."""
    chance = random.Random(seed)
    image = Image.new("RGB", (WIDTH, HEIGHT), tuple(chance.randrange(100, 220) for _ in "rgb"))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, int(HEIGHT * 0.65), WIDTH, HEIGHT), fill=tuple(chance.randrange(60, 160) for _ in "rgb"))
    for _ in range(14):
        left, top = chance.randrange(WIDTH), chance.randrange(HEIGHT)
        box = (left, top, left + chance.randrange(20, 105), top + chance.randrange(20, 105))
        shape = draw.rectangle if chance.random() < 0.6 else draw.ellipse
        shape(box, fill=tuple(chance.randrange(256) for _ in "rgb"))
    return image


def seen(seed: int, *, aside: int = 0, turned: float = 0.0) -> Image.Image:
    """The room from where a carer stands: so many pixels aside, the phone turned by so many degrees."""
    image = room(seed).rotate(turned, resample=Image.Resampling.BILINEAR, translate=(aside, aside // 2))
    return image.crop((WIDTH // 10, HEIGHT // 10, WIDTH * 9 // 10, HEIGHT * 9 // 10))


def cropped(image: Image.Image, share: float) -> Image.Image:
    """Cut by a share of its sides, left and below."""
    return image.crop((int(image.width * share), 0, image.width, int(image.height * (1 - share))))


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def described(content: bytes, fact_id: UUID, *, at: datetime = NOW, **changed: object) -> dict[str, Any]:
    """What a phone tells of a photo."""
    return {
        "id": str(new_id()),
        "fact_id": str(fact_id),
        "purpose": "care",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "occurred_at": at.isoformat(),
    } | changed


def a_stored_photo(session: Session, *, fact_id: UUID, carer_id: UUID, at: datetime = NOW) -> UUID:
    """A photo whose bytes are in the store."""
    content, photo_id = encoded(room(0)), new_id()
    told = PhotoTaken(
        id=photo_id,
        fact_id=fact_id,
        carer_id=carer_id,
        purpose=PhotoPurpose.CARE,
        sha256=hashlib.sha256(content).digest(),
        size=len(content),
        occurred_at=at,
        account_id=new_id(),
        command_digest=b"-",
        recorded_at=at,
    )
    kept = Photo(
        id=photo_id,
        fact_id=fact_id,
        carer_id=carer_id,
        state=PhotoState.STORED,
        media_type=MediaType.JPEG,
        received_at=at,
    )
    session.add_all([told, kept])
    session.flush()
    store_content(Upload(photo_id, fact_id, None, is_stored=False), content, region="tianjin")
    return photo_id
