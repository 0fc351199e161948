"""Whether a refusal may be contested, and what a carer's own visits come to."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from app.checkin.load import Span
from app.checkin.own_work import AppealRefusal, OwnHours, WorkedVisit
from app.checkin.types import Standing
from app.policies.terms import GradingTerms


def appeal_until(
    standing: Standing, *, refused_on: Collection[date], is_appealed: bool, terms: GradingTerms
) -> date | None:
    """Give the last local day on which a carer may contest a refusal; None when there is none, or he did before.

    `refused_on` are the local days on which people refused: the days count from the last.
    """
    if standing is not Standing.REFUSED or is_appealed or not refused_on:
        return None
    return max(refused_on) + terms.appeal_deadline


def judge_appeal(
    standing: Standing, *, refused_on: Collection[date], is_appealed: bool, today: date, terms: GradingTerms
) -> AppealRefusal | None:
    """Say why an appeal is not taken; None when it is: once a fact, against a person's refusal, in time."""
    if is_appealed:
        return AppealRefusal.APPEALED
    last = appeal_until(standing, refused_on=refused_on, is_appealed=False, terms=terms)
    if last is None:
        return AppealRefusal.NOT_REFUSED
    return AppealRefusal.TOO_LATE if today > last else None


def add_up(visits: Iterable[WorkedVisit], spans: Sequence[Span]) -> tuple[OwnHours, ...]:
    """Add visits up by spans, each to that of its day; one without visits has noughts."""
    told = tuple(visits)
    return tuple(_sum(span, [each for each in told if span.first <= each.day < span.beyond]) for span in spans)


def _sum(span: Span, visits: Sequence[WorkedVisit]) -> OwnHours:
    by = {
        standing: sum(each.payable for each in visits if each.standing is standing)
        for standing in (Standing.ACCEPTED, Standing.HELD, Standing.REFUSED)
    }
    return OwnHours(
        span=span,
        visits=len(visits),
        planned_minutes=sum(each.planned for each in visits),
        recorded_minutes=sum(each.recorded for each in visits),
        accepted_minutes=by[Standing.ACCEPTED],
        in_review_minutes=by[Standing.HELD],
        refused_minutes=by[Standing.REFUSED],
    )
