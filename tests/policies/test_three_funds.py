"""One and the same visit, judged by the shipped rules of three funds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.checkin.rules.grading import decide, grade, severity_of
from app.checkin.rules.location import OF_VERDICT, judge_location
from app.checkin.rules.visits import door_exceptions, payable_minutes
from app.checkin.service.moves import lenient
from app.checkin.types import ExceptionCode, Fix, LocationSource, Place, Rights, Route, Severity, Verdict, Witness
from app.kernel.geo import CoordinateSystem, Point
from app.policies.codes import EvidenceGrade
from app.policies.oversight_codes import PositionVerdict, VerdictEffect
from app.policies.service import load_book
from app.policies.types import Policy

BOOK = load_book()
DAY = date(2026, 11, 20)
BEGAN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HOME = Point(39.1, 117.2)
NO_CERTIFICATE = ExceptionCode.CERTIFICATE_EXPIRED
EFFECTS = {Severity.MUST_FIX: VerdictEffect.HELD, Severity.ACKNOWLEDGE: VerdictEffect.TOLD}


@dataclass(frozen=True)
class Outcome:
    """What a visit comes to: where, how well proven, what is to be looked into, payable minutes, what follows."""

    verdict: Verdict
    grade: EvidenceGrade
    found: frozenset[ExceptionCode]
    minutes: int
    route: Route


def rules_of(region: str) -> Policy:
    return BOOK.policy_for(region=region, district=None, on=DAY)


def judged(policy: Policy) -> Outcome:
    """A carer without a certificate, at the home, 55 of 60 planned minutes, confirmed by the client."""
    fix = Fix(HOME.latitude, HOME.longitude, CoordinateSystem.WGS84, LocationSource.WECHAT, accuracy_m=20)
    rights = Rights(certified=False, employed=True, assigned=True, entitled=True, away=False, planned_care=True)
    verdict = judge_location(fix, places=[Place(HOME)], occurred_at=BEGAN, terms=policy.location).verdict
    worked = payable_minutes(
        began_at=BEGAN,
        ended_at=BEGAN + timedelta(minutes=55),
        planned=timedelta(hours=1),
        extra=timedelta(0),
        clock=policy.clock,
        visit=policy.visit,
    )
    door = door_exceptions(lenient(rights, terms=policy.carer, day=DAY))
    found = frozenset({*door, *(each.code for each in worked.exceptions)})
    graded = grade([Witness.POSITION, Witness.CLIENT])
    route = decide(
        UUID(int=1),
        grades=[graded],
        found=[(code, severity_of(code)) for code in found],
        terms=policy.grading,
        has_agency=True,
        key=b"k" * 32,
    )
    return Outcome(verdict, graded, found, worked.minutes, route)


@pytest.mark.parametrize(
    ("region", "found", "route"),
    [
        ("huaian", set(), Route.PAYS),  # certificates are a goal there: 四（二）
        ("tianjin", {NO_CERTIFICATE}, Route.OPERATOR),
        ("changchun", {NO_CERTIFICATE, ExceptionCode.SHORT}, Route.OPERATOR),  # the plan's time strictly: 二（九）
    ],
)
def test_the_same_visit_has_another_outcome_in_each_fund(region, found, route):
    assert judged(rules_of(region)) == Outcome(Verdict.INSIDE, EvidenceGrade.B, frozenset(found), 55, route)


def test_the_table_of_verdicts_says_what_check_in_does():
    table = {rule.verdict.value: rule.effect for rule in rules_of("tianjin").location.verdicts}

    done = {verdict.value: EFFECTS[severity_of(code)] for verdict, code in OF_VERDICT.items()}

    assert table == done | {Verdict.INSIDE.value: VerdictEffect.PASSES}
    assert {each.value for each in PositionVerdict} == {each.value for each in Verdict}
