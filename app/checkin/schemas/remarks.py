"""JSON of carers' words on what is looked into."""

import marshmallow as ma

from app.checkin.remarks import RemarkKind, RemarkTold
from app.kernel.http.fields import Choice, Id, Instant, PhoneId, PhoneInstant, Text
from app.kernel.http.schemas import CommandSchema


class RemarkToldSchema(CommandSchema):
    """What a carer says; `id` is made by the phone, `fact_id` is the visit's or care day's."""

    command = RemarkTold

    id = PhoneId(required=True)
    fact_id = Id(required=True)
    kind = Choice(RemarkKind, load_default=RemarkKind.EXPLANATION)
    text = Text(required=True, maximum=500)
    occurred_at = PhoneInstant(required=True)


class RemarkSchema(ma.Schema):
    """A carer's words as they were told; the text is null where it is deleted."""

    id = Id(required=True)
    kind = Choice(RemarkKind, required=True)
    text = ma.fields.String(required=True, allow_none=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)
