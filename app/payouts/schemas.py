"""Subsidies, batches and the bank's answers as JSON."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, Month, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.http.told import Told
from app.kernel.paging import PageRequestSchema, QueryNumber, page_schema
from app.payouts.batch_types import ApproveBatch, ComputeMonth, HeldReason, NewPayingAccount, PrepareBatches
from app.payouts.pages import DueRequest, SubsidyRequest
from app.payouts.review_schemas import MonthReviewSchema
from app.payouts.run_types import RunState
from app.payouts.types import BatchState, DayRule, FileKind, PayoutState


class ComputeMonthSchema(CommandSchema):
    """Which month to compute."""

    command = ComputeMonth
    month = Month(required=True)


class MonthRunSchema(ma.Schema):
    """A computation of a month: how far it is, and what it has come to."""

    id = Id(required=True)
    month = Month(required=True)
    state = Choice(RunState, required=True)
    requested_by = Id(required=True, allow_none=True, metadata={"description": "null: the night's job"})
    requested_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
    failure_code = ma.fields.String(required=True, allow_none=True)
    pairs = WholeNumber(
        required=True, allow_none=True, metadata={"description": "family carers and clients; null before it has begun"}
    )
    computed = WholeNumber(required=True, metadata={"description": "new rows"})
    unchanged = WholeNumber(required=True, metadata={"description": "computed before from the same facts"})
    payable_fen = WholeNumber(required=True)
    recovery_fen = WholeNumber(required=True)


MonthRunPageSchema = page_schema(MonthRunSchema)


class SubsidyRequestSchema(PageRequestSchema):
    """Which subsidies."""

    command = SubsidyRequest
    month = Month(load_default=None)
    client_id = Id(load_default=None)


class SubsidySchema(ma.Schema):
    """A row of a family carer's month; `amount_fen` is the whole month, `payable_fen` what this row changes."""

    id = Id(required=True)
    client_id = Id(required=True)
    carer_id = Id(required=True, allow_none=True, metadata={"description": "null: cash of the client's own"})
    payee_person_id = Id(required=True)
    month = Month(required=True)
    seq = WholeNumber(required=True)
    amount_fen = WholeNumber(required=True)
    payable_fen = WholeNumber(required=True)
    days_paid = WholeNumber(required=True)
    pay_by = Day(required=True)
    supersedes_id = Id(required=True, allow_none=True)
    payout_state = Choice(PayoutState, required=True, allow_none=True)
    computed_at = Instant(required=True)


SubsidyPageSchema = page_schema(SubsidySchema)


class SubsidyDaySchema(ma.Schema):
    """One day: paid or not, by which rule, from which clause or as the operator's assumption."""

    day = Day(required=True)
    is_paid = Flag(required=True)
    rule = ma.fields.String(required=True, validate=ma.validate.OneOf([rule.value for rule in DayRule]))
    text = Told("days", of="rule")
    policy_key = ma.fields.String(required=True)
    source = ma.fields.String(required=True, allow_none=True)
    assumed = Flag(required=True)
    explanation = ma.fields.String(required=True)
    record_id = Id(required=True, allow_none=True)


class RuleSchema(ma.Schema):
    """A policy value that decided days."""

    policy_key = ma.fields.String(required=True)
    label = ma.fields.String(required=True)
    value = ma.fields.String(required=True)
    origin = ma.fields.String(required=True)
    assumed = Flag(required=True)


class SubsidyDetailSchema(ma.Schema):
    """A subsidy with every day of its month, and the operator's review of this row."""

    subsidy = ma.fields.Nested(SubsidySchema, required=True)
    review = ma.fields.Nested(MonthReviewSchema, required=True, allow_none=True)
    days = ma.fields.List(ma.fields.Nested(SubsidyDaySchema), required=True)
    rules = ma.fields.List(ma.fields.Nested(RuleSchema), required=True)


class DueRequestSchema(PageRequestSchema):
    """Overdue months of the last two years or from `month_from` on; `within_days` adds those due within so many."""

    command = DueRequest
    within_days = QueryNumber(load_default=0, validate=ma.validate.Range(0, 366, error="days_0_to_366"))
    month_from = Month(load_default=None)


class DueSchema(ma.Schema):
    """A month not paid in full."""

    id = Id(required=True, metadata={"description": "newest row of the month"})
    client_id = Id(required=True)
    carer_id = Id(required=True, allow_none=True, metadata={"description": "null: cash of the client's own"})
    payee_person_id = Id(required=True)
    month = Month(required=True)
    pay_by = Day(required=True)
    days_left = WholeNumber(required=True, metadata={"description": "negative when overdue"})
    unpaid_fen = WholeNumber(required=True)
    payout_state = Choice(PayoutState, required=True, allow_none=True)
    held = Choice(HeldReason, required=True, allow_none=True)
    held_until = Instant(required=True, allow_none=True)


