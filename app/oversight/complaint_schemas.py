"""Complaints as JSON."""

from typing import Any

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, PhoneId, PhoneInstant, Text
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema
from app.oversight.complaint_types import (
    ComplaintAnswer,
    ComplaintKind,
    ComplaintOutcome,
    ComplaintState,
    ComplaintTo,
    ComplaintTold,
)
from app.oversight.queries.complaints import ComplaintFilter

LONGEST_TEXT = 1000


class ComplaintToldSchema(CommandSchema):
    """A complaint; `id` is made by the phone. One to an agency names it."""

    command = ComplaintTold

    id = PhoneId(required=True)
    client_id = Id(required=True)
    to = Choice(ComplaintTo, required=True)
    agency_id = Id(load_default=None, allow_none=True)
    kind = Choice(ComplaintKind, required=True)
    text = Text(required=True, maximum=LONGEST_TEXT)
    occurred_at = PhoneInstant(required=True)

    @ma.validates_schema
    def _check_agency(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("to") is ComplaintTo.AGENCY and not data.get("agency_id"):
            raise ma.ValidationError("required", "agency_id")


class ComplaintAnswerSchema(CommandSchema):
    """What came of it, in words for who complained."""

    command = ComplaintAnswer

    outcome = Choice(ComplaintOutcome, required=True)
    text = Text(required=True, maximum=LONGEST_TEXT)


class ComplaintFilterSchema(PageRequestSchema):
    """Which complaints."""

    command: type[Any] = ComplaintFilter

    state = Choice(ComplaintState, load_default=None)


class ComplaintSchema(ma.Schema):
    """A complaint, until when it is to be answered, and its answer."""

    id = Id(required=True)
    client_id = Id(required=True)
    to = Choice(ComplaintTo, required=True)
    agency_id = Id(required=True, allow_none=True)
    kind = Choice(ComplaintKind, required=True)
    state = Choice(ComplaintState, required=True)
    text = Text(required=True, allow_none=True)
    made_by = Id(required=True)
    occurred_at = Instant(required=True)
    received_at = Instant(required=True)
    due_on = Day(required=True)
    is_overdue = Flag(required=True)
    outcome = Choice(ComplaintOutcome, required=True, allow_none=True)
    answer = Text(required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


ComplaintPageSchema = page_schema(ComplaintSchema)
