"""What policy files say, what they merge to, and what can be wrong with them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.kernel.errors import DomainError, ErrorKind
from app.policies.entry_terms import ApplicationTerms, AssessmentTerms, EntitlementTerms
from app.policies.kinds import Plain
from app.policies.oversight_terms import (
    AgencyTerms,
    InspectionTerms,
    PaymentTerms,
    SanctionTerms,
    ServiceTerms,
    SettlementTerms,
    SupplementTerms,
)
from app.policies.sentences import SENTENCES, ProblemCode
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


class LayerKind(StrEnum):
    """Layers from the widest to the nearest; the nearest wins unless a wider one says final."""

    NATION = "nation"
    PROVINCE = "province"
    FUND = "fund"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Document:
    """A document values come from. `secondary` marks a report about the rule, not the rule itself."""

    title: str
    number: str | None
    issued_on: dt.date | None
    secondary: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a found value stands. Only a secondary document may lack the clause."""

    document: Document
    clause: str | None


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value for the days `[valid_from, valid_to)`, either with a source or assumed for `reason`."""

    value: Plain
    valid_from: dt.date
    valid_to: dt.date | None
    source: Source | None
    reason: str | None
    final: bool

    @property
    def assumed(self) -> bool:
        return self.source is None

    def holds(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Layer:
    """One policy file, read and checked by itself; `values` by key, each in the order of their dates.

    Its dates have a source or are assumed for `reason`.
    """

    file: str
    kind: LayerKind
    code: str
    name: str
    parent: str | None
    region: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    source: Source | None
    reason: str | None
    values: Mapping[str, tuple[DatedValue, ...]]

    def holds(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Policy:
    """The merged rules of a region, or of a district with rules of its own, for service dates `[valid_from, valid_to)`.

    `district` is None where the district has, or had, no file of its own. `expires_on` is the first day on which the
    fund's or the district's document no longer holds (None: no end known): nothing may be planned from then on.
    `text` is the canonical text, `digest` its SHA-256 in hex; `rules.read_policy(text)` gives an equal policy back.
    """

    region: str
    district: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    expires_on: dt.date | None
    digest: str
    text: str = field(repr=False)
    application: ApplicationTerms
    assessment: AssessmentTerms
    entitlement: EntitlementTerms
    plan: PlanTerms
    agency: AgencyTerms
    carer: CarerTerms
    family: FamilyTerms
    service: ServiceTerms
    location: LocationTerms
    clock: ClockTerms
    visit: VisitTerms
    grading: GradingTerms
    entry: EntryTerms
    subsidy: SubsidyTerms
    supplement: SupplementTerms
    payment: PaymentTerms
    settlement: SettlementTerms
    sanction: SanctionTerms
    inspection: InspectionTerms
    retention: RetentionTerms
    work: WorkTerms

    def __hash__(self) -> int:
        """By the digest alone: computing a fund's month looks a policy up for each day of each client."""
        return hash(self.digest)

    def holds(self, on: dt.date) -> bool:
        """Say whether `on` is one of the service dates of this policy."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Explained:
    """One value of a policy with its origin: a source, or the reason it is assumed for."""

    key: str
    label: str
    value: Plain
    layer: LayerKind
    code: str
    source: Source | None
    reason: str | None

    @property
    def assumed(self) -> bool:
        return self.source is None


@dataclass(frozen=True, slots=True)
class ExpiryWarning:
    """A file that ends without a successor; `days_left` to its first day out of force, 0 or less when it is over."""

    file: str
    layer: LayerKind
    code: str
    valid_to: dt.date
    days_left: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a policy file; `key` is None when it concerns the file as a whole."""

    file: str
    key: str | None
    code: ProblemCode
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is wrong and what would be right, in Chinese and English."""
        return " / ".join(text.format(**self.details) for text in SENTENCES[self.code])


class PolicyFilesInvalid(Exception):
    """Policy files cannot be used; `problems` lists all that is wrong in all of them."""

    code = "policy_files_invalid"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        lines = (f"{each.file}: {each.key or '-'}: {each.sentence}" for each in problems)
        super().__init__("\n".join(lines))
        self.problems = problems


class NoPolicy(DomainError):
    """There is no rule for this region and day: unknown region, or a day before the first rule."""

    kind, code = ErrorKind.CONFLICT, "no_policy"

    def __str__(self) -> str:
        return "no policy of {region} for {on}".format(**self.details)


class PolicyExpired(DomainError):
    """The region's last rule ended before this day; `ended_on` is the first day without a rule."""

    kind, code = ErrorKind.CONFLICT, "policy_expired"

    def __str__(self) -> str:
        return "the policy of {region} ended on {ended_on}, asked for {on}".format(**self.details)
