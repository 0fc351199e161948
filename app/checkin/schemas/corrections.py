"""JSON of corrections and unlocked records."""

from typing import Any

import marshmallow as ma

from app.checkin.corrections import (
    CorrectionAnswer,
    CorrectionAsked,
    CorrectionKind,
    CorrectionReason,
    CorrectionState,
    DeclineReason,
    Resolution,
    UnlockAnswer,
    UnlockAsked,
)
from app.checkin.queries.corrections import CorrectionFilter
from app.checkin.schemas.facts import MOST_ITEMS, ItemEntrySchema
from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, PhoneId, Several, Text
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema


class CorrectionAskedSchema(CommandSchema):
    """What a carer asks for: other times, other items, or that in and out were swapped; why, and a note where the code
    says too little."""

    command = CorrectionAsked

    id = PhoneId(required=True)
    visit_id = Id(required=True)
    kind = Choice(CorrectionKind, required=True)
    reason = Choice(CorrectionReason, required=True)
    began_at = Instant(load_default=None, allow_none=True)
    ended_at = Instant(load_default=None, allow_none=True)
    items = Several(ma.fields.Nested(ItemEntrySchema), maximum=MOST_ITEMS, load_default=())
    note = Text(load_default=None, allow_none=True, maximum=500)

    @ma.validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        kind, is_timed = data["kind"], bool(data["began_at"] or data["ended_at"])
        if kind is CorrectionKind.TIMES and not is_timed:
            raise ma.ValidationError("required", "began_at")
        if kind is CorrectionKind.ITEMS and is_timed:
            raise ma.ValidationError("unknown", "began_at" if data["began_at"] else "ended_at")
        if (kind is CorrectionKind.ITEMS) != bool(data["items"]):
            raise ma.ValidationError("unknown" if data["items"] else "required", "items")
        if len({item.id for item in data["items"]}) < len(data["items"]):
            raise ma.ValidationError("id_repeated", "items")
        if data["reason"] is CorrectionReason.OTHER and data["note"] is None:
            raise ma.ValidationError("required", "note")


class CorrectionAnswerSchema(CommandSchema):
    """Granted, with what was done about it, or declined, with a reason."""

    command = CorrectionAnswer

    granted = Flag(required=True)
    resolution = Choice(Resolution, load_default=None, allow_none=True)
    decline_reason = Choice(DeclineReason, load_default=None, allow_none=True)

    @ma.validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        wanted, other = ("resolution", "decline_reason") if data["granted"] else ("decline_reason", "resolution")
        if data[wanted] is None:
            raise ma.ValidationError("required", wanted)
        if data[other] is not None:
            raise ma.ValidationError("unknown", other)


class CorrectionFilterSchema(PageRequestSchema):
    """Query keys of the list of requests."""

    command = CorrectionFilter

    state = Choice(CorrectionState, load_default=None)


class CorrectionSchema(ma.Schema):
    """A request and its answer; without `is_acceptable` the operator looks at it too."""

    id = Id(required=True)
    visit_id = Id(required=True)
    kind = Choice(CorrectionKind, required=True)
    reason = Choice(CorrectionReason, required=True)
    is_acceptable = Flag(required=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    items = ma.fields.List(ma.fields.Nested(ItemEntrySchema), required=True)
    note = ma.fields.String(required=True, allow_none=True)
    asked_by = Id(required=True)
    asked_at = Instant(required=True)
    state = Choice(CorrectionState, required=True)
    resolution = Choice(Resolution, required=True, allow_none=True)
    decline_reason = Choice(DeclineReason, required=True, allow_none=True)
    answered_by = Id(required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


class UnlockAskedSchema(CommandSchema):
    """Why a locked record is to be corrected."""

    command = UnlockAsked

    reason = Choice(CorrectionReason, required=True)


class UnlockAnswerSchema(CommandSchema):
    """Until the end of which day the record is unlocked; null: it stays locked."""

    command = UnlockAnswer

    unlocked_until = Day(required=True, allow_none=True)


class UnlockSchema(ma.Schema):
    """A request to unlock a record, and its answer."""

    id = Id(required=True)
    visit_id = Id(required=True)
    reason = Choice(CorrectionReason, required=True)
    asked_by = Id(required=True)
    asked_at = Instant(required=True)
    answered_at = Instant(required=True, allow_none=True)
    unlocked_until = Day(required=True, allow_none=True)


CorrectionPageSchema = page_schema(CorrectionSchema)
UnlockPageSchema = page_schema(UnlockSchema)
