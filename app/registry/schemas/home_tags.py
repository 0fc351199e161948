"""JSON of home tags."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Id, Instant, Text
from app.kernel.http.schemas import CommandSchema
from app.registry import commands
from app.registry.types import TagEnd


class TagRevocationSchema(CommandSchema):
    """Why a tag is withdrawn."""

    command = commands.TagRevocation

    reason = Choice(TagEnd, required=True)


class HomeTagSchema(ma.Schema):
    """A home tag."""

    id = Id(required=True)
    client_id = Id(required=True)
    issued_at = Instant(required=True)
    revoked_at = Instant(required=True, allow_none=True)
    reason = Choice(TagEnd, required=True, allow_none=True)


class HomeTagListSchema(ma.Schema):
    """The tags of a home."""

    items = ma.fields.List(ma.fields.Nested(HomeTagSchema), required=True)


class ChipKeySchema(ma.Schema):
    """What is written into a tag's chip; a reading says prefix, counter, `:` and MAC."""

    home_tag_id = Id(required=True)
    prefix = Text(required=True)
    key = Text(required=True, metadata={"description": "64 hexadecimal digits"})
