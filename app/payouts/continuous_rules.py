"""Cash for who stays in home care without a break, in place of more hours: by how many months it has lasted. Pure.

Care at home is broken by an entitlement that ends or is of another mode, by a suspension, and by every night of a stay
away; after it the months are counted anew. A lower level breaks nothing: its days bring no cash. All of this is assumed
where a document says "without a break" alone.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from app.payouts.day_rules import STEPS, Found, away, died, entitled, rested
from app.payouts.types import DayRule, MonthFacts
from app.policies.oversight_codes import SupplementChoice
from app.policies.oversight_terms import SupplementStep, SupplementTerms
from app.policies.types import Policy
from app.registry.rules import add_months, level_number
from app.registry.types import CashChoiceView, ClientMonth, EntitlementView, ServiceMode


def judge_day_at_home(month: MonthFacts, day: date, policy: Policy) -> Found:
    """The rule that decides a day of a client who may take cash."""
    return (
        died(month, day, policy)
        or _entitlement(month, day)
        or rested(month, day)
        or away(month, day, policy)
        or _level(month, day, policy.supplement)
        or _choice(month.choices, day, policy.supplement)
        or _months(month.client, day, policy.supplement)
    )


def cash_on(day: date, client: ClientMonth, *, steps: Sequence[SupplementStep]) -> int:
    """The fen of a month whose days are all like this one; 0 while home care has not lasted long enough."""
    step = step_on(day, since=home_since(day, client), steps=steps)
    return step.cash_fen if step else 0


def step_on(day: date, *, since: date | None, steps: Sequence[SupplementStep]) -> SupplementStep | None:
    """The step of a day of home care that has lasted `since`: over so many months, and not over so many.

    From 1 January on "over 1 month" begins on 1 February, and "up to 6 months" ends with 30 June.
    """
    if since is None:
        return None
    return next(
        (
            step
            for step in steps
            if add_months(since, step.over_months) <= day
            and (step.to_months is None or day < add_months(since, step.to_months))
        ),
        None,
    )


def home_since(day: date, client: ClientMonth) -> date | None:
    """The first day of the home care without a break that a day belongs to; None for a day without home care.

    The days of admission and discharge are days at home; the months begin anew with the day of discharge.
    """
    since = _entitled_since(day, client.entitlements)
    resting = [each.period for each in client.suspensions if each.period.valid_from <= day]
    nights = [each.period for each in client.stays if each.period.valid_from < day]
    for broken in (*resting, *nights):
        if broken.valid_to is None or broken.valid_to > day:
            return None
        if since is not None and broken.valid_from < broken.valid_to:
            since = max(since, broken.valid_to)
    return since


def longest_step(steps: Iterable[SupplementStep]) -> int:
    """How many months back decide a day; what lies before them changes no step."""
    return max((max(step.over_months, step.to_months or 0) for step in steps), default=0)


def _entitled_since(day: date, rights: Iterable[EntitlementView]) -> date | None:
    since = None
    for right in sorted(rights, key=lambda each: each.period.valid_from, reverse=True):
        is_next = right.period.covers(day) if since is None else right.period.valid_to == since
        if is_next and right.mode is not ServiceMode.HOME:
            return since
        if is_next:
            since = right.period.valid_from
    return since


def _entitlement(month: MonthFacts, day: date) -> Found | None:
    held = entitled(month, day)
    if isinstance(held, Found):
        return held
    return None if held.mode is ServiceMode.HOME else Found(DayRule.NOT_AT_HOME, held.id)


def _level(month: MonthFacts, day: date, terms: SupplementTerms) -> Found | None:
    held = entitled(month, day)
    if isinstance(held, Found) or terms.from_level is None:
        return None
    level = level_number(held.level)
    if level is None:
        return Found(DayRule.UNKNOWN_LEVEL, held.id, "supplement.from_level")
    return None if level >= terms.from_level else Found(DayRule.LEVEL_TOO_LOW, held.id)


def _choice(choices: Sequence[CashChoiceView], day: date, terms: SupplementTerms) -> Found | None:
    """More hours are what who chose nothing gets; of two choices that count from one day the later one holds."""
    begun = [each for each in choices if each.valid_from <= day]
    last = begun[-1] if begun else None
    if last is not None and last.takes_cash and terms.chosen_by is SupplementChoice.BY_CLIENT:
        return None
    return Found(DayRule.HOURS_CHOSEN, last.id if last else None)


def _months(client: ClientMonth, day: date, terms: SupplementTerms) -> Found:
    if step_on(day, since=home_since(day, client), steps=terms.steps) is None:
        return Found(DayRule.NOT_LONG_ENOUGH)
    return Found(DayRule.PAID, key=STEPS)
