"""Findings of the risk rules: what they are about, and how they are shown."""

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


@dataclass(frozen=True, slots=True)
class Hit:
    """One visit that a rule found; `facts` are about it, `summary` about its subject's month.

    Both hold codes, ids, minutes and metres only.
    """

    subject_id: UUID
    fact_id: UUID
    facts: Mapping[str, FactValue]
    summary: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A visit named by a finding, with what was found about it."""

    fact_id: UUID
    facts: Mapping[str, object]
    found_at: datetime


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as the fund sees it; its visits only where one finding is asked for."""

    id: UUID
    rule: str
    version: int
    kind: FindingKind
    subject_kind: SubjectKind
    subject_id: UUID
    month: date
    facts: Mapping[str, object]
    found_at: datetime
    records: tuple[NamedFact, ...] = ()
