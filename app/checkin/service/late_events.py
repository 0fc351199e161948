"""Clock events that arrive after the care day that names them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, HoldRelease, Review
from app.checkin.queries import care_days as queries
from app.checkin.rules.care_days import judge_care_day
from app.checkin.service.care_days import add_findings, add_grade, claim_of, make_payable, may_be_paid, policy_of
from app.checkin.types import Decision, ReviewStep
from app.kernel.canonical import command_digest
from app.kernel.ids import new_id
from app.kernel.settings import current_settings

EVENTS_ARRIVED = "events_arrived"


def judge_days_again(session: Session, *, event_id: UUID, carer_id: UUID, region: str, at: datetime) -> int:
    """Judge the held care days that name an event which has now arrived; returns how many may be paid at last.

    The machine lets go only of its own hold, and never refuses: a day that is still not proven stays where it is.
    """
    waiting = queries.list_days_waiting_for(session, event_id=event_id, carer_id=carer_id)
    return sum(_judge_again(session, row=row, region=region, at=at) for row in waiting)


def _judge_again(session: Session, *, row: CareDay, region: str, at: datetime) -> bool:
    rights = queries.find_rights(session, client_id=row.client_id, carer_id=row.carer_id, day=row.day)
    hold_id = queries.find_own_hold(session, care_day=row)
    if rights is None or hold_id is None:
        return False
    policy = policy_of(day=row.day, region=region, district=rights.district_code, at=at)
    codes = queries.list_item_codes(session, care_day_id=row.id)
    claim = claim_of(session, row=row, rights=rights, codes=codes, policy=policy, region=region)
    judgement = judge_care_day(claim, policy=policy)
    add_grade(session, fact_id=row.id, judgement=judgement, policy=policy, at=at)
    known = queries.list_codes(session, care_day_id=row.id)
    new = [finding for finding in judgement.findings if finding.code not in known]
    add_findings(session, fact_id=row.id, findings=new, policy_digest=policy.digest, at=at)
    if not may_be_paid(row.id, judgement=judgement, policy=policy):
        return False
    _release(session, hold_id=hold_id, fact_id=row.id, at=at)
    return make_payable(session, row=row, at=at)


def _release(session: Session, *, hold_id: UUID, fact_id: UUID, at: datetime) -> None:
    review_id = new_id(at=at)
    key = current_settings().key_ring.command_key
    session.execute(
        insert(Review).values(
            id=review_id,
            fact_id=fact_id,
            step=ReviewStep.MACHINE,
            decision=Decision.ACCEPTED,
            reason=EVENTS_ARRIVED,
            actor_id=None,
            command_digest=command_digest({"id": review_id, "reason": EVENTS_ARRIVED}, key=key),
            recorded_at=at,
        )
    )
    session.execute(insert(HoldRelease).values(hold_id=hold_id, review_id=review_id, recorded_at=at))
