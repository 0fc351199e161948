"""Selects about what is told to carers and families: of each kind the newest since a day, out of what they may see."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, literal, or_, select
from sqlalchemy.orm import Session

from app.checkin.card_models import Incident, IncidentAcknowledgement
from app.checkin.correction_models import CorrectionDecision, CorrectionRequest
from app.checkin.models import CareFact, Review
from app.checkin.reasons import ReviewReason
from app.checkin.types import Decision
from app.kernel import clock
from app.kernel.permissions import Actor, Role
from app.payouts.message_models import MessageRead
from app.payouts.messages import Message, MessageKind
from app.payouts.models import Payout, PayoutEvent, Subsidy
from app.payouts.queries.subsidies import visible_subsidies
from app.payouts.types import PayoutState
from app.registry.ending_certificates import TOLD_AHEAD
from app.registry.models import Carer, Certificate
from app.registry.notice_models import ClientNotice, ClientNoticeAnswer

MOST_OF_A_KIND = 100
OF_STATE = {
    PayoutState.PAID: MessageKind.PAYOUT_PAID,
    PayoutState.FAILED: MessageKind.PAYOUT_FAILED,
    PayoutState.RETURNED: MessageKind.PAYOUT_RETURNED,
}
DAY = timedelta(days=1)


def list_messages(session: Session, *, actor: Actor, since: datetime, today: date, zone: ZoneInfo) -> list[Message]:
    """What is told to the actor in his role: a carer of his work, a family of its money, all of what they told."""
    found = list(_of_notices(session, actor, since))
    if actor.role is not Role.GUARDIAN:
        found += [*_of_work(session, actor, since), *_of_incidents(session, actor, since)]
    if actor.role is Role.CARER:
        found += [*_of_corrections(session, actor, since), *_of_certificates(session, actor, today, zone)]
    else:
        found += _of_payouts(session, actor, since, today)
    return found


def find_read(session: Session, *, actor: Actor, ids: Collection[str]) -> set[str]:
    """Which of these the actor has read."""
    wanted = (MessageRead.account_id == actor.account_id, MessageRead.message_id.in_(ids))
    return set(session.scalars(select(MessageRead.message_id).where(*wanted)))


def _rows(session: Session, statement: Any, told_at: Any) -> Iterator[Message]:
    """Kind, cause, subject and instant of the newest rows."""
    for kind, cause, subject_id, at in session.execute(statement.order_by(told_at.desc()).limit(MOST_OF_A_KIND)):
        yield Message(MessageKind(kind), str(cause), subject_id, at)


def _of_work(session: Session, actor: Actor, since: datetime) -> Iterator[Message]:
    own = select(Carer.id).where(Carer.person_id == actor.person_id)
    kind = case(
        (Review.decision == Decision.ACCEPTED, literal(MessageKind.WORK_ACCEPTED.value)),
        else_=literal(MessageKind.WORK_REFUSED.value),
    )
    statement = (
        select(kind, Review.id, Review.fact_id, Review.recorded_at)
        .join(CareFact, CareFact.id == Review.fact_id)
        .where(
            CareFact.carer_id.in_(own),
            Review.recorded_at >= since,
            Review.decision.in_((Decision.ACCEPTED, Decision.REFUSED)),
            or_(Review.actor_id.is_not(None), Review.reason == ReviewReason.DEADLINE_PASSED),
        )
    )
    return _rows(session, statement, Review.recorded_at)


def _of_corrections(session: Session, actor: Actor, since: datetime) -> Iterator[Message]:
    kind = case(
        (CorrectionDecision.granted, literal(MessageKind.CORRECTION_GRANTED.value)),
        else_=literal(MessageKind.CORRECTION_DECLINED.value),
    )
    statement = (
        select(kind, CorrectionRequest.id, CorrectionRequest.visit_id, CorrectionDecision.recorded_at)
        .join(CorrectionRequest, CorrectionRequest.id == CorrectionDecision.correction_id)
        .where(CorrectionRequest.account_id == actor.account_id, CorrectionDecision.recorded_at >= since)
    )
    return _rows(session, statement, CorrectionDecision.recorded_at)


def _of_incidents(session: Session, actor: Actor, since: datetime) -> Iterator[Message]:
    statement = (
        select(literal(MessageKind.INCIDENT_SEEN.value), Incident.id, Incident.id, IncidentAcknowledgement.recorded_at)
        .join(Incident, Incident.id == IncidentAcknowledgement.incident_id)
        .where(Incident.account_id == actor.account_id, IncidentAcknowledgement.recorded_at >= since)
    )
    return _rows(session, statement, IncidentAcknowledgement.recorded_at)


def _of_notices(session: Session, actor: Actor, since: datetime) -> Iterator[Message]:
    kind = case(
        (ClientNoticeAnswer.entered, literal(MessageKind.NOTICE_ENTERED.value)),
        else_=literal(MessageKind.NOTICE_DECLINED.value),
    )
    statement = (
        select(kind, ClientNotice.id, ClientNotice.id, ClientNoticeAnswer.recorded_at)
        .join(ClientNotice, ClientNotice.id == ClientNoticeAnswer.notice_id)
        .where(ClientNotice.account_id == actor.account_id, ClientNoticeAnswer.recorded_at >= since)
    )
    return _rows(session, statement, ClientNoticeAnswer.recorded_at)


def _of_payouts(session: Session, actor: Actor, since: datetime, today: date) -> Iterator[Message]:
    months = visible_subsidies(actor, on=today).with_only_columns(Subsidy.id)
    statement = (
        select(PayoutEvent)
        .join(Payout, Payout.id == PayoutEvent.payout_id)
        .where(
            Payout.subsidy_id.in_(months),
            PayoutEvent.recorded_at >= since,
            PayoutEvent.to_state.in_([state.value for state in OF_STATE]),
        )
    )
    for row in session.scalars(statement.order_by(PayoutEvent.recorded_at.desc()).limit(MOST_OF_A_KIND)):
        kind = OF_STATE[PayoutState(row.to_state)]
        yield Message(kind, f"{row.payout_id}:{row.seq}", row.payout_id, row.recorded_at)


def _of_certificates(session: Session, actor: Actor, today: date, zone: ZoneInfo) -> Iterator[Message]:
    """Certificates that end within the days of the reminder, told at the beginning of those days."""
    own = select(Carer.id).where(Carer.person_id == actor.person_id)
    ending = Certificate.valid_to.between(today + DAY, today + TOLD_AHEAD)
    for row in session.scalars(select(Certificate).where(Certificate.carer_id.in_(own), ending)):
        if row.valid_to is not None:
            told_at = clock.local_midnight(row.valid_to - TOLD_AHEAD, zone)
            yield Message(MessageKind.CERTIFICATE_ENDING, f"{row.id}:{row.valid_to}", row.id, told_at)
