"""Family carers' days that the risk rules find wait for the operator, as visits do."""

from datetime import date, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.checkin.models import ExceptionFound, Hold, Review
from app.checkin.queries.care_days import list_day_facts
from app.checkin.reasons import ReviewReason
from app.checkin.service.care_days import accept_care_day, log_care_day
from app.checkin.service.facts import release
from app.checkin.service.late_events import judge_days_again
from app.checkin.types import DayStanding, Decision, EventKind, ExceptionCode, ReviewStep
from app.kernel.ids import new_id
from app.kernel.regions import zone_of
from app.oversight.jobs import run_rule
from app.oversight.models import FindingRecord
from app.oversight.queries.month import month_sources
from app.oversight.risk_rules import RULES
from app.registry.models import Stay
from app.registry.types import StayKind
from tests.checkin.family_rows import DAY, EVENING, Family, a_day, a_family, a_tap

MONTH, BEYOND, ONE_DAY = date(2026, 11, 1), date(2026, 12, 1), timedelta(days=1)
PAYABLE, IN_REVIEW, REFUSED = DayStanding.PAYABLE, DayStanding.IN_REVIEW, DayStanding.REFUSED


def logged(session: Session, family: Family, *, after: int, is_tapped: bool = True) -> tuple[UUID, dict[str, UUID]]:
    """A day so many days after the first, with its taps or before they came."""
    at = EVENING + after * ONE_DAY
    taps = {"in_event_id": new_id(), "out_event_id": new_id()}
    if is_tapped:
        come(session, family, taps, after=after)
    command = a_day(family, day=DAY + after * ONE_DAY, occurred_at=at, **taps)
    log_care_day(session, command=command, actor=family.actor, at=at)
    return command.id, taps


def come(session: Session, family: Family, taps: dict[str, UUID], *, after: int) -> None:
    at = EVENING + after * ONE_DAY
    for name, kind, hours in (("in_event_id", EventKind.IN, 10), ("out_event_id", EventKind.OUT, 1)):
        a_tap(session, family, kind, id=taps[name], occurred_at=at - timedelta(hours=hours), recorded_at=at)


def standings(session: Session, family: Family) -> list[DayStanding]:
    days = list_day_facts(session, client_ids=[family.client_id], first=MONTH, beyond=BEYOND)
    return [each.standing for each in days]


def look(session: Session) -> int:
    session.commit()
    sources = month_sources(first=MONTH, beyond=BEYOND, zone=zone_of("tianjin"), keys=None)  # type: ignore[arg-type]  # no place is asked for
    at = EVENING + 5 * ONE_DAY
    return run_rule(RULES["service_in_hospital"], sources, month=MONTH, region="tianjin", at=at)


def test_days_in_hospital_wait_and_those_of_admission_and_discharge_are_paid(app: Flask, tianjin: Session):
    family = a_family(tianjin)
    days = [logged(tianjin, family, after=n, is_tapped=n not in (2, 3)) for n in range(5)]
    _, (within, _), (untapped, taps), (refused, _), _ = days
    decide(tianjin, refused, Decision.REFUSED)
    stay = {"kind": StayKind.HOSPITAL, "known_at": EVENING, "valid_from": DAY, "valid_to": DAY + 4 * ONE_DAY}
    tianjin.execute(insert(Stay).values(id=new_id(), client_id=family.client_id, **stay))
    before = standings(tianjin, family)

    named = look(tianjin)

    assert (before, named) == ([PAYABLE, PAYABLE, IN_REVIEW, REFUSED, PAYABLE], 3)
    assert standings(tianjin, family) == [PAYABLE, IN_REVIEW, IN_REVIEW, REFUSED, PAYABLE]
    told = select(ExceptionFound.fact_id).where(ExceptionFound.code == ExceptionCode.RISK_FOUND)
    for found in (told, select(FindingRecord.fact_id)):
        assert set(tianjin.scalars(found)) == {within, untapped, refused}
    assert tianjin.scalars(select(Hold.step).where(Hold.fact_id == within)).all() == [ReviewStep.OPERATOR]
    # Its taps come after all: they prove the day, and answer nothing of the stay.
    come(tianjin, family, taps, after=2)
    at = EVENING + 5 * ONE_DAY
    for each in taps.values():
        assert judge_days_again(tianjin, event_id=each, carer_id=family.carer_id, region="tianjin", at=at) == 0
    # What was decided since is not held again.
    decide(tianjin, within, Decision.ACCEPTED)
    assert accept_care_day(tianjin, care_day_id=within, at=at)
    assert look(tianjin) == 0
    assert standings(tianjin, family) == [PAYABLE, PAYABLE, IN_REVIEW, REFUSED, PAYABLE]


def decide(session: Session, day_id: UUID, decision: Decision) -> None:
    """The operator does."""
    review = Review(
        id=new_id(), fact_id=day_id, step=ReviewStep.OPERATOR, decision=decision, reason=ReviewReason.OTHER,
        actor_id=new_id(), command_digest=b"-", seq=1, recorded_at=EVENING,
    )  # fmt: skip
    session.add(review)
    session.flush()
    (hold_id,) = session.scalars(select(Hold.id).where(Hold.fact_id == day_id))
    assert release(session, hold_id=hold_id, review_id=review.id, at=EVENING)
