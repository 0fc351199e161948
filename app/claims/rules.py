"""What a visit of agency care costs, and how that is split between fund and person. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from app.claims.types import Extra, FeeLine, FeeState, FeeTotals, Rules, Split, Work
from app.kernel.canonical import canonical_bytes
from app.kernel.money import round_fen
from app.policies.entry_terms import HomeLimit
from app.policies.oversight_codes import PricedStaff, PriceUnit
from app.policies.oversight_terms import Price, SettlementTerms
from app.schedules.rules import days_of, find_used_up, is_judged

HOUR = 60
Taken = Sequence[tuple[date, int, int | None]]  # accepted visits before: day, minutes, what each costs


def price_of(work: Work, prices: Iterable[Price]) -> int | None:
    """What a visit costs in fen by the first price that fits it; None where none does: it is not known here.

    By the hour each minute counts, rounded once to whole fen, half up. A visit of which no minute is payable costs
    nothing, also by the visit.
    """
    price = next((each for each in prices if _fits(each, work)), None)
    if price is None or not work.minutes:
        return None if price is None else 0
    if price.unit is PriceUnit.VISIT:
        return price.amount_fen
    return round_fen(Fraction(work.minutes * price.amount_fen, HOUR))


def tells_share(terms: SettlementTerms) -> bool:
    """Whether a visit's split follows from its own limits: not where a deductible or a yearly limit decides too."""
    return terms.deductible_fen == 0 and terms.yearly_limit_fen is None


def split(work: Work, total_fen: int | None, *, rules: Rules, taken: Taken) -> Split:
    """Split what a visit costs; `taken` are the client's accepted visits that began before it.

    What lies within the limits of its day is shared by the one fund share they name: the fund's part is rounded to
    whole fen, half up, and the person pays the rest, so that no fen is lost. A visit over a limit of visits or minutes
    lies over it as a whole, just as check-in judges it; one over a limit of fen by what goes over. Each limit counts
    all that was accepted in its period, whatever row, level or month it lay in.
    """
    if total_fen == 0:
        return Split(0, 0, 0, 0)
    if total_fen is None or not rules.tells_share:
        return Split(total_fen)
    covered = _covered(work, total_fen, limits=rules.limits, taken=taken)
    if covered == 0:
        return Split(total_fen, 0, total_fen, total_fen)
    share = _share_of(rules.limits)
    if covered is None or share is None:
        return Split(total_fen)
    fund = round_fen(covered * share)
    return Split(total_fen, fund, total_fen - fund, total_fen - covered)


def split_all(works: Iterable[tuple[Work, Rules]]) -> dict[UUID, Split]:
    """Price and split accepted visits, which come in the order of their start: each beside those before it."""
    found: dict[UUID, Split] = {}
    taken: list[tuple[date, int, int | None]] = []
    for work, rules in works:
        total = price_of(work, rules.prices)
        found[work.visit_id] = split(work, total, rules=rules, taken=taken)
        taken.append((work.service_on, work.minutes, total))
    return found


def sum_extras(extras: Iterable[Extra]) -> int | None:
    """What extras cost; None where the price of one was not kept."""
    return _sum(each.price_fen for each in extras)


def totals_of(lines: Sequence[FeeLine]) -> FeeTotals:
    """Add up the accepted lines."""
    accepted = [line for line in lines if line.state is FeeState.ACCEPTED]
    return FeeTotals(
        accepted=len(accepted),
        in_review=sum(line.state is FeeState.IN_REVIEW for line in lines),
        minutes=sum(line.minutes for line in accepted),
        split=Split(
            _sum(line.split.total_fen for line in accepted),
            _sum(line.split.fund_fen for line in accepted),
            _sum(line.split.personal_fen for line in accepted),
            _sum(line.split.over_fen for line in accepted),
        ),
        extra_fen=_sum(line.extra_fen for line in accepted),
    )


def may_confirm(totals: FeeTotals) -> bool:
    """A share can be confirmed when something was accepted and no amount of it is unknown."""
    return totals.accepted > 0 and totals.split.personal_fen is not None


def digest_of(client_id: UUID, month: date, lines: Iterable[FeeLine]) -> str:
    """Name the accepted part of a list: other visits, minutes or amounts give another digest, other names do not."""
    accepted = [
        {
            "visit_id": line.visit_id,
            "minutes": line.minutes,
            "amounts": [line.split.total_fen, line.split.fund_fen, line.split.personal_fen, line.split.over_fen],
            "extras": [[extra.item_code, extra.price_fen] for extra in line.extras],
        }
        for line in lines
        if line.state is FeeState.ACCEPTED
    ]
    content = {"client_id": client_id, "month": month, "lines": accepted}
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def _fits(price: Price, work: Work) -> bool:
    return (
        (price.item_code is None or price.item_code in work.item_codes)
        and (price.category is None or price.category in work.categories)
        and (price.staff is None or (price.staff is PricedStaff.NURSE) == work.is_by_nurse)
    )


def _covered(work: Work, total_fen: int, *, limits: Sequence[HomeLimit], taken: Taken) -> int | None:
    """What of the total lies within all limits; None where a limit in fen cannot tell."""
    judged = [limit for limit in limits if is_judged(limit)]
    others = [(day, minutes) for day, minutes, _ in taken]
    if find_used_up(judged, on=work.service_on, asked=work.minutes, taken=others):
        return 0
    covered = total_fen
    for limit in limits:
        if limit.limit_fen is None:
            continue
        first, beyond = days_of(limit.period, on=work.service_on)
        used = _sum(fen for day, _, fen in taken if first <= day < beyond)
        if used is None:
            return None
        covered = min(covered, max(0, limit.limit_fen - used))
    return covered


def _share_of(limits: Iterable[HomeLimit]) -> Decimal | None:
    shares = {limit.fund_share for limit in limits if limit.fund_share is not None}
    return shares.pop() if len(shares) == 1 else None


def _sum(amounts: Iterable[int | None]) -> int | None:
    total = 0
    for each in amounts:
        if each is None:
            return None
        total += each
    return total
