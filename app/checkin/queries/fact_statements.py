"""What is asked of facts whenever they are settled, made into text once as the door is; and what is last, or open.

Each is asked of any number of facts at once: rows say of which, by `fact_id`.
"""

from typing import Any

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.accounts.models import Device
from app.checkin.home_models import TapVerdict
from app.checkin.models import (
    ClockEvent,
    Evidence,
    ExceptionEnd,
    ExceptionFound,
    GradeEntry,
    Hold,
    HoldRelease,
    ItemDone,
    PayableTime,
    Review,
    ServiceRecord,
)
from app.checkin.reasons import ReviewReason
from app.checkin.tag_models import TagScan
from app.checkin.tags import TagOutcome
from app.checkin.types import Decision
from app.kernel.statements import FixedStatement

PASSED_ON = (Decision.ESCALATED, Decision.MOVED)
UNDECIDED = (*PASSED_ON, Decision.REOPENED)
STILL_HOLDS = ~exists(select(ExceptionEnd.exception_id).where(ExceptionEnd.exception_id == ExceptionFound.id))
OPEN_HOLD = ~exists(select(HoldRelease.hold_id).where(HoldRelease.hold_id == Hold.id))
LATER = aliased(ServiceRecord)
SUPERSEDED = exists(
    select(LATER.id).where(LATER.visit_id == ServiceRecord.visit_id, LATER.supersedes_id == ServiceRecord.id)
)
# What was written last. Instants do not tell: two may be equal, and who waited for a lock began before the other.
LAST_GRADE = (GradeEntry.seq.desc().nulls_last(), GradeEntry.recorded_at.desc(), GradeEntry.id.desc())
LAST_REVIEW = (Review.seq.desc().nulls_last(), Review.recorded_at.desc(), Review.id.desc())
OF_FACTS: Any = any_(bindparam("fact_ids", type_=ARRAY(Uuid())))
WAITS = FixedStatement(
    select(Hold.fact_id, Hold.id, Hold.step, Hold.due_on)
    .where(Hold.fact_id == OF_FACTS, OPEN_HOLD)
    .ext(distinct_on(Hold.fact_id))
    .order_by(Hold.fact_id, Hold.id.desc())
)
FOUND = FixedStatement(
    select(
        ExceptionFound.fact_id, ExceptionFound.id, ExceptionFound.code, ExceptionFound.severity, ExceptionFound.details
    )
    .where(ExceptionFound.fact_id == OF_FACTS, STILL_HOLDS)
    .order_by(ExceptionFound.id)
)
GRADES = FixedStatement(
    select(GradeEntry.fact_id, GradeEntry.grade, GradeEntry.policy_digest)
    .where(GradeEntry.fact_id == OF_FACTS)
    .order_by(*LAST_GRADE)
)
LAST_WORD = FixedStatement(
    select(Review.fact_id, Review.decision)
    .where(
        Review.fact_id == OF_FACTS,
        *(Review.decision != each for each in PASSED_ON),
        or_(Review.actor_id.is_not(None), Review.reason == ReviewReason.DEADLINE_PASSED),
    )
    .ext(distinct_on(Review.fact_id))
    .order_by(Review.fact_id, *LAST_REVIEW)
)
SAID = FixedStatement(
    select(Evidence.fact_id, Evidence.kind, Evidence.holds, Evidence.recorded_at).where(Evidence.fact_id == OF_FACTS)
)
PAID = FixedStatement(
    select(PayableTime.visit_id.label("fact_id"), PayableTime.record_id).where(PayableTime.visit_id == OF_FACTS)
)
BY_LATER_PLACE = (  # approved after the tap, since the address was wrong
    select(TapVerdict.verdict).where(TapVerdict.event_id == ClockEvent.id).order_by(TapVerdict.id.desc()).limit(1)
).scalar_subquery()
OF_LATER = aliased(TagScan)
SCANNED_LATER = (  # for the tap, after it; a chip says more than a printed code
    select(OF_LATER.medium)
    .where(OF_LATER.event_id == ClockEvent.id, OF_LATER.outcome == TagOutcome.GENUINE)
    .order_by(OF_LATER.medium)
    .limit(1)
).scalar_subquery()
TAPS = FixedStatement(
    select(
        ClockEvent.visit_id.label("fact_id"),
        ClockEvent.id,
        ClockEvent.kind,
        ClockEvent.counted_at,
        func.coalesce(BY_LATER_PLACE, ClockEvent.verdict).label("verdict"),
        Device.doubt,
        func.coalesce(TagScan.medium, SCANNED_LATER).label("medium"),
    )
    .outerjoin(Device, Device.id == ClockEvent.device_id)
    .outerjoin(TagScan, and_(TagScan.id == ClockEvent.id, TagScan.outcome == TagOutcome.GENUINE))
    .where(ClockEvent.visit_id == OF_FACTS)
    .order_by(ClockEvent.recorded_at, ClockEvent.counted_at, ClockEvent.id)  # what came together, as it happened
)
RECORD = FixedStatement(
    select(
        ServiceRecord.id,
        ServiceRecord.visit_id,
        ServiceRecord.clock_in_id,
        ServiceRecord.clock_out_id,
        ServiceRecord.began_at,
        ServiceRecord.ended_at,
        ServiceRecord.minutes,
        ServiceRecord.service_on,
    )
    .where(ServiceRecord.visit_id == OF_FACTS, ~SUPERSEDED)
    .ext(distinct_on(ServiceRecord.visit_id))
    .order_by(ServiceRecord.visit_id, ServiceRecord.recorded_at.desc(), ServiceRecord.id.desc())
)
ITEMS = FixedStatement(
    select(
        ItemDone.visit_id.label("fact_id"),
        ItemDone.id,
        ItemDone.item_code,
        ItemDone.outcome,
        ItemDone.occurred_at,
        ItemDone.minutes,
        ItemDone.reason,
        ItemDone.consented,
        ItemDone.price_fen,
    )
    .where(ItemDone.visit_id == OF_FACTS)
    .order_by(ItemDone.occurred_at, ItemDone.id)
)
