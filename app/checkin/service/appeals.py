"""A carer contests a refusal: the fact waits for the operator again, and somebody else decides within his days."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.checkin.commands import Reopening
from app.checkin.own_work import Appeal, AppealRefusal
from app.checkin.queries import facts as queries
from app.checkin.reasons import ReviewReason
from app.checkin.rules.own_work import judge_appeal
from app.checkin.service import facts
from app.checkin.service.reviews import AppealOver, keep_review, lock_fact, note_review, policy_of
from app.checkin.shown import FactView
from app.checkin.types import Decision, ReviewStep
from app.kernel import clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of


class NotRefused(DomainError):
    """Only what a person refused can be contested."""

    kind, code = ErrorKind.CONFLICT, "not_refused"


class AppealedBefore(DomainError):
    """A fact is contested once."""

    kind, code = ErrorKind.CONFLICT, "appealed_before"


REFUSALS: dict[AppealRefusal, type[DomainError]] = {
    AppealRefusal.NOT_REFUSED: NotRefused,
    AppealRefusal.APPEALED: AppealedBefore,
    AppealRefusal.TOO_LATE: AppealOver,
}


def appeal(session: Session, command: Appeal, *, fact_id: UUID, actor: Actor, at: datetime) -> FactView:
    """Let a refused fact of the actor's own wait for the operator, with what he says to it; what was decided stays.

    Who refused it decides no more, see `reviews`. Raises NotFound, NotRefused, AppealedBefore, AppealOver, EventReused.
    """
    subject, _ = queries.get_visible_subject(session, fact_id=fact_id, actor=actor)
    lock_fact(session, subject)
    before = queries.get_fact(session, fact_id=fact_id, actor=actor)
    policy, step, zone = (
        policy_of(session, subject, region=actor.region, at=at),
        ReviewStep.OPERATOR,
        zone_of(actor.region),
    )
    kept = Reopening(command.id, ReviewReason.APPEALED, command.note)
    if not keep_review(session, kept, Decision.REOPENED, fact_id=fact_id, step=step, policy=policy, actor=actor, at=at):
        return queries.get_fact(session, fact_id=fact_id, actor=actor)
    today = clock.local_date(at, zone)
    refusal = judge_appeal(
        before.standing,
        refused_on=refused_on(before, zone=zone),
        is_appealed=contested(before),
        today=today,
        terms=policy.grading,
    )
    if refusal is not None:
        raise REFUSALS[refusal](fact_id=str(fact_id))
    facts.hold(session, fact_id=fact_id, step=step, today=today, policy=policy, at=at)
    note_review(session, "fact.appealed", subject, {"review_id": command.id}, actor=actor, at=at)
    return queries.get_fact(session, fact_id=fact_id, actor=actor)


def refused_on(fact: FactView, *, zone: ZoneInfo) -> list[date]:
    """The local days on which people refused a fact."""
    return [clock.local_date(each.recorded_at, zone) for each in fact.reviews if each.decision is Decision.REFUSED]


def contested(fact: FactView) -> bool:
    """Whether a fact's carer contested a refusal before."""
    return any(each.reason is ReviewReason.APPEALED for each in fact.reviews)
