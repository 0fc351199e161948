"""Staff load: which spans a range of days has, and what is above and below a full post in each."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from app.checkin.load import Column, Held, LoadBy, LoadCell, Span, Worked
from app.policies.terms import WorkTerms
from app.registry.rules import counts_to_caseload, earlier_end, most_clients, overlaps
from app.registry.types import Period

ONE_DAY = timedelta(days=1)


def spans_of(first: date, last: date, *, by: LoadBy) -> tuple[Span, ...]:
    """Whole days, weeks or months that cover `[first, last]`, in order."""
    found = []
    begin = _begin(first, by=by)
    while begin <= last:
        beyond = _next(begin, by=by)
        found.append(Span(begin, beyond))
        begin = beyond
    return tuple(found)


def norm_minutes(terms: WorkTerms, *, by: LoadBy) -> int:
    """Minutes of a full post in one span."""
    norms = {LoadBy.DAY: terms.daily, LoadBy.WEEK: terms.weekly, LoadBy.MONTH: terms.monthly}
    return norms[by] // timedelta(minutes=1)


def caseloads(held: Collection[Held], columns: Sequence[Column]) -> list[int]:
    """The most clients who count held on a day of each column. Mostly they are the same all along, and counted once."""
    around, terms = Span(columns[0].span.first, columns[-1].span.beyond), columns[0].terms
    if all(column.terms is terms for column in columns) and all(_lasts(each.period, around) for each in held):
        return [len({each.client_id for each in held if counts_to_caseload(each.level, terms=terms)})] * len(columns)
    return [
        most_clients(
            [(each.client_id, each.period) for each in held if counts_to_caseload(each.level, terms=column.terms)],
            within=Period(column.span.first, column.span.beyond),
        )
        for column in columns
    ]


def cell(column: Column, worked: Worked, *, caseload: int, employed: Iterable[Period]) -> LoadCell:
    """Put one carer's span together.

    Overtime is measured against the whole norm. Free time counts only the share of the norm that falls on days of
    employment, in whole minutes, rounded down.
    """
    span, norm = column.span, column.norm_minutes
    days = (span.beyond - span.first).days
    available = norm * sum(_days_of(period, span) for period in employed) // days
    return LoadCell(
        span=span,
        worked=worked,
        caseload=caseload,
        overtime_minutes=max(0, worked.recorded_minutes - norm),
        free_minutes=max(0, min(available, norm) - worked.planned_minutes),
    )


def overlap(one: Period, other: Period) -> Period | None:
    """The days two periods share; None when they share none."""
    if not overlaps(one, other):
        return None
    return Period(max(one.valid_from, other.valid_from), earlier_end(one.valid_to, other.valid_to))


def total(cells: Iterable[LoadCell]) -> Worked:
    """Add up a row or a column; clients are not added, since one may come in many spans."""
    found = [each.worked for each in cells]
    return Worked(
        visits=sum(each.visits for each in found),
        missed=sum(each.missed for each in found),
        planned_minutes=sum(each.planned_minutes for each in found),
        recorded_minutes=sum(each.recorded_minutes for each in found),
        accepted_minutes=sum(each.accepted_minutes for each in found),
        overlapping=sum(each.overlapping for each in found),
    )


def _lasts(period: Period, span: Span) -> bool:
    """Say whether a period holds on every day of a span."""
    return period.valid_from <= span.first and (period.valid_to is None or period.valid_to >= span.beyond)


def _days_of(period: Period, span: Span) -> int:
    if _lasts(period, span):
        return (span.beyond - span.first).days
    shared = overlap(period, Period(span.first, span.beyond))
    if shared is None or shared.valid_to is None:
        return 0
    return (shared.valid_to - shared.valid_from).days


def _begin(day: date, *, by: LoadBy) -> date:
    if by is LoadBy.WEEK:
        return day - ONE_DAY * day.weekday()
    return day.replace(day=1) if by is LoadBy.MONTH else day


def _next(begin: date, *, by: LoadBy) -> date:
    if by is LoadBy.MONTH:
        return (begin + 31 * ONE_DAY).replace(day=1)
    return begin + (7 if by is LoadBy.WEEK else 1) * ONE_DAY
