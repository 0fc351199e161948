"""Pictures from strangers: what they are, small and grey enough to compare, and without what a camera wrote into them.

A picture says how large it is before any of it is unpacked: what would unpack into too much is not.
"""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

SIDE: Final = 32
SHOWN_QUALITY: Final = 85
SHOWN_SIDE: Final = 2000
MOST_PIXELS: Final = {"JPEG": 50_000_000, "PNG": 1_500_000, "WEBP": 1_500_000}
"""A JPEG is made small while it is unpacked; the others are unpacked whole, within what a request may take."""


class NotAPicture(ValueError):
    """No JPEG, PNG or WebP that can be read to its end."""


class TooManyPixels(ValueError):
    """The picture would unpack into more than is taken of its format."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} pixels")
        self.most = most


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is, and 32 rows of 32 grey values of it, upright."""

    media_type: str
    grey: bytes


def read_picture(content: bytes) -> Picture:
    """Look at a picture. Raises NotAPicture and TooManyPixels."""
    image, media_type = _open(content)
    try:
        image.draft("L", (SIDE * 8, SIDE * 8))
        small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        return Picture(media_type, ImageOps.exif_transpose(small, in_place=False).tobytes())
    except Exception as error:
        raise NotAPicture from error


def without_metadata(content: bytes) -> bytes:
    """The picture as a JPEG, upright, with nothing beside its pixels: no place, no device, no thumbnail.

    A very large one comes smaller. Raises NotAPicture and TooManyPixels.
    """
    image, _ = _open(content)
    try:
        image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGB")
        bare = Image.frombytes("RGB", upright.size, upright.tobytes())
        written = io.BytesIO()
        bare.save(written, "JPEG", quality=SHOWN_QUALITY)
        return written.getvalue()
    except Exception as error:
        raise NotAPicture from error


def _open(content: bytes) -> tuple[Image.Image, str]:
    try:
        image = Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(min(MOST_PIXELS.values())) from error
    except Exception as error:  # whatever a decoder says to bytes that somebody made up
        raise NotAPicture from error
    most = MOST_PIXELS[image.format or ""]
    if image.width * image.height > most:
        raise TooManyPixels(most)
    return image, Image.MIME[image.format or ""]
