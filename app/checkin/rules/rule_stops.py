"""When a rule loses the right to hold money: people accept too much of what it held."""

from decimal import Decimal

from app.checkin.rule_stops import Outcome
from app.checkin.rules.grading import may_stop
from app.checkin.types import ExceptionCode
from app.policies.terms import GradingTerms


def judge_rule(code: ExceptionCode, outcome: Outcome, *, terms: GradingTerms) -> bool:
    """Say whether a rule stops holding money: one that may, of enough decided facts more than the policy's share
    accepted by people."""
    decided = outcome.overturned + outcome.upheld
    is_enough = decided >= terms.overturned_least
    return may_stop(code) and is_enough and Decimal(outcome.overturned) > terms.overturned_share_max * decided
