"""JSON of people's phones and ways in, and of the list of guardians."""

import marshmallow as ma

from app.kernel.http.fields import Id, Text
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, QueryFlag
from app.registry import commands, lists
from app.registry.schemas.fields import reason_code


class AccessEntrySchema(CommandSchema):
    """A way in; with the mobile number on file its owner may bind by it as well as by the code."""

    command = commands.AccessEntry

    phone = Text(load_default=None, maximum=30)


class PhoneEntrySchema(CommandSchema):
    """Another mobile number of a person, null for none."""

    command = commands.PhoneEntry

    phone = Text(required=True, allow_none=True, maximum=30)
    reason = reason_code(required=True)


class PersonPhoneSchema(ma.Schema):
    """The mobile number on file, masked."""

    person_id = Id(required=True)
    phone = Text(required=True, allow_none=True)


class GuardianFilterSchema(PageRequestSchema):
    """Query keys of the list of guardians."""

    command = lists.GuardianFilter  # type: ignore[assignment]  # extends the page request's

    is_approved = QueryFlag(load_default=None)
