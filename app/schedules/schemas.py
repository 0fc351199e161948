"""JSON of visits."""

from datetime import date
from typing import Any

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, PhoneId, Several, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema
from app.policies.codes import HomeType
from app.registry.hand_over_types import HandOver, HandOverOutcome, Receiver
from app.registry.schemas.fields import reason_code
from app.schedules.types import (
    Cancellation,
    CancellationReason,
    VisitFilter,
    VisitSource,
    VisitState,
    VisitsToPlan,
    VisitToPlan,
)

MOST_RECEIVERS = 5000
MOST_VISITS = 200
LONGEST_SPAN_DAYS = 62


class VisitToPlanSchema(CommandSchema):
    """One visit to plan."""

    command = VisitToPlan

    id = PhoneId(required=True)
    client_id = Id(required=True)
    carer_id = Id(required=True)
    planned_from = Instant(required=True)
    planned_to = Instant(required=True)
    team_slot = WholeNumber(load_default=1, validate=ma.validate.Range(1, 9, error="team_slot_1_to_9"))


class VisitsToPlanSchema(CommandSchema):
    """Up to 200 visits, all or none."""

    command = VisitsToPlan

    visits = Several(ma.fields.Nested(VisitToPlanSchema), minimum=1, maximum=MOST_VISITS, required=True)


class CancellationSchema(CommandSchema):
    """Why a visit will not take place."""

    command = Cancellation

    reason = Choice(CancellationReason, required=True)


class VisitFilterSchema(PageRequestSchema):
    """Visits of local days, both included."""

    command = VisitFilter  # type: ignore[assignment]  # a filter has the keys of a page request and more

    day_from = Day(required=True)
    day_to = Day(required=True)
    state = Choice(VisitState, load_default=None)

    @ma.validates_schema
    def _check_days(self, data: dict[str, Any], **_: Any) -> None:
        first, last = data.get("day_from"), data.get("day_to")
        if isinstance(first, date) and isinstance(last, date) and not 0 <= (last - first).days < LONGEST_SPAN_DAYS:
            raise ma.ValidationError("span_1_to_62_days", "day_to")


class VisitSchema(ma.Schema):
    """One visit. `planned_from` and `planned_to` are null for a visit nobody planned."""

    id = Id(required=True)
    client_id = Id(required=True)
    carer_id = Id(required=True)
    agency_id = Id(required=True, allow_none=True)
    plan_id = Id(required=True, allow_none=True)
    team_slot = WholeNumber(required=True)
    planned_from = Instant(required=True, allow_none=True)
    planned_to = Instant(required=True, allow_none=True)
    state = Choice(VisitState, required=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    source = Choice(VisitSource, required=True)


class VisitListSchema(ma.Schema):
    """Visits without pages."""

    items = ma.fields.List(ma.fields.Nested(VisitSchema), required=True)


class SnapshotSchema(VisitListSchema):
    """A phone's visits, those that begin first in front."""

    is_complete = Flag(required=True, metadata={"description": "False where only the first 500 are told"})


class ReceiverSchema(CommandSchema):
    """The agency that is to take one client."""

    command = Receiver

    client_id = Id(required=True)
    agency_id = Id(required=True)


class HandOverSchema(CommandSchema):
    """From when and why an agency's clients go to others: those in `clients` to the agency named there, the rest to
    `agency_id`, or where it is null on the waiting list."""

    command = HandOver

    begins_on = Day(required=True)
    reason = reason_code(required=True)
    agency_id = Id(load_default=None)
    clients = Several(ma.fields.Nested(ReceiverSchema), maximum=MOST_RECEIVERS, load_default=())


class HandedClientSchema(ma.Schema):
    """What became of a client for one home type; `reason` says why he waits."""

    client_id = Id(required=True)
    home_type = Choice(HomeType, required=True)
    begins_on = Day(required=True)
    outcome = Choice(HandOverOutcome, required=True)
    agency_id = Id(required=True, allow_none=True)
    agreement_id = Id(required=True, allow_none=True)
    choice_id = Id(required=True, allow_none=True)
    reason = Text(required=True, allow_none=True)


class AgencyHandOverSchema(ma.Schema):
    """Every client handed over, and how many visits planned with the agency were cancelled."""

    clients = ma.fields.List(ma.fields.Nested(HandedClientSchema), required=True)
    cancelled_visits = WholeNumber(required=True)


VisitPageSchema = page_schema(VisitSchema)
