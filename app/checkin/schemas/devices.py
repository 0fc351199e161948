"""JSON of carers' phones."""

import marshmallow as ma

from app.accounts.device_codes import DeviceCodeEntry
from app.accounts.software import LoginWay, Platform
from app.accounts.types import DeviceDoubt
from app.kernel.http.fields import Choice, Id, Instant, Text
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import page_schema


class SoftwareSchema(ma.Schema):
    """What records are made with, as told at the login before: platform, version of WeChat's base library (null where
    none was told), and who vouched for the user."""

    platform = Choice(Platform, required=True)
    sdk_version = Text(required=True, allow_none=True)
    login = Choice(LoginWay, required=True)


class DeviceViewSchema(ma.Schema):
    """A carer's phone, and why it is not taken for his own yet."""

    id = Id(required=True)
    carer_id = Id(required=True)
    platform = Text(required=True)
    first_seen_at = Instant(required=True)
    replaced_at = Instant(required=True, allow_none=True)
    doubt = Choice(DeviceDoubt, required=True, allow_none=True)
    made_with = ma.fields.Nested(SoftwareSchema, required=True, allow_none=True)


class IssuedDeviceCodeSchema(ma.Schema):
    """Six digits for a phone, shown once: its carer enters them there."""

    device_id = Id(required=True)
    code = Text(required=True)
    expires_at = Instant(required=True)


class DeviceCodeEntrySchema(CommandSchema):
    """Digits from the agency, as typed."""

    command = DeviceCodeEntry

    code = Text(required=True, maximum=30)


class ConfirmedDeviceSchema(ma.Schema):
    """The phone in the carer's hand, taken for his own."""

    id = Id(required=True)


DevicePageSchema = page_schema(DeviceViewSchema)
