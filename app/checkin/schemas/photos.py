"""JSON of photos."""

from typing import Any

import marshmallow as ma

from app.checkin.photos import PhotoDescription, PhotoPurpose, PhotoState
from app.kernel.http.fields import Choice, Id, Instant, PhoneId, PhoneInstant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.settings import Limits

SHA256 = ma.validate.Regexp(r"^[0-9a-f]{64}\Z", error="not_a_sha256")
SIZE = ma.validate.Range(1, Limits().photo_body, error="size_1_to_2097152")


class Sha256(Text):
    """A SHA-256 digest as 64 lower-case hexadecimal digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=64, validate=SHA256, **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """The digest's bytes."""
        return bytes.fromhex(super().deserialize(value, *args, **kwargs))


class PhotoDescriptionSchema(CommandSchema):
    """A photo that was taken; `id` is made by the phone, `fact_id` is the visit's or care day's."""

    command = PhotoDescription

    id = PhoneId(required=True)
    fact_id = Id(required=True)
    purpose = Choice(PhotoPurpose, required=True)
    sha256 = Sha256(required=True)
    size = WholeNumber(required=True, validate=SIZE)
    occurred_at = PhoneInstant(required=True)


class PhotoSchema(ma.Schema):
    """A photo; its bytes can be had while it is `stored` or `compared`."""

    id = Id(required=True)
    purpose = Choice(PhotoPurpose, required=True)
    size = WholeNumber(required=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)
    state = Choice(PhotoState, required=True)
