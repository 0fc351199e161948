"""JSON of seals and receipts. `anhu audit check-receipt` reads it as it comes."""

from dataclasses import dataclass
from datetime import date

import marshmallow as ma

from app.kernel.http.fields import Month, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema


@dataclass(frozen=True, slots=True)
class SealsAsked:
    """The month whose seals are asked for, by its first day."""

    month: date


class SealsAskedSchema(CommandSchema):
    """Query keys: a month, named by its first day."""

    command = SealsAsked

    month = Month(required=True)


class SealSchema(ma.Schema):
    """A seal: the words that are signed, by which key, and the Ed25519 signature in base64."""

    statement = Text(required=True)
    key = Text(required=True)
    signature = Text(required=True)


class SealListSchema(ma.Schema):
    """Seals in order of their days, and the public keys by id, base64."""

    items = ma.fields.List(ma.fields.Nested(SealSchema), required=True)
    keys = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)


class ReceiptRowSchema(ma.Schema):
    """A row in its canonical form (base64), and its way to the root of its seal; none while it is not yet sealed."""

    row = ma.fields.String(required=True)
    seal = ma.fields.Nested(SealSchema, required=True, allow_none=True)
    position = WholeNumber(required=True, allow_none=True)
    path = ma.fields.List(
        ma.fields.String(), required=True, metadata={"description": "The nodes beside its way up, base64"}
    )


class ReceiptSchema(ma.Schema):
    """What is recorded of a fact, signed as a whole (存证凭据)."""

    region = Text(required=True)
    subject = Text(required=True, metadata={"description": "`fact` and its id"})
    at = Text(required=True, metadata={"description": "When it was made"})
    rows = ma.fields.List(ma.fields.Nested(ReceiptRowSchema), required=True)
    key = Text(required=True)
    signature = Text(required=True)
