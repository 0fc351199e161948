"""JSON of proposals that an address is wrong."""

from typing import Any

import marshmallow as ma

from app.checkin.homes import ProposalAnswer, ProposalDecline, ProposalState
from app.checkin.queries.homes import ProposalFilter
from app.kernel.http.fields import Choice, Id, Instant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema


class ProposalFilterSchema(PageRequestSchema):
    """Query keys of the list of proposals."""

    command = ProposalFilter

    state = Choice(ProposalState, load_default=None)


class ProposalSchema(ma.Schema):
    """Accepted visits lie `distance_m` from the nearest approved place: how sure it is, and what was decided."""

    id = Id(required=True)
    client_id = Id(required=True)
    state = Choice(ProposalState, required=True)
    distance_m = WholeNumber(required=True)
    spread_m = WholeNumber(required=True)
    taps = WholeNumber(required=True)
    days = WholeNumber(required=True)
    carers = WholeNumber(required=True)
    proposed_at = Instant(required=True)
    decline_reason = Choice(ProposalDecline, required=True, allow_none=True)
    home_id = Id(required=True, allow_none=True)
    answered_by = Id(required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


class ProposalAnswerSchema(CommandSchema):
    """Accepted: the address of the place, and which one it takes over from, if any. Declined: a reason instead."""

    command = ProposalAnswer

    address = Text(load_default=None, allow_none=True, maximum=200)
    replaces_id = Id(load_default=None, allow_none=True)
    decline_reason = Choice(ProposalDecline, load_default=None, allow_none=True)

    @ma.validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if data["address"] is None and data["decline_reason"] is None:
            raise ma.ValidationError("required", "address")
        if data["decline_reason"] is not None and (data["address"] or data["replaces_id"]):
            raise ma.ValidationError("unknown", "address" if data["address"] else "replaces_id")


ProposalPageSchema = page_schema(ProposalSchema)
