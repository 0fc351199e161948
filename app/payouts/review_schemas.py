"""Reviews of families' months as JSON."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Id, Instant, Month, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.http.told import Told
from app.kernel.paging import PageRequestSchema, QueryFlag, page_schema
from app.payouts.pages import MonthReviewRequest
from app.payouts.review_types import (
    AcceptUnflagged,
    DecideMonth,
    FlagCode,
    MonthDecision,
    MonthReason,
    MonthStanding,
)


class MonthReviewRequestSchema(PageRequestSchema):
    """Which months; `flagged` false: those about which the rules noticed nothing."""

    command = MonthReviewRequest  # type: ignore[assignment]  # it is one, though of a month that must be named
    month = Month(required=True)
    standing = Choice(MonthStanding, load_default=None)
    flagged = QueryFlag(load_default=None)


class FlagSchema(ma.Schema):
    """What the rules noticed about a month, with the numbers it rests on."""

    code = Choice(FlagCode, required=True)
    text = Told("month_flags", of="code")
    facts = ma.fields.Dict(keys=ma.fields.String(), values=WholeNumber(), required=True)


class MonthReviewSchema(ma.Schema):
    """The newest decision about a row of a month."""

    decision = Choice(MonthDecision, required=True)
    reason = Choice(MonthReason, required=True)
    text = Told("month_reasons", of="reason")
    reviewed_at = Instant(required=True)


class OfficialMonthReviewSchema(MonthReviewSchema):
    """The same with who decided, for the fund."""

    reviewed_by = Id(required=True)


class ReviewedMonthSchema(ma.Schema):
    """A month to decide about, as its newest row."""

    id = Id(required=True)
    client_id = Id(required=True)
    carer_id = Id(required=True, allow_none=True, metadata={"description": "null: cash of the client's own"})
    payee_person_id = Id(required=True)
    month = Month(required=True)
    seq = WholeNumber(required=True)
    amount_fen = WholeNumber(required=True)
    days_paid = WholeNumber(required=True)
    pay_by = Day(required=True)
    standing = Choice(MonthStanding, required=True)
    flags = ma.fields.List(ma.fields.Nested(FlagSchema), required=True)
    review = ma.fields.Nested(OfficialMonthReviewSchema, required=True, allow_none=True)


ReviewedMonthPageSchema = page_schema(ReviewedMonthSchema)


class DecideMonthSchema(CommandSchema):
    """A reviewer's decision about a month."""

    command = DecideMonth
    decision = Choice(MonthDecision, required=True)
    reason = Choice(MonthReason, required=True)


class AcceptUnflaggedSchema(CommandSchema):
    """Of which month to accept what has no flag."""

    command = AcceptUnflagged
    month = Month(required=True)


class AcceptedMonthsSchema(ma.Schema):
    """What was accepted together, and what waits for a look of its own."""

    accepted = WholeNumber(required=True)
    waiting = WholeNumber(required=True)
