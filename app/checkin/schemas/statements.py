"""JSON of times that carer or agency state by hand."""

from typing import Any

import marshmallow as ma

from app.checkin.schemas.facts import MOST_ITEMS, ItemEntrySchema
from app.checkin.statements import OF_HAND, PaperRecord, StatedEnd, StatementReason
from app.kernel.http.fields import Choice, Instant, PhoneId, PhoneInstant, Several
from app.kernel.http.schemas import CommandSchema

BY_HAND = ma.validate.OneOf(OF_HAND, error="not_a_reason_here")
OF_AN_END = ma.validate.OneOf(OF_HAND | {StatementReason.NOT_REMEMBERED}, error="not_a_reason_here")


class StatedEndSchema(CommandSchema):
    """When a visit ended whose clock-out was forgotten; null for who does not remember (`not_remembered`)."""

    command = StatedEnd

    id = PhoneId(required=True)
    ended_at = Instant(required=True, allow_none=True)
    reason = Choice(StatementReason, required=True, validate=OF_AN_END)
    occurred_at = PhoneInstant(required=True)

    @ma.validates_schema
    def _check_end(self, data: dict[str, Any], **_: Any) -> None:
        if (data["ended_at"] is None) != (data["reason"] is StatementReason.NOT_REMEMBERED):
            raise ma.ValidationError("null_only_when_not_remembered", "ended_at")


class PaperRecordSchema(CommandSchema):
    """A visit as it stands on paper, or as it was told by telephone."""

    command = PaperRecord

    id = PhoneId(required=True)
    began_at = Instant(required=True)
    ended_at = Instant(required=True)
    reason = Choice(StatementReason, required=True, validate=BY_HAND)
    items = Several(ma.fields.Nested(ItemEntrySchema), maximum=MOST_ITEMS, load_default=())

    @ma.validates_schema
    def _check_ids(self, data: dict[str, Any], **_: Any) -> None:
        ids = [item.id for item in data.get("items", ())]
        if len(set(ids)) < len(ids):
            raise ma.ValidationError("id_repeated", "items")