DuePageSchema = page_schema(DueSchema)


class PrepareBatchesSchema(CommandSchema):
    """Which month is to be paid, and when the bank is to do it."""

    command = PrepareBatches
    month = Month(required=True)
    execute_on = Day(required=True)


class StateCountSchema(ma.Schema):
    """Payouts of a batch in one state."""

    state = Choice(PayoutState, required=True)
    count = WholeNumber(required=True)
    total_fen = WholeNumber(required=True)


class BankFileSchema(ma.Schema):
    """A file given to the bank, or got from it."""

    id = Id(required=True)
    kind = Choice(FileKind, required=True)
    sha256 = ma.fields.String(required=True, metadata={"description": "of its bytes, in hex"})
    booked_by = Id(required=True)
    booked_at = Instant(required=True)
    unconfirmed = Flag(required=True, metadata={"description": "what it freed waits for a second person"})
    confirmed_by = Id(required=True, allow_none=True)
    confirmed_at = Instant(required=True, allow_none=True)


class BatchSchema(ma.Schema):
    """A payout batch."""

    id = Id(required=True)
    number = ma.fields.String(required=True)
    month = Month(required=True)
    execute_on = Day(required=True)
    state = Choice(BatchState, required=True)
    count = WholeNumber(required=True)
    total_fen = WholeNumber(required=True)
    digest = ma.fields.String(required=True, metadata={"description": "to be named by who approves"})
    prepared_by = Id(required=True)
    prepared_at = Instant(required=True)
    approved_by = Id(required=True, allow_none=True)
    approved_at = Instant(required=True, allow_none=True)
    payouts = ma.fields.List(ma.fields.Nested(StateCountSchema), required=True)
    sent_as = Choice(FileKind, required=True, allow_none=True)
    files = ma.fields.List(ma.fields.Nested(BankFileSchema), required=True)


BatchPageSchema = page_schema(BatchSchema)


class HeldSchema(ma.Schema):
    """A subsidy that waits, and why."""

    subsidy_id = Id(required=True)
    payee_person_id = Id(required=True)
    amount_fen = WholeNumber(required=True)
    pay_by = Day(required=True)
    reason = Choice(HeldReason, required=True)
    until = Instant(required=True, allow_none=True)


class PreparationSchema(ma.Schema):
    """The batches made and what was left out."""

    batches = ma.fields.List(ma.fields.Nested(BatchSchema), required=True)
    held = ma.fields.List(ma.fields.Nested(HeldSchema), required=True)


class ApproveBatchSchema(CommandSchema):
    """The digest of the batch that was looked at."""

    command = ApproveBatch
    digest = Text(required=True, maximum=64, validate=ma.validate.Regexp(r"^[0-9a-fA-F]{64}\Z", error="not_a_digest"))


class PayoutSchema(ma.Schema):
    """One payment, its payee masked."""

    id = Id(required=True)
    subsidy_id = Id(required=True)
    serial = ma.fields.String(required=True)
    line_no = WholeNumber(required=True)
    amount_fen = WholeNumber(required=True)
    state = Choice(PayoutState, required=True)
    payee_name = ma.fields.String(required=True)
    holder_name = ma.fields.String(required=True)
    payee_account = ma.fields.String(required=True)
    reissue_of = Id(required=True, allow_none=True)
    reason_code = ma.fields.String(required=True, allow_none=True)


PayoutPageSchema = page_schema(PayoutSchema)


class OutcomeCountSchema(ma.Schema):
    """Lines that say one outcome: paid, failed, unknown or returned."""

    outcome = ma.fields.String(required=True)
    count = WholeNumber(required=True)
    total_fen = WholeNumber(required=True)


class AnswerBookedSchema(ma.Schema):
    """What a file from the bank said."""

    file_id = Id(required=True)
    batch_id = Id(required=True)
    kind = Choice(FileKind, required=True)
    outcomes = ma.fields.List(ma.fields.Nested(OutcomeCountSchema), required=True)


class NewPayingAccountSchema(CommandSchema):
    """The fund's account that payouts leave."""

    command = NewPayingAccount
    number = Text(required=True, maximum=34)
    name = Text(required=True, maximum=140)
    bank_code = Text(required=True, maximum=12, validate=ma.validate.Regexp(r"^[0-9]{12}\Z", error="not_a_bank_code"))
    bank_name = Text(load_default=None, allow_none=True, maximum=140)


class PayingAccountSchema(ma.Schema):
    """The paying account, its number masked."""

    id = Id(required=True)
    number = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    bank_code = ma.fields.String(required=True)
    bank_name = ma.fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)
