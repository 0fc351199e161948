"""Findings as JSON."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Id, Instant, Month, Text, WholeNumber
from app.kernel.http.problems import asked_language
from app.kernel.paging import PageRequestSchema, page_schema
from app.oversight.queries.findings import FindingFilter
from app.oversight.risk_rules import RULES
from app.oversight.types import FindingKind, FindingView, SubjectKind

ENGLISH = "en"


class FindingFilterSchema(PageRequestSchema):
    """Which findings."""

    command = FindingFilter

    rule = Text(load_default=None, maximum=40)
    month = Month(load_default=None)
    subject_id = Id(load_default=None)


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

    def _text(self, finding: FindingView) -> str:
        rule = RULES.get(finding.rule)  # a rule may be gone, what it found stays
        if rule is None:
            return finding.rule
        return rule.english if asked_language() == ENGLISH else rule.chinese


class NamedFactSchema(ma.Schema):
    """A visit that a finding names."""

    fact_id = Id(required=True)
    facts = ma.fields.Dict(keys=ma.fields.String(), required=True)
    found_at = Instant(required=True)


class NamingFindingSchema(FindingSchema):
    """A finding with its visits."""

    records = ma.fields.List(ma.fields.Nested(NamedFactSchema), required=True)


FindingPageSchema = page_schema(FindingSchema)
