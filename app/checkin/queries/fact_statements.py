"""What is asked of a fact whenever it is settled, made into text once as the door is; and what is last, or open."""

from sqlalchemy import Uuid, bindparam, exists, or_, select

from app.checkin.models import ExceptionEnd, ExceptionFound, GradeEntry, Hold, HoldRelease, Review
from app.checkin.reasons import ReviewReason
from app.checkin.types import Decision
from app.kernel.statements import FixedStatement

PASSED_ON = (Decision.ESCALATED, Decision.MOVED)
UNDECIDED = (*PASSED_ON, Decision.REOPENED)
STILL_HOLDS = ~exists(select(ExceptionEnd.exception_id).where(ExceptionEnd.exception_id == ExceptionFound.id))
OPEN_HOLD = ~exists(select(HoldRelease.hold_id).where(HoldRelease.hold_id == Hold.id))
# What was written last. Instants do not tell: two may be equal, and who waited for a lock began before the other.
LAST_GRADE = (GradeEntry.seq.desc().nulls_last(), GradeEntry.recorded_at.desc(), GradeEntry.id.desc())
LAST_REVIEW = (Review.seq.desc().nulls_last(), Review.recorded_at.desc(), Review.id.desc())
OF_FACT = bindparam("fact_id", type_=Uuid())
WAITS = FixedStatement(
    select(Hold.id, Hold.step, Hold.due_on).where(Hold.fact_id == OF_FACT, OPEN_HOLD).order_by(Hold.id.desc()).limit(1)
)
FOUND = FixedStatement(
    select(ExceptionFound.id, ExceptionFound.code, ExceptionFound.severity, ExceptionFound.details)
    .where(ExceptionFound.fact_id == OF_FACT, STILL_HOLDS)
    .order_by(ExceptionFound.id)
)
GRADES = FixedStatement(
    select(GradeEntry.grade, GradeEntry.policy_digest).where(GradeEntry.fact_id == OF_FACT).order_by(*LAST_GRADE)
)
LAST_WORD = FixedStatement(
    select(Review.decision)
    .where(
        Review.fact_id == OF_FACT,
        *(Review.decision != each for each in PASSED_ON),
        or_(Review.actor_id.is_not(None), Review.reason == ReviewReason.DEADLINE_PASSED),
    )
    .order_by(*LAST_REVIEW)
    .limit(1)
)
