"""Records that are locked for their agency, and unlocked by the operator for some days."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.correction_models import UnlockDecision, UnlockRequest
from app.checkin.corrections import UnlockAnswer, UnlockAsked, UnlockView
from app.checkin.queries import corrections as queries
from app.checkin.queries import events
from app.checkin.service.correction_requests import RecordMissing
from app.checkin.service.corrections import locked_for
from app.checkin.service.reviews import fact_to_review
from app.checkin.service.settling import policy_on
from app.checkin.types import ReviewStep
from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings

LONGEST = timedelta(days=31)  # assumed: for how long a record is unlocked at most


class NotLocked(DomainError):
    """The record may be corrected without being unlocked."""

    kind, code = ErrorKind.CONFLICT, "not_locked"


class UnlockOpen(DomainError):
    """A request to unlock this record waits for its answer."""

    kind, code = ErrorKind.CONFLICT, "unlock_open"


class UnlockAnswered(DomainError):
    """The request was answered before."""

    kind, code = ErrorKind.CONFLICT, "unlock_answered"


class UnlockDayWrong(DomainError):
    """A record is unlocked up to a day from today to a month ahead."""

    kind, code = ErrorKind.INVALID, "unlock_day_wrong"


def ask_unlock(session: Session, command: UnlockAsked, *, visit_id: UUID, actor: Actor, at: datetime) -> UnlockView:
    """Ask for a locked record of the agency's own. Raises NotFound, OwnFact, RecordMissing, NotLocked, UnlockOpen."""
    subject = fact_to_review(session, fact_id=visit_id, step=ReviewStep.AGENCY, actor=actor)
    record = events.find_record(session, visit_id=visit_id)
    if record is None:
        raise RecordMissing(visit_id=str(visit_id))
    policy = policy_on(record.service_on, region=actor.region, district=subject.district_code, at=at)
    if not locked_for(session, record, step=ReviewStep.AGENCY, policy=policy, region=actor.region, at=at):
        raise NotLocked(visit_id=str(visit_id))
    if queries.has_open_unlock(session, visit_id=visit_id):
        raise UnlockOpen(visit_id=str(visit_id))
    row = UnlockRequest(
        id=new_id(at=at), visit_id=visit_id, reason=command.reason, account_id=actor.account_id, recorded_at=at
    )
    session.add(row)
    session.flush()
    _audit(session, "visit.unlock_asked", visit_id, {"unlock_id": row.id}, actor=actor, at=at)
    return queries.get_unlock(session, unlock_id=row.id, actor=actor)


def answer_unlock(
    session: Session, command: UnlockAnswer, *, unlock_id: UUID, actor: Actor, at: datetime
) -> UnlockView:
    """Unlock a record up to a day, or let it stay locked. Raises NotFound, OwnFact, UnlockDayWrong, UnlockAnswered."""
    asked, until = queries.get_unlock(session, unlock_id=unlock_id, actor=actor), command.unlocked_until
    fact_to_review(session, fact_id=asked.visit_id, step=ReviewStep.OPERATOR, actor=actor)
    today = clock.local_date(at, zone_of(actor.region))
    if until is not None and not today <= until <= today + LONGEST:
        raise UnlockDayWrong(earliest=today, latest=today + LONGEST)
    once = insert(UnlockDecision).on_conflict_do_nothing().returning(UnlockDecision.unlock_id)
    values = {"unlock_id": unlock_id, "unlocked_until": until, "account_id": actor.account_id, "recorded_at": at}
    if session.scalar(once.values(**values)) is None:
        raise UnlockAnswered(unlock_id=str(unlock_id))
    details = {"unlock_id": unlock_id, "unlocked_until": until}
    _audit(session, "visit.unlock_answered", asked.visit_id, details, actor=actor, at=at)
    return queries.get_unlock(session, unlock_id=unlock_id, actor=actor)


def _audit(
    session: Session, action: str, visit_id: UUID, details: Mapping[str, object], *, actor: Actor, at: datetime
) -> None:
    keys = current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=("visit", visit_id), details=details, keys=keys)
