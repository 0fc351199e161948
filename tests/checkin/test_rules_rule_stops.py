"""When a rule loses the right to hold money, and which never do."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.checkin.rule_stops import Outcome
from app.checkin.rules.grading import ACKNOWLEDGED, FOR_OPERATOR, NEVER_STOPPED, may_stop, severity_of
from app.checkin.rules.rule_stops import judge_rule
from app.checkin.types import ExceptionCode, Severity
from tests.checkin.terms import a_policy

TERMS = replace(a_policy().grading, overturned_share_max=Decimal("0.8"), overturned_least=50)
SHORT = ExceptionCode.SHORT


@pytest.mark.parametrize(
    ("overturned", "upheld", "stops"),
    [
        (0, 0, False),
        (49, 0, False),  # too few to tell
        (50, 0, True),
        (40, 10, False),  # four fifths are what policy allows
        (41, 9, True),
        (41, 8, False),  # 49 decided
        (800, 200, False),
        (801, 199, True),
        (0, 1000, False),
    ],
)
def test_a_rule_stops_when_more_than_policy_allows_of_enough_is_overturned(overturned, upheld, stops):
    assert judge_rule(SHORT, Outcome(overturned, upheld), terms=TERMS) is stops


@pytest.mark.parametrize("code", ExceptionCode)
def test_facts_and_rights_are_never_stopped_and_what_is_only_shown_has_nothing_to_lose(code):
    everything = Outcome(100_000, 0)

    stops = judge_rule(code, everything, terms=TERMS)

    assert stops == may_stop(code) == (code not in NEVER_STOPPED and code not in ACKNOWLEDGED)
    alone, stopped = severity_of(code), severity_of(code, stopped={code})
    assert stopped is (Severity.ACKNOWLEDGE if stops else alone)


def test_what_always_waits_for_the_operator_is_never_stopped():
    assert FOR_OPERATOR <= NEVER_STOPPED
    assert {ExceptionCode.CLIENT_DIED, ExceptionCode.IN_HOSPITAL, ExceptionCode.CLIENT_DENIES} <= NEVER_STOPPED
    assert {ExceptionCode.NO_LOCATION, ExceptionCode.NO_CLOCK_OUT} <= NEVER_STOPPED
    assert may_stop(ExceptionCode.OUTSIDE_FENCE)


def test_a_rule_that_policy_lets_pass_stays_so():
    assert severity_of(ExceptionCode.ITEM_MISSING, missing_item_holds=False) is Severity.ACKNOWLEDGE
