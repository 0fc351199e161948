"""Findings of the risk rules: what they are about, what people decide of them, and how they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

FactValue = str | int | list[str] | None


class FindingKind(StrEnum):
    """What a finding means: of a hard one the visits wait for the operator; a personal one says whom to look at."""

    HARD = "hard"
    PERSONAL = "personal"


class SubjectKind(StrEnum):
    """Whom a finding is about: a person who gives care, over all agencies, a client, or a phone."""

    PERSON = "person"
    CLIENT = "client"
    PHONE = "phone"


class FindingOutcome(StrEnum):
    """What a person decided of a finding; of a confirmed one the case lasts until it is closed."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class FindingState(StrEnum):
    """Where a finding stands. One that was dismissed or closed is open again when its rule finds more."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class FindingReason(StrEnum):
    """Why a person decided so: a code, since the rows are sealed. What else there is to say goes into a note."""

    CONFIRMED_ON_SITE = "confirmed_on_site"
    DOCUMENTS_SEEN = "documents_seen"
    ADMITTED = "admitted"
    EXPLAINED = "explained"  # something honest lies behind it
    ENTRY_WRONG = "entry_wrong"  # a stay, a death or an address was entered wrongly
    RULE_ERRS = "rule_errs"
    SETTLED = "settled"  # what followed is done: money is back, measures are taken
    MISTAKEN = "mistaken"  # it should not have been confirmed
    OTHER = "other"


class FindingRefusal(StrEnum):
    """Why a decision is not taken."""

    DECIDED = "decided"
    NOT_CONFIRMED = "not_confirmed"  # only a confirmed finding has a case to close
    GREW = "grew"  # it names another number of visits and days than were looked at


ALLOWED: dict[FindingState, frozenset[FindingOutcome]] = {
    FindingState.OPEN: frozenset({FindingOutcome.CONFIRMED, FindingOutcome.DISMISSED}),
    FindingState.CONFIRMED: frozenset({FindingOutcome.CLOSED}),
    FindingState.DISMISSED: frozenset(),
    FindingState.CLOSED: frozenset(),
}
ENDING = frozenset({FindingOutcome.DISMISSED, FindingOutcome.CLOSED})
REASONS: dict[FindingOutcome, frozenset[FindingReason]] = {
    FindingOutcome.CONFIRMED: frozenset(
        {FindingReason.CONFIRMED_ON_SITE, FindingReason.DOCUMENTS_SEEN, FindingReason.ADMITTED, FindingReason.OTHER}
    ),
    FindingOutcome.DISMISSED: frozenset(
        {FindingReason.EXPLAINED, FindingReason.ENTRY_WRONG, FindingReason.RULE_ERRS, FindingReason.OTHER}
    ),
    FindingOutcome.CLOSED: frozenset({FindingReason.SETTLED, FindingReason.MISTAKEN, FindingReason.OTHER}),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One visit or care day that a rule found; `facts` are about it, `summary` about its subject's month.

    Both hold codes, ids, minutes and metres only.
    """

    subject_id: UUID
    fact_id: UUID
    facts: Mapping[str, FactValue]
    summary: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A visit or care day named by a finding, with what was found about it."""

    fact_id: UUID
    facts: Mapping[str, object]
    found_at: datetime


@dataclass(frozen=True, slots=True)
class DecideFinding:
    """Command: decide a finding as it was looked at, with so many `records` that it names."""

    outcome: FindingOutcome
    reason: FindingReason
    records: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FindingDecisionView:
    """A decision; its note only for the fund, since it may speak of all that the finding names."""

    outcome: FindingOutcome
    reason: FindingReason
    note: str | None
    records: int
    account_id: UUID
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as the fund sees it; what it names and its decisions only where one finding is asked for."""

    id: UUID
    rule: str
    version: int
    kind: FindingKind
    subject_kind: SubjectKind
    subject_id: UUID
    month: date
    facts: Mapping[str, object]
    found_at: datetime
    state: FindingState
    records: tuple[NamedFact, ...] = ()
    decisions: tuple[FindingDecisionView, ...] = ()


@dataclass(frozen=True, slots=True)
class CountsAsked:
    """Query key: of which month findings are counted; None is all."""

    month: date | None = None


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """How many findings of a rule stand where; the share of dismissed ones says how often it errs."""

    rule: str
    open: int
    confirmed: int
    dismissed: int
    closed: int
