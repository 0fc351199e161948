"""The registry of policy keys: every group of terms by its name in the files, and each key's kind.

The key in a file is `group.name`; durations carry their unit in the name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_type_hints

from app.policies.entry_terms import ApplicationTerms, AssessmentTerms, EntitlementTerms
from app.policies.kinds import Kind, Plain
from app.policies.oversight_terms import (
    AgencyTerms,
    InspectionTerms,
    PaymentTerms,
    SanctionTerms,
    ServiceTerms,
    SettlementTerms,
    SupplementTerms,
)
from app.policies.terms import (
    CarerTerms,
    ClockTerms,
    EntryTerms,
    FamilyTerms,
    GradingTerms,
    LocationTerms,
    PlanTerms,
    RetentionTerms,
    SubsidyTerms,
    VisitTerms,
    WorkTerms,
)

GROUPS: Mapping[str, type] = MappingProxyType(
    {
        "application": ApplicationTerms,
        "assessment": AssessmentTerms,
        "entitlement": EntitlementTerms,
        "plan": PlanTerms,
        "agency": AgencyTerms,
        "carer": CarerTerms,
        "family": FamilyTerms,
        "service": ServiceTerms,
        "location": LocationTerms,
        "clock": ClockTerms,
        "visit": VisitTerms,
        "grading": GradingTerms,
        "entry": EntryTerms,
        "subsidy": SubsidyTerms,
        "supplement": SupplementTerms,
        "payment": PaymentTerms,
        "settlement": SettlementTerms,
        "sanction": SanctionTerms,
        "inspection": InspectionTerms,
        "retention": RetentionTerms,
        "work": WorkTerms,
    }
)


@dataclass(frozen=True, slots=True)
class Term:
    """One key of the registry: where its value goes and what it may be."""

    key: str
    group: str
    attribute: str
    kind: Kind


def _terms() -> Iterator[Term]:
    for group, terms in GROUPS.items():
        for attribute, hint in get_type_hints(terms, include_extras=True).items():
            kind: Kind = hint.__metadata__[0]
            yield Term(f"{group}.{kind.key or attribute}", group, attribute, kind)


REGISTRY: Mapping[str, Term] = MappingProxyType({term.key: term for term in _terms()})


def build_groups(values: Mapping[str, Plain]) -> dict[str, object]:
    """Turn checked plain values, one for each key of the registry, into the groups of terms by name."""
    typed: dict[str, dict[str, object]] = {group: {} for group in GROUPS}
    for key, term in REGISTRY.items():
        typed[term.group][term.attribute] = term.kind.typed(values[key])
    return {group: GROUPS[group](**attributes) for group, attributes in typed.items()}
