"""How check-in shows its facts, to other packages and over HTTP. Pure, as `types` is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.accounts.software import Software
from app.checkin.checks import ChecksView
from app.checkin.commands import ItemEntry
from app.checkin.door_words import AwayView
from app.checkin.photos import PhotoView
from app.checkin.reasons import AttemptReason, ReviewReason
from app.checkin.remarks import RemarkView
from app.checkin.statements import StatementView
from app.checkin.types import (
    Decision,
    EventKind,
    ExceptionCode,
    FactKind,
    ItemOutcome,
    LocationSource,
    ReviewStep,
    Severity,
    Standing,
    Verdict,
)
from app.checkin.vouchers import VoucherScanView
from app.policies.codes import EvidenceGrade


@dataclass(frozen=True, slots=True)
class ClockEventView:
    """One tap as other modules see it; instants are UTC, distances metres. `made_with` where it is asked for."""

    id: UUID
    kind: EventKind
    carer_id: UUID
    client_id: UUID | None
    visit_id: UUID | None
    occurred_at: datetime
    received_at: datetime
    skew: timedelta
    verdict: Verdict
    distance_m: int | None
    accuracy_m: int | None
    location_source: LocationSource | None
    exceptions: tuple[ExceptionCode, ...] = ()
    made_with: Software | None = None


@dataclass(frozen=True, slots=True)
class AttemptView:
    """A carer who came and could not start; instants are UTC, the distance metres."""

    id: UUID
    visit_id: UUID
    carer_id: UUID
    reason: AttemptReason
    occurred_at: datetime
    received_at: datetime
    skew: timedelta
    verdict: Verdict
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """One thing found about a fact; `ended_at` is when later evidence showed that it does not hold."""

    code: ExceptionCode
    severity: Severity
    details: Mapping[str, object]
    recorded_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldView:
    """An open hold: who is to look, until the end of which day."""

    id: UUID
    step: ReviewStep
    due_on: date


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A decision with its reason and note; `actor_id` is None for the machine."""

    step: ReviewStep
    decision: Decision
    reason: ReviewReason
    note: str | None
    actor_id: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact as reviewers see it; with checks before service, statements, photos and vouchers where asked for."""

    id: UUID
    kind: FactKind
    client_id: UUID | None
    carer_id: UUID
    agency_id: UUID | None
    standing: Standing
    grade: EvidenceGrade | None
    hold: HoldView | None
    exceptions: tuple[ExceptionView, ...]
    reviews: tuple[ReviewView, ...]
    checks: tuple[ChecksView, ...] | None = None
    statements: tuple[StatementView, ...] | None = None
    photos: tuple[PhotoView, ...] | None = None
    vouchers: tuple[VoucherScanView, ...] | None = None
    away_words: tuple[AwayView, ...] | None = None
    remarks: tuple[RemarkView, ...] | None = None


@dataclass(frozen=True, slots=True)
class RecordView:
    """What a visit came to; minutes are payable ones."""

    id: UUID
    visit_id: UUID
    clock_in_id: UUID | None
    clock_out_id: UUID | None
    began_at: datetime | None
    ended_at: datetime | None
    minutes: int
    service_on: date
    items: tuple[ItemEntry, ...] = ()
    taps: tuple[ClockEventView, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """What became of an item of a visit, by the name that the catalogue has for it now."""

    item_code: str
    name: str | None
    outcome: ItemOutcome
    minutes: int | None
    consented: bool


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A visit in the client's list of services; `minutes` are payable ones, of which `accepted_minutes` may be paid."""

    visit_id: UUID
    service_on: date
    began_at: datetime | None
    ended_at: datetime | None
    minutes: int
    accepted_minutes: int | None
    items: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True)
class PayableTimeView:
    """Accepted time that may be paid."""

    record_id: UUID
    visit_id: UUID
    carer_id: UUID
    client_id: UUID
    began_at: datetime
    ended_at: datetime
    minutes: int
