"""Findings as JSON."""

from typing import Any

import marshmallow as ma

from app.kernel.http.fields import Choice, Id, Instant, Month, Text, WholeNumber
from app.kernel.http.problems import asked_language
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema
from app.oversight.queries.findings import FindingFilter
from app.oversight.risk_rules import RULES
from app.oversight.types import (
    REASONS,
    CountsAsked,
    DecideFinding,
    FindingKind,
    FindingOutcome,
    FindingReason,
    FindingState,
    FindingView,
    SubjectKind,
)

ENGLISH = "en"


class FindingFilterSchema(PageRequestSchema):
    """Which findings."""

    command = FindingFilter

    rule = Text(load_default=None, maximum=40)
    month = Month(load_default=None)
    subject_id = Id(load_default=None)
    state = Choice(FindingState, load_default=None)


class FindingSchema(ma.Schema):
    """What a rule found about somebody in a month: a clue, and no judgement."""

    id = Id(required=True)
    rule = Text(required=True)
    version = WholeNumber(required=True)
    text = ma.fields.Method("_text", required=True)
    kind = Choice(FindingKind, required=True)
    subject_kind = Choice(SubjectKind, required=True)
    subject_id = Id(required=True)
    month = Month(required=True)
    facts = ma.fields.Dict(keys=ma.fields.String(), required=True)
    found_at = Instant(required=True)
    state = Choice(FindingState, required=True)

    def _text(self, finding: FindingView) -> str:
        rule = RULES.get(finding.rule)  # a rule may be gone, what it found stays
        if rule is None:
            return finding.rule
        return rule.english if asked_language() == ENGLISH else rule.chinese


class NamedFactSchema(ma.Schema):
    """A visit or care day that a finding names."""

    fact_id = Id(required=True)
    facts = ma.fields.Dict(keys=ma.fields.String(), required=True)
    found_at = Instant(required=True)


class FindingDecisionSchema(ma.Schema):
    """What was decided of a finding when it named so many records; the note for the fund alone."""

    outcome = Choice(FindingOutcome, required=True)
    reason = Choice(FindingReason, required=True)
    note = ma.fields.String(required=True, allow_none=True)
    records = WholeNumber(required=True)
    account_id = Id(required=True)
    decided_at = Instant(required=True)


class NamingFindingSchema(FindingSchema):
    """A finding with what it names, and what was decided of it."""

    records = ma.fields.List(ma.fields.Nested(NamedFactSchema), required=True)
    decisions = ma.fields.List(ma.fields.Nested(FindingDecisionSchema), required=True)


class DecideFindingSchema(CommandSchema):
    """Confirm or dismiss a finding, or close the case of a confirmed one, as it was read: with so many records."""

    command = DecideFinding

    outcome = Choice(FindingOutcome, required=True)
    reason = Choice(FindingReason, required=True)
    records = WholeNumber(required=True)
    note = Text(load_default=None, allow_none=True, maximum=500, metadata={"description": "Needed with `other`"})

    @ma.validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        outcome, reason = data.get("outcome"), data.get("reason")
        if outcome and reason and reason not in REASONS[outcome]:
            raise ma.ValidationError("not_a_reason_here", "reason")
        if reason is FindingReason.OTHER and not data.get("note"):
            raise ma.ValidationError("required", "note")


class CountsAskedSchema(CommandSchema):
    """Of which month; without one, of all."""

    command = CountsAsked

    month = Month(load_default=None)


class RuleFindingsSchema(ma.Schema):
    """How many findings of a rule stand where."""

    rule = Text(required=True)
    open = WholeNumber(required=True)
    confirmed = WholeNumber(required=True)
    dismissed = WholeNumber(required=True)
    closed = WholeNumber(required=True)


class FindingCountsSchema(ma.Schema):
    """By rule; how many of the decided were dismissed says how often a rule errs."""

    items = ma.fields.List(ma.fields.Nested(RuleFindingsSchema), required=True)


FindingPageSchema = page_schema(FindingSchema)
