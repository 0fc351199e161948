"""JSON of what became of what the rules held, and of rules that are stopped."""

from typing import Any

import marshmallow as ma

from app.checkin.rule_stops import OutcomesAsked, RuleChange, RuleReason
from app.checkin.types import ExceptionCode
from app.kernel.http.fields import Choice, Flag, Id, Instant, Month, WholeNumber
from app.kernel.http.schemas import CommandSchema

MOST_MONTHS = 24


class OutcomesAskedSchema(CommandSchema):
    """Query keys: from the first to the last month, both named by their first day, at most two years."""

    command = OutcomesAsked

    month_from = Month(required=True)
    month_to = Month(required=True)

    @ma.validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        first, last = data["month_from"], data["month_to"]
        months = (last.year - first.year) * 12 + last.month - first.month
        if not 0 <= months < MOST_MONTHS:
            raise ma.ValidationError("months_up_to_24", "month_to")


class OutcomeSchema(ma.Schema):
    """Of visits that a rule held: how many people accepted, and how many they refused."""

    overturned = WholeNumber(required=True)
    upheld = WholeNumber(required=True)


class MonthOutcomeSchema(ma.Schema):
    """A rule's outcomes of a month, by the day of the last decision."""

    month = Month(required=True)
    code = Choice(ExceptionCode, required=True)
    outcome = ma.fields.Nested(OutcomeSchema, required=True)


class RuleStopSchema(ma.Schema):
    """The last word about a rule; without an account the system stopped it, by the outcome."""

    code = Choice(ExceptionCode, required=True)
    stopped = Flag(required=True)
    since = Instant(required=True)
    account_id = Id(required=True, allow_none=True)
    reason = Choice(RuleReason, required=True, allow_none=True)
    outcome = ma.fields.Nested(OutcomeSchema, required=True, allow_none=True)


class RuleOutcomesSchema(ma.Schema):
    """Outcomes by month and rule, and the last word about each rule that ever was stopped."""

    items = ma.fields.List(ma.fields.Nested(MonthOutcomeSchema), required=True)
    stops = ma.fields.List(ma.fields.Nested(RuleStopSchema), required=True)


class RuleChangeSchema(CommandSchema):
    """Stop a rule, or let it hold money again."""

    command = RuleChange

    code = Choice(ExceptionCode, required=True)
    stopped = Flag(required=True)
    reason = Choice(RuleReason, required=True)
