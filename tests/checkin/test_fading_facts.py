"""What is known of a position before it fades: which fact it belongs to, and what is open about that."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HeldSpan, HeldSubject, PeriodKind, PositionFacts
from app.checkin.hold_models import EvidenceHoldEnd
from app.checkin.models import CareDay, Hold, Position, Review
from app.checkin.queries.fading import read_facts
from app.checkin.reasons import ReviewReason
from app.checkin.service.evidence_holds import end_case, keep_for_case
from app.checkin.types import Decision, ReviewStep
from app.kernel.ids import new_id
from tests.checkin.factories import JOB
from tests.checkin.positions import a_close, a_fact, a_legal_hold, a_position, a_tap
from tests.schedules.factories import NOW, TODAY, Scene, add

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
OTHER = UUID(int=1)


def facts_of(session: Session, position_id: UUID) -> PositionFacts:
    return {key: facts for known in read_facts(session, Position.__table__, zone=ZONE) for key, facts in known}[
        position_id
    ]


@pytest.fixture
def tap(tianjin: Session, scene: Scene) -> UUID:
    return a_tap(tianjin, at=NOW, carer_id=scene.carer_id, client_id=scene.client_id, agency_id=scene.agency_id)


def test_a_tap_of_which_nothing_is_closed_is_known_as_such(tianjin: Session, tap: UUID):
    assert facts_of(tianjin, tap) == PositionFacts(
        recorded_on=TODAY,
        month_is_settled=False,
        waits=False,
        last_review_on=None,
        inspection_is_closed=False,
        has_case=False,
        has_legal_hold=False,
    )


def test_a_month_and_an_inspection_close_their_own_days_and_agency_only(tianjin: Session, scene: Scene, tap: UUID):
    a_close(tianjin, PeriodKind.MONTH, date(2026, 10, 1), at=NOW)
    a_close(tianjin, PeriodKind.INSPECTION, date(2025, 1, 1), agency_id=scene.agency_id, at=NOW)
    open_yet = facts_of(tianjin, tap)
    without_agency = a_tap(tianjin, at=NOW, carer_id=scene.carer_id)
    a_close(tianjin, PeriodKind.MONTH, date(2026, 11, 1), at=NOW)
    a_close(tianjin, PeriodKind.INSPECTION, date(2026, 1, 1), agency_id=scene.agency_id, at=NOW)

    closed = facts_of(tianjin, tap)

    assert (open_yet.month_is_settled, open_yet.inspection_is_closed) == (False, False)
    assert (closed.month_is_settled, closed.inspection_is_closed) == (True, True)
    assert facts_of(tianjin, without_agency).inspection_is_closed  # no agency, nothing to inspect


def test_a_tap_of_a_visit_or_a_care_day_is_judged_by_that(tianjin: Session, scene: Scene, visit_id: UUID):
    of_visit = a_tap(tianjin, at=NOW, carer_id=scene.carer_id, client_id=scene.client_id, visit_id=visit_id)
    of_day = a_tap(tianjin, at=NOW, carer_id=scene.carer_id, client_id=scene.client_id)
    day_id = new_id()
    day = CareDay(
        id=day_id, client_id=scene.client_id, carer_id=scene.carer_id, day=TODAY - DAY, out_event_id=of_day,
        occurred_at=NOW, account_id=OTHER, command_digest=b"-", policy_digest="-", recorded_at=NOW,
    )  # fmt: skip
    add(tianjin, day)
    a_fact(tianjin, visit_id, carer_id=scene.carer_id, client_id=scene.client_id, agency_id=scene.agency_id, at=NOW)
    for fact_id in (visit_id, day_id):
        hold = Hold(
            id=new_id(), fact_id=fact_id, step=ReviewStep.AGENCY, due_on=TODAY, policy_digest="-", recorded_at=NOW
        )
        review = Review(
            id=new_id(), fact_id=fact_id, step=ReviewStep.OPERATOR, decision=Decision.ACCEPTED,
            reason=ReviewReason.OTHER, actor_id=OTHER, command_digest=b"-", recorded_at=NOW + DAY,
        )  # fmt: skip
        add(tianjin, hold, review)

    for tap in (of_visit, of_day):
        facts = facts_of(tianjin, tap)
        assert (facts.waits, facts.last_review_on) == (True, TODAY + DAY)
    assert not facts_of(tianjin, of_visit).inspection_is_closed  # the visit's agency is not inspected


def subjects(scene: Scene, tap: UUID) -> list[tuple[dict[str, Any], bool]]:
    return [
        ({"subject": HeldSubject.CLIENT, "subject_id": scene.client_id}, True),
        ({"subject": HeldSubject.CARER, "subject_id": scene.carer_id}, True),
        ({"subject": HeldSubject.AGENCY, "subject_id": scene.agency_id}, True),
        ({"subject": HeldSubject.FACT, "subject_id": tap}, True),
        ({"subject": HeldSubject.CLIENT, "subject_id": OTHER}, False),
        ({"subject": HeldSubject.CARER, "subject_id": scene.carer_id, "first_on": TODAY}, True),
        ({"subject": HeldSubject.CARER, "subject_id": scene.carer_id, "first_on": TODAY + DAY}, False),
        ({"subject": HeldSubject.CARER, "subject_id": scene.carer_id, "beyond_on": TODAY}, False),
        ({"subject": HeldSubject.CARER, "subject_id": scene.carer_id, "beyond_on": TODAY + DAY}, True),
        ({"subject": HeldSubject.EVERYTHING, "subject_id": None, "first_on": TODAY, "beyond_on": TODAY + DAY}, True),
        ({"subject": HeldSubject.EVERYTHING, "subject_id": None, "first_on": TODAY - DAY, "beyond_on": TODAY}, False),
    ]


def test_a_legal_hold_stands_for_its_subject_and_days_until_it_ends(tianjin: Session, scene: Scene, tap: UUID):
    for values, expected in subjects(scene, tap):
        hold_id = a_legal_hold(tianjin, at=NOW, **values)
        facts = facts_of(tianjin, tap)
        assert (facts.has_legal_hold, facts.has_case) == (expected, False), values
        add(tianjin, EvidenceHoldEnd(hold_id=hold_id, document="BQ-2", recorded_at=NOW))
        assert not facts_of(tianjin, tap).has_legal_hold, values


def test_a_case_keeps_its_facts_once_until_it_is_closed(tianjin: Session, scene: Scene, tap: UUID):
    case_id, span = new_id(), HeldSpan(HeldSubject.FACT, tap)

    for _ in range(2):
        keep_for_case(tianjin, [span, span], case_id=case_id, actor=JOB, at=NOW)
        kept = facts_of(tianjin, tap)
    end_case(tianjin, case_id=new_id(), actor=JOB, at=NOW)
    assert facts_of(tianjin, tap).has_case
    end_case(tianjin, case_id=case_id, actor=JOB, at=NOW)

    assert (kept.has_case, kept.has_legal_hold) == (True, False)
    assert not facts_of(tianjin, tap).has_case
    keep_for_case(tianjin, [span], case_id=case_id, actor=JOB, at=NOW)  # it is opened again
    assert facts_of(tianjin, tap).has_case


def test_a_position_whose_event_nobody_knows_has_no_day(tianjin: Session):
    orphan = new_id()
    a_position(tianjin, orphan)

    assert facts_of(tianjin, orphan).recorded_on is None
