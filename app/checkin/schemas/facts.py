"""JSON of items, confirmations, records, facts and reviews."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import marshmallow as ma

from app.checkin.commands import Confirmation, Decided, ItemEntry, ItemLog, Reopening
from app.checkin.reasons import MACHINE_REASONS, ReviewReason
from app.checkin.schemas.devices import SoftwareSchema
from app.checkin.schemas.taps import ClockEventSchema
from app.checkin.statements import OF_SILENCE, Signature, StatedConfirmation, StatementReason
from app.checkin.types import (
    Decision,
    ExceptionCode,
    FactKind,
    ItemOutcome,
    LocationSource,
    ReviewStep,
    Severity,
    Standing,
)
from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, PhoneId, PhoneInstant, Several, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.http.told import Told
from app.kernel.paging import DEFAULT_LIMIT, PageRequestSchema, QueryNumber, page_schema
from app.policies.codes import EvidenceGrade

MOST_ITEMS = 60
# These go into sealed rows, which hold no personal text: codes only.
ITEM_CODE = ma.validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z", error="not_an_item_code")
REASON_CODE = ma.validate.Regexp(r"^[a-z][a-z0-9_]*\Z", error="not_a_reason_code")
STATEMENTS = ("times", "items", "service", "ended_at")
UNDONE = (ItemOutcome.REFUSED, ItemOutcome.NOT_DONE)
REVIEWED = (ReviewStep.AGENCY, ReviewStep.OPERATOR)
DECISIONS = (Decision.ACCEPTED, Decision.REFUSED)
GIVEN_BY_PEOPLE = ma.validate.NoneOf((*MACHINE_REASONS, ReviewReason.APPEALED), error="not_a_persons_reason")


class ItemEntrySchema(CommandSchema):
    """One line: done, refused by the client, not done, or beside the plan with the client's consent to its price."""

    command = ItemEntry

    id = PhoneId(required=True)
    item_code = Text(required=True, maximum=64, validate=ITEM_CODE)
    outcome = Choice(ItemOutcome, required=True)
    occurred_at = PhoneInstant(required=True)
    minutes = WholeNumber(
        load_default=None, allow_none=True, validate=ma.validate.Range(0, 1440, error="minutes_0_to_1440")
    )
    reason = Text(load_default=None, allow_none=True, maximum=64, validate=REASON_CODE)
    consented = Flag(load_default=False)
    price_fen = WholeNumber(
        load_default=None, allow_none=True, validate=ma.validate.Range(0, 1_000_000, error="price_fen_out_of_range")
    )

    @ma.validates_schema
    def _check_reason(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("outcome") in UNDONE and not data.get("reason"):
            raise ma.ValidationError("reason_needed", "reason")
        if data.get("price_fen") is not None and data.get("outcome") is not ItemOutcome.EXTRA:
            raise ma.ValidationError("only_of_an_extra", "price_fen")


class ItemLogSchema(CommandSchema):
    """What was done in a visit."""

    command = ItemLog

    items = Several(ma.fields.Nested(ItemEntrySchema), minimum=1, maximum=MOST_ITEMS, required=True)

    @ma.validates_schema
    def _check_ids(self, data: dict[str, Any], **_: Any) -> None:
        ids = [item.id for item in data.get("items", ())]
        if len(set(ids)) < len(ids):
            raise ma.ValidationError("id_repeated", "items")


class ItemListSchema(ma.Schema):
    """Lines as they are stored."""

    items = ma.fields.List(ma.fields.Nested(ItemEntrySchema), required=True)


class ConfirmationSchema(CommandSchema):
    """Whether it was so: in one word (`holds`), or by statements about times, items and service, of which each may be
    left open. A carer tells only the reason why there is no word, and with `handed_over` what was said on his
    phone, which is no witness."""

    command = Confirmation

    id = PhoneId(required=True)
    holds = Flag(allow_none=True)
    times = Flag(allow_none=True)
    items = Flag(allow_none=True)
    service = Flag(allow_none=True)
    signature = Choice(Signature)
    reason = Choice(StatementReason, allow_none=True, validate=ma.validate.OneOf(OF_SILENCE, error="not_a_reason_here"))
    ended_at = Instant(allow_none=True)
    handed_over = Flag(metadata={"description": "Said on the carer's phone, which he handed over"})
    occurred_at = PhoneInstant(required=True)

    @ma.validates_schema
    def _check_words(self, data: dict[str, Any], **_: Any) -> None:
        words = [name for name in STATEMENTS if data.get(name) is not None]
        if data.get("holds") is not None and (words or data.get("reason") or data.get("handed_over")):
            raise ma.ValidationError("in_one_word_or_by_statements", "holds")
        if data.get("holds") is None and not words and not data.get("reason"):
            raise ma.ValidationError("reason_needed", "reason")
        if data.get("ended_at") and data.get("times") is not True:
            raise ma.ValidationError("only_with_the_times_confirmed", "ended_at")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Any:
        if data.get("holds") is not None:
            return Confirmation(data["id"], data["holds"], data["occurred_at"])
        return StatedConfirmation(**{name: word for name, word in data.items() if name != "holds"})


class DecidedSchema(CommandSchema):
    """A decision with its reason's code. Who accepts a visit that lacks a tap may state its time."""

    command = Decided

    id = PhoneId(required=True)
    decision = Choice(Decision, required=True, validate=ma.validate.OneOf(DECISIONS, error="accepted_or_refused"))
    reason = Choice(ReviewReason, required=True, validate=GIVEN_BY_PEOPLE)
    note = Text(load_default=None, allow_none=True, maximum=500)
    began_at = Instant(load_default=None, allow_none=True)
    ended_at = Instant(load_default=None, allow_none=True)

    @ma.validates_schema
    def _check_times(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("began_at", "ended_at"):
            if data.get(name) and data.get("decision") is not Decision.ACCEPTED:
                raise ma.ValidationError("only_when_accepted", name)


class ReopeningSchema(CommandSchema):
    """Why a decided fact is looked into again."""

    command = Reopening

    id = PhoneId(required=True)
    reason = Choice(ReviewReason, required=True, validate=GIVEN_BY_PEOPLE)
    note = Text(load_default=None, allow_none=True, maximum=500)


class TapSchema(ClockEventSchema):
    """A tap of the visit; what was found about it stands with the fact. What it was made with and who gave its
    position are null for carer and family."""

    location_source = Choice(LocationSource, required=True, allow_none=True)
    made_with = ma.fields.Nested(SoftwareSchema, required=True, allow_none=True)

    class Meta:
        """Exceptions belong to the fact."""

        exclude = ("exceptions",)


class RecordSchema(ma.Schema):
    """What a visit came to."""

    id = Id(required=True)
    visit_id = Id(required=True)
    clock_in_id = Id(required=True, allow_none=True)
    clock_out_id = Id(required=True, allow_none=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    minutes = WholeNumber(required=True)
    service_on = Day(required=True)
    items = ma.fields.List(ma.fields.Nested(ItemEntrySchema), required=True)
    taps = ma.fields.List(ma.fields.Nested(TapSchema), required=True)


class ServiceLineSchema(ma.Schema):
    """What became of an item; extra items are the client's own to pay, with his consent or a guardian's."""

    item_code = Text(required=True)
    name = Text(required=True, allow_none=True)
    outcome = Choice(ItemOutcome, required=True)
    minutes = WholeNumber(required=True, allow_none=True)
    consented = Flag(required=True)


class ServiceSchema(ma.Schema):
    """A visit in a client's list of services (服务明细); accepted minutes are null until it is accepted."""

    visit_id = Id(required=True)
    service_on = Day(required=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    minutes = WholeNumber(required=True)
    accepted_minutes = WholeNumber(required=True, allow_none=True)
    items = ma.fields.List(ma.fields.Nested(ServiceLineSchema), required=True)


class ExceptionSchema(ma.Schema):
    """One thing found (待核实事项); `ended_at` is set when later evidence showed that it does not hold."""

    code = Choice(ExceptionCode, required=True)
    text = Told("exceptions", of="code")
    severity = Choice(Severity, required=True)
    details = ma.fields.Dict(required=True)
    recorded_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)


class HoldSchema(ma.Schema):
    """Who looks, until the end of which day."""

    step = Choice(ReviewStep, required=True)
    due_on = Day(required=True)


class ReviewSchema(ma.Schema):
    """One decision; the account is null for the machine."""

    step = Choice(ReviewStep, required=True)
    decision = Choice(Decision, required=True)
    reason = Choice(ReviewReason, required=True)
    note = ma.fields.String(required=True, allow_none=True)
    actor_id = Id(required=True, allow_none=True)
    recorded_at = Instant(required=True)


class FactSchema(ma.Schema):
    """A visit, care day or stray tap with its grade, what was found, and what was decided."""

    id = Id(required=True)
    kind = Choice(FactKind, required=True)
    client_id = Id(required=True, allow_none=True)
    carer_id = Id(required=True)
    agency_id = Id(required=True, allow_none=True)
    standing = Choice(Standing, required=True)
    grade = Choice(EvidenceGrade, required=True, allow_none=True)
    hold = ma.fields.Nested(HoldSchema, required=True, allow_none=True)
    exceptions = ma.fields.List(ma.fields.Nested(ExceptionSchema), required=True)
    reviews = ma.fields.List(ma.fields.Nested(ReviewSchema), required=True)


@dataclass(frozen=True, slots=True)
class FactFilter:
    """Facts that wait at a step, or all."""

    pending: ReviewStep | None = None
    limit: int = DEFAULT_LIMIT
    after: UUID | None = None


class FactFilterSchema(PageRequestSchema):
    """Query keys of the list of facts."""

    command = FactFilter  # type: ignore[assignment]  # a filter has the keys of a page request and more

    limit = QueryNumber(load_default=DEFAULT_LIMIT, validate=ma.validate.Range(1, 100, error="limit_1_to_100"))
    pending = Choice(ReviewStep, load_default=None, validate=ma.validate.OneOf(REVIEWED, error="agency_or_operator"))


FactPageSchema = page_schema(FactSchema)
ServicePageSchema = page_schema(ServiceSchema)
