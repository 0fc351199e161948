"""Which decisions about a finding are taken."""

import pytest

from app.oversight.rules import judge_decision
from app.oversight.types import REASONS, DecideFinding, FindingOutcome, FindingReason, FindingRefusal, FindingState

OPEN, CONFIRMED, DISMISSED, CLOSED = FindingState
CONFIRM, DISMISS, CLOSE = FindingOutcome
DECIDED, NOT_CONFIRMED, GREW = FindingRefusal
CASES = [
    (OPEN, CONFIRM, 2, None),
    (OPEN, DISMISS, 2, None),
    (OPEN, DISMISS, 1, GREW),
    (OPEN, CONFIRM, 3, GREW),
    (OPEN, CLOSE, 2, NOT_CONFIRMED),
    (CONFIRMED, CLOSE, 2, None),
    (CONFIRMED, CLOSE, 1, GREW),
    (CONFIRMED, CONFIRM, 2, DECIDED),
    (CONFIRMED, DISMISS, 1, DECIDED),
    *((state, outcome, 2, DECIDED) for state in (DISMISSED, CLOSED) for outcome in FindingOutcome),
]


@pytest.mark.parametrize(("state", "outcome", "looked_at", "refusal"), CASES)
def test_a_decision_is_judged_by_where_the_finding_stands_and_how_much_was_looked_at(
    state: FindingState, outcome: FindingOutcome, looked_at: int, refusal: FindingRefusal | None
):
    command = DecideFinding(outcome, FindingReason.OTHER, looked_at)

    assert judge_decision(command, state=state, records=2) is refusal


def test_every_reason_belongs_to_a_decision():
    assert frozenset().union(*REASONS.values()) == set(FindingReason)
