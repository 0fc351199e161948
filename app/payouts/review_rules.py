"""What the rules notice about a month, and whether a person must look before it is paid. Pure.

The thresholds are assumed: no document gives any.
"""

from collections.abc import Iterator

from app.payouts.review_types import Flag, FlagCode, MonthDecision, MonthRefusal, MonthSigns, MonthStanding
from app.policies.codes import MonthReviewRule

LATE_DAYS = 5  # entered after their own day, and at least half of the days paid
MORE_DAYS = 10


def find_flags(signs: MonthSigns) -> tuple[Flag, ...]:
    """List what about a month a person should look at, each with the numbers it rests on."""
    return tuple(_flags(signs))


def _flags(signs: MonthSigns) -> Iterator[Flag]:
    if signs.days_away:
        yield Flag(FlagCode.CARED_WHILE_AWAY, {"days": signs.days_away})
    if signs.days_late >= LATE_DAYS and signs.days_late * 2 >= signs.days_paid:
        yield Flag(FlagCode.ENTERED_LATE, {"days": signs.days_late, "days_paid": signs.days_paid})
    if signs.days_by_silence:
        yield Flag(FlagCode.PAID_BY_SILENCE, {"days": signs.days_by_silence})
    if signs.days_before is not None and signs.days_paid - signs.days_before >= MORE_DAYS:
        yield Flag(FlagCode.MORE_DAYS, {"days_paid": signs.days_paid, "days_before": signs.days_before})
    if signs.is_account_changed:
        yield Flag(FlagCode.ACCOUNT_CHANGED)
    if signs.was_decided:
        yield Flag(FlagCode.RECOMPUTED)


def judge_month(
    rule: MonthReviewRule, *, decision: MonthDecision | None, is_flagged: bool, is_lacking: bool
) -> MonthStanding:
    """Say where a month stands. `decision` is the newest about this content, `is_lacking`: some of it is not paid yet.

    A hold holds under any rule; time changes nothing, so that a month waits in sight until a person has decided.
    """
    if decision is not None:
        return MonthStanding(decision.value)
    needs_person = rule is MonthReviewRule.EVERY or (rule is MonthReviewRule.FLAGGED and is_flagged)
    return MonthStanding.WAITING if needs_person and is_lacking else MonthStanding.NOT_NEEDED


def judge_decision(decision: MonthDecision, *, before: MonthDecision | None, is_lacking: bool) -> MonthRefusal | None:
    """Say why a decision is not taken, None when it is: it is taken already, or there is no money left to decide of."""
    if decision is before:
        return MonthRefusal.DECIDED_SO
    return None if is_lacking else MonthRefusal.NOTHING_LEFT
