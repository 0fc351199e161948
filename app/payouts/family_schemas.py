"""JSON of a family's month and payments."""

from typing import Any

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, Month, WholeNumber
from app.kernel.http.told import Told
from app.kernel.paging import PageRequestSchema, page_schema
from app.payouts.queries.families import PayoutFilter
from app.payouts.types import DayRule, PayoutState


class RunningDaySchema(ma.Schema):
    """One day: paid or not as things stand, and why; its record is the care day, stay or right that was looked at."""

    day = Day(required=True)
    is_paid = Flag(required=True)
    rule = Choice(DayRule, required=True)
    text = Told("days", of="rule")
    source = ma.fields.String(required=True, allow_none=True)
    record_id = Id(required=True, allow_none=True)


class RunningMonthSchema(ma.Schema):
    """A family carer's month up to today."""

    carer_id = Id(required=True, allow_none=True)
    days_paid = WholeNumber(required=True)
    days = ma.fields.List(ma.fields.Nested(RunningDaySchema), required=True)


class RunningMonthListSchema(ma.Schema):
    """One for each family carer of the client."""

    items = ma.fields.List(ma.fields.Nested(RunningMonthSchema), required=True)


class PayoutFilterSchema(PageRequestSchema):
    """Payments for a client, or all of one's own."""

    command: type[Any] = PayoutFilter

    client_id = Id(load_default=None)


class FamilyPayoutSchema(ma.Schema):
    """A payment; `text` says where it stands, or why it came back and what to do; `counter` where to go with it."""

    id = Id(required=True)
    subsidy_id = Id(required=True)
    client_id = Id(required=True)
    month = Month(required=True)
    amount_fen = WholeNumber(required=True)
    state = Choice(PayoutState, required=True)
    reason_code = ma.fields.String(required=True, allow_none=True)
    text = Told("payouts", of="told")
    counter = Told("counters", of="counter")
    holder_name = ma.fields.String(required=True)
    payee_account = ma.fields.String(required=True)
    changed_at = Instant(required=True)


FamilyPayoutPageSchema = page_schema(FamilyPayoutSchema)
