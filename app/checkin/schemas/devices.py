"""JSON of carers' phones."""

import marshmallow as ma

from app.accounts.types import DeviceDoubt
from app.kernel.http.fields import Choice, Id, Instant, Text
from app.kernel.paging import page_schema


class DeviceViewSchema(ma.Schema):
    """A carer's phone, and why it is not taken for his own yet."""

    id = Id(required=True)
    carer_id = Id(required=True)
    platform = Text(required=True)
    first_seen_at = Instant(required=True)
    replaced_at = Instant(required=True, allow_none=True)
    doubt = Choice(DeviceDoubt, required=True, allow_none=True)


DevicePageSchema = page_schema(DeviceViewSchema)
