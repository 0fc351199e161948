"""JSON of what families tell and ask for."""

from typing import Any

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, PhoneId, PhoneInstant
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema
from app.registry.notice_types import (
    NoticeAnswer,
    NoticeDecline,
    NoticeEntry,
    NoticeKind,
    NoticeState,
)
from app.registry.notices import NoticeFilter


class NoticeEntrySchema(CommandSchema):
    """A stay away from home or its end, on its day, or another mode asked for, from a day; `id` is the phone's."""

    command = NoticeEntry

    id = PhoneId(required=True)
    client_id = Id(required=True)
    kind = Choice(NoticeKind, required=True)
    day = Day(required=True)
    occurred_at = PhoneInstant(required=True)


class NoticeAnswerSchema(CommandSchema):
    """What was told is entered; or why not."""

    command = NoticeAnswer

    entered = Flag(required=True)
    decline_reason = Choice(NoticeDecline, load_default=None, allow_none=True)

    @ma.validates_schema
    def _check_reason(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("entered") is (data.get("decline_reason") is not None):
            raise ma.ValidationError("reason_needed", "decline_reason")


class NoticeFilterSchema(PageRequestSchema):
    """Query keys of the list of notices."""

    command: type[Any] = NoticeFilter

    client_id = Id(load_default=None)
    state = Choice(NoticeState, load_default=None)


class NoticeSchema(ma.Schema):
    """A notice and what became of it."""

    id = Id(required=True)
    client_id = Id(required=True)
    kind = Choice(NoticeKind, required=True)
    day = Day(required=True)
    told_by = Id(required=True)
    occurred_at = Instant(required=True)
    received_at = Instant(required=True)
    state = Choice(NoticeState, required=True)
    decline_reason = Choice(NoticeDecline, required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


NoticePageSchema = page_schema(NoticeSchema)
