"""When an exact position may fade to verdict, distance and digest: never while anybody may still ask for it."""

from datetime import date

from app.checkin.evidence_holds import FadeTerms, KeptFor, PeriodKind, PositionFacts


def kept_for(facts: PositionFacts, *, terms: FadeTerms, today: date) -> tuple[KeptFor, ...]:
    """Everything that stands against the fading of a position; nothing: it may fade.

    A position whose event nobody knows is kept: what is not understood is not destroyed.
    """
    last_review_on = facts.last_review_on
    against = {
        KeptFor.TERM_RUNS: facts.recorded_on is None or today < facts.recorded_on + terms.positions,
        KeptFor.MONTH_NOT_SETTLED: not facts.month_is_settled,
        KeptFor.APPEAL_OPEN: facts.waits or (last_review_on is not None and today <= last_review_on + terms.appeal),
        KeptFor.INSPECTION_NOT_CLOSED: not facts.inspection_is_closed,
        KeptFor.FINDING_OPEN: facts.has_case,
        KeptFor.LEGAL_HOLD: facts.has_legal_hold,
    }
    return tuple(reason for reason, stands in against.items() if stands)


def closed_until(kind: PeriodKind, first_on: date) -> date:
    """The first day after a period: a month from its first day, a year from that of January."""
    if kind is PeriodKind.INSPECTION:
        return first_on.replace(year=first_on.year + 1)
    return date(first_on.year + first_on.month // 12, first_on.month % 12 + 1, 1)
