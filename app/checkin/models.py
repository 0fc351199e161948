"""Clock events, evidence, records, care days and their judgement. No overlap constraint refuses a fact.

Facts in partitioned tables are named by id without a foreign key: with one, none could be added beside a full DEFAULT.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.reasons import ReviewReason
from app.checkin.types import (
    Decision,
    EventKind,
    EvidenceKind,
    ExceptionCode,
    FactKind,
    ItemOutcome,
    LocationSource,
    ReviewStep,
    Severity,
    Verdict,
)
from app.kernel.db import AppendOnly, Base, enum_column, no_overlap, regional
from app.kernel.geo import CoordinateSystem
from app.policies.codes import EvidenceGrade, Relation

POINT_CONTEXT = "position.point"


class ClockEvent(AppendOnly, Base):
    """One tap. `occurred_at` is the phone's clock, `recorded_at` the server's when it was received."""

    __tablename__ = "clock_event"
    __table_args__ = (
        Index("ix_clock_event_visit_id", "visit_id"),
        Index("ix_clock_event_carer_id", "carer_id", "id"),
        Index("ix_clock_event_client_id", "client_id", "id"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = enum_column(EventKind)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.client.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.visit.id"))
    claimed_visit_id: Mapped[UUID | None]  # what the phone named when it was not the carer's visit
    occurred_at: Mapped[datetime]
    counted_at: Mapped[datetime]  # by which clock policy says; its local day is the tap's
    device_id: Mapped[UUID | None]
    skew_ms: Mapped[int]
    verdict: Mapped[Verdict] = enum_column(Verdict)
    distance_m: Mapped[int | None]
    accuracy_m: Mapped[int | None]
    location_source: Mapped[LocationSource | None] = enum_column(LocationSource)
    command_digest: Mapped[bytes]
    position_digest: Mapped[bytes | None]
    account_id: Mapped[UUID]
    policy_digest: Mapped[str | None]  # by which the verdict was given; unknown of taps stored before it was kept
    clock_policy_digest: Mapped[str | None]  # by which `counted_at` was chosen: the fund's, of the day it arrived


class Position(Base):
    """Where the phone was, encrypted with a salt of its own; rows fade, the sealed event keeps their digest."""

    __tablename__ = "position"
    __table_args__ = (regional(delete=True, partitioned=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the clock event's id
    point_enc: Mapped[bytes]  # "latitude,longitude" as received
    system: Mapped[CoordinateSystem] = enum_column(CoordinateSystem)
    accuracy_m: Mapped[int | None]
    fixed_at: Mapped[datetime | None]
    salt: Mapped[bytes]


class CareFact(AppendOnly, Base):
    """The one subject of grades, exceptions, holds and reviews; its id is the visit's, care day's or stray event's."""

    __tablename__ = "care_fact"
    __table_args__ = (
        Index("ix_care_fact_agency_id", "agency_id", "id"),
        Index("ix_care_fact_client_id", "client_id", "id"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[FactKind] = enum_column(FactKind)
    client_id: Mapped[UUID | None]
    carer_id: Mapped[UUID]
    agency_id: Mapped[UUID | None]
    district_code: Mapped[str | None]


class Evidence(AppendOnly, Base):
    """A witness for a fact: who, what it says."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_fact_id", "fact_id"), regional(partitioned=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    kind: Mapped[EvidenceKind] = enum_column(EvidenceKind)
    holds: Mapped[bool]  # false: "this was not so"
    account_id: Mapped[UUID]
    occurred_at: Mapped[datetime]
    command_digest: Mapped[bytes]


class GradeEntry(AppendOnly, Base):
    """The grade of a fact as witnesses arrive; the last of its `seq` counts, since clocks may stand or go back."""

    __tablename__ = "grade"
    __table_args__ = (Index("ix_grade_fact_id", "fact_id", "id"), regional(partitioned=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    grade: Mapped[EvidenceGrade] = enum_column(EvidenceGrade)
    witnesses: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    policy_digest: Mapped[str]
    seq: Mapped[int | None]  # from 1; rows older than the column have none


class ServiceRecord(AppendOnly, Base):
    """What a visit came to (护理记录): from which events, how long. A correction supersedes, and both stay."""

    __tablename__ = "service_record"
    __table_args__ = (
        Index("ix_service_record_visit_id", "visit_id", "id"),
        Index("ix_service_record_by_hand", "visit_id", postgresql_where=text("author_id IS NOT NULL")),  # few
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    clock_in_id: Mapped[UUID | None]
    clock_out_id: Mapped[UUID | None]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    minutes: Mapped[int]  # payable: at most the planned ones
    service_on: Mapped[date]  # the local date of its start
    supersedes_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    resolution: Mapped[str | None]
    author_id: Mapped[UUID | None]
    policy_digest: Mapped[str]


class ItemDone(AppendOnly, Base):
    """One item of a visit: done, refused, not done, or extra."""

    __tablename__ = "item_done"
    __table_args__ = (Index("ix_item_done_visit_id", "visit_id", "id"), regional(partitioned=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    item_code: Mapped[str]
    outcome: Mapped[ItemOutcome] = enum_column(ItemOutcome)
    minutes: Mapped[int | None]
    reason: Mapped[str | None]  # a code, for refused and not done
    consented: Mapped[bool]  # extra items: the client or guardian agreed before
    price_fen: Mapped[int | None]  # extra items: what was told that it costs, before
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class CareDay(AppendOnly, Base):
    """A family carer's day (照护日) with its clock events."""

    __tablename__ = "care_day"
    __table_args__ = (
        Index("ix_care_day_client_id", "client_id", "day"),
        Index("ix_care_day_carer_id", "carer_id", "day"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    day: Mapped[date]
    in_event_id: Mapped[UUID | None]
    out_event_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    filled_by: Mapped[Relation | None] = enum_column(Relation)  # who filled it in is to the carer; None: himself
    command_digest: Mapped[bytes]
    policy_digest: Mapped[str]


class CareDayItem(AppendOnly, Base):
    """An item logged for a care day."""

    __tablename__ = "care_day_item"
    __table_args__ = (regional(partitioned=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the care day's id
    item_code: Mapped[str] = mapped_column(primary_key=True)
    minutes: Mapped[int | None]


class ExceptionFound(AppendOnly, Base):
    """Something about a fact that a person should know or settle (待核实事项)."""

    __tablename__ = "exception"
    __table_args__ = (Index("ix_exception_fact_id", "fact_id", "id"), regional(partitioned=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    code: Mapped[ExceptionCode] = enum_column(ExceptionCode)
    severity: Mapped[Severity] = enum_column(Severity)
    details: Mapped[dict[str, object]] = mapped_column(JSONB())
    policy_digest: Mapped[str]


class ExceptionEnd(AppendOnly, Base):
    """An exception that no longer holds: an item was logged after all, a tap came late. The exception itself stays."""

    __tablename__ = "exception_end"
    __table_args__ = (regional(),)

    exception_id: Mapped[UUID] = mapped_column(primary_key=True)


class Hold(AppendOnly, Base):
    """A fact that waits for a person at one step, until a decision or the deadline."""

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_fact_id", "fact_id", "id"), Index("ix_hold_step", "step", "due_on"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    step: Mapped[ReviewStep] = enum_column(ReviewStep)
    due_on: Mapped[date]
    policy_digest: Mapped[str]


class Review(AppendOnly, Base):
    """A decision on a fact with its reason; the last of its `seq` counts. Free text is in a note."""

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_fact_id", "fact_id", "id"),
        CheckConstraint("decision <> 'refused' OR step <> 'machine'", name="only_a_person_refuses"),
        CheckConstraint("(step = 'machine') = (actor_id IS NULL)", name="actor"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    step: Mapped[ReviewStep] = enum_column(ReviewStep)
    decision: Mapped[Decision] = enum_column(Decision)
    reason: Mapped[ReviewReason] = enum_column(ReviewReason)
    actor_id: Mapped[UUID | None]
    command_digest: Mapped[bytes]
    policy_digest: Mapped[str | None]  # rows older than these two columns have neither
    seq: Mapped[int | None]


class HoldRelease(AppendOnly, Base):
    """The end of a hold, by a review."""

    __tablename__ = "hold_release"
    __table_args__ = (regional(),)

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("region.hold.id"), primary_key=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("region.review.id"))


class PayableTime(AppendOnly, Base):
    """Accepted time that may be paid; overlaps are forbidden here, not on what was reported."""

    __tablename__ = "payable_time"
    __table_args__ = (
        no_overlap("carer_id", span="during"),
        no_overlap("client_id", "slot", span="during"),
        regional(delete=True),
    )

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"), unique=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    slot: Mapped[int]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE())
    minutes: Mapped[int]


class PayableCareDay(AppendOnly, Base):
    """The right to be paid for a day: one per client and day."""

    __tablename__ = "payable_care_day"
    __table_args__ = (Index("ix_payable_care_day_carer_id", "carer_id", "day"), regional(delete=True))

    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    care_day_id: Mapped[UUID] = mapped_column(unique=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
