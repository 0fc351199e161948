"""Pictures from strangers: three formats, nothing too large to unpack, and nothing beside the pixels is given on."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from app.kernel.pictures import MOST_PIXELS, NotAPicture, TooManyPixels, read_picture, without_metadata

PLACE = "39.0851 N"


def encoded(form: str, **options: Any) -> bytes:
    written = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(written, form, **options)
    return written.getvalue()


def of_size(width: int, height: int) -> bytes:
    """A PNG that says to be so large, in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("form", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_the_three_formats_are_read(form: str, media_type: str):
    picture = read_picture(encoded(form))

    assert (picture.media_type, len(picture.grey)) == (media_type, 32 * 32)


JPEG, PNG = encoded("JPEG"), encoded("PNG")
NO_PICTURES = {
    "empty": b"",
    "text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "another format": encoded("GIF"),
    "a JPEG cut off": JPEG[: len(JPEG) // 2],
    "a PNG cut off": PNG[: len(PNG) // 2],
    "a head alone": JPEG[:20],
    "a PNG with less in it than it says": of_size(1000, 1000),
}


@pytest.mark.parametrize("what", NO_PICTURES)
def test_what_is_no_whole_picture_of_a_known_format_is_refused(what: str):
    with pytest.raises(NotAPicture):
        read_picture(NO_PICTURES[what])


@pytest.mark.parametrize(("width", "height"), [(MOST_PIXELS["PNG"] + 1, 1), (10_000, 10_000), (60_000, 60_000)])
@pytest.mark.parametrize("look", [read_picture, without_metadata])
def test_what_would_unpack_into_too_much_is_refused_by_its_head(look: Any, width: int, height: int):
    with pytest.raises(TooManyPixels) as refused:
        look(of_size(width, height))

    assert refused.value.most in MOST_PIXELS.values()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_that_a_camera_wrote_beside_the_pixels_is_given_on(form: str):
    exif = Image.Exif()
    exif[0x010E] = PLACE
    content = encoded(form, exif=exif, **({"comment": PLACE} if form == "JPEG" else {}))

    shown = without_metadata(content)

    assert (PLACE.encode() in content, PLACE.encode() in shown) == (True, False)
    assert Image.open(io.BytesIO(shown)).format == "JPEG"
    assert not Image.open(io.BytesIO(shown)).getexif()


def test_a_picture_that_lies_on_its_side_is_shown_upright():
    exif, written = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(written, "JPEG", exif=exif)

    assert Image.open(io.BytesIO(without_metadata(written.getvalue()))).size == (20, 40)
