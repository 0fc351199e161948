"""Clock events and answers to prompts that arrive after their care day."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.models import CareDay
from app.checkin.queries import care_days as queries
from app.checkin.queries.facts import count_grades, list_open_exceptions
from app.checkin.reasons import ReviewReason
from app.checkin.rules.care_days import BY_COMPARISON, judge_care_day
from app.checkin.service import facts
from app.checkin.service.care_days import add_findings, claim_of, make_payable, may_be_paid
from app.checkin.service.settling import policy_on
from app.checkin.service.turns import take_turn
from app.checkin.types import Decision


def judge_days_again(session: Session, *, event_id: UUID, carer_id: UUID, region: str, at: datetime) -> int:
    """Judge the held care days that name an event which has now arrived; returns how many may be paid at last.

    The machine lets go only of its own hold, and never refuses: a day that is still not proven stays where it is.
    """
    waiting = queries.list_days_waiting_for(session, event_id=event_id, carer_id=carer_id)
    arrived = ReviewReason.EVENTS_ARRIVED
    return sum(_judge_again(session, row=row, reason=arrived, region=region, at=at) for row in waiting)


def judge_prompted_days(session: Session, held: Iterable[CareDay], *, region: str, at: datetime) -> int:
    """As `judge_days_again`, held care days of which a prompt is answered."""
    came = ReviewReason.WITNESS_CAME
    return sum(_judge_again(session, row=row, reason=came, region=region, at=at) for row in held)


def _judge_again(session: Session, *, row: CareDay, reason: ReviewReason, region: str, at: datetime) -> bool:
    take_turn(session, client_id=row.client_id)
    rights = queries.find_rights(session, client_id=row.client_id, carer_id=row.carer_id, day=row.day)
    hold_id = queries.find_own_hold(session, care_day=row)
    if rights is None or hold_id is None:
        return False
    policy = policy_on(row.day, region=region, district=rights.district_code, at=at)
    codes = queries.list_item_codes(session, care_day_id=row.id)
    claim = claim_of(session, row=row, rights=rights, codes=codes, policy=policy, region=region)
    judgement = judge_care_day(claim, policy=policy)
    facts.add_grade(
        session,
        fact_id=row.id,
        grade=judgement.grade,
        witnesses=judgement.witnesses,
        before=count_grades(session, fact_id=row.id),
        policy=policy,
        at=at,
    )
    found = list_open_exceptions(session, fact_id=row.id)
    known = [each for each in found if each.code not in BY_COMPARISON]
    now = {(finding.code, finding.severity) for finding in judgement.findings}
    before = {(each.code, each.severity) for each in known}
    facts.end_exceptions(session, exception_ids=[e.id for e in known if (e.code, e.severity) not in now], at=at)
    new = [finding for finding in judgement.findings if (finding.code, finding.severity) not in before]
    add_findings(session, fact_id=row.id, findings=new, policy_digest=policy.digest, at=at)
    if len(known) < len(found) or not may_be_paid(row, judgement=judgement, policy=policy):
        return False
    is_free = facts.release_by_machine(
        session, hold_id=hold_id, fact_id=row.id, decision=Decision.ACCEPTED, reason=reason, policy=policy, at=at
    )
    return is_free and make_payable(session, row=row, at=at)
