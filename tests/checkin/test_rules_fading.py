"""When an exact position may fade: all six conditions, each at its boundary."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.checkin.evidence_holds import FadeTerms, KeptFor, PeriodKind, PositionFacts
from app.checkin.rules.fading import closed_until, kept_for

TERMS = FadeTerms(timedelta(days=1825), timedelta(days=14))
RECORDED = date(2026, 11, 20)
RIPE = RECORDED + TERMS.positions
DAY = timedelta(days=1)
NOTHING_OPEN = PositionFacts(
    recorded_on=RECORDED,
    month_is_settled=True,
    waits=False,
    last_review_on=None,
    inspection_is_closed=True,
    has_case=False,
    has_legal_hold=False,
)

CASES = [
    ({}, RIPE, []),
    ({}, RIPE - DAY, [KeptFor.TERM_RUNS]),
    ({"recorded_on": None}, RIPE + 1000 * DAY, [KeptFor.TERM_RUNS]),
    ({"month_is_settled": False}, RIPE, [KeptFor.MONTH_NOT_SETTLED]),
    ({"waits": True}, RIPE, [KeptFor.APPEAL_OPEN]),
    ({"last_review_on": RIPE - 14 * DAY}, RIPE, [KeptFor.APPEAL_OPEN]),  # the last day of the appeal
    ({"last_review_on": RIPE - 15 * DAY}, RIPE, []),
    ({"inspection_is_closed": False}, RIPE, [KeptFor.INSPECTION_NOT_CLOSED]),
    ({"has_case": True}, RIPE, [KeptFor.FINDING_OPEN]),
    ({"has_legal_hold": True}, RIPE, [KeptFor.LEGAL_HOLD]),
    (
        {
            "month_is_settled": False,
            "waits": True,
            "inspection_is_closed": False,
            "has_case": True,
            "has_legal_hold": True,
        },
        RECORDED,
        list(KeptFor),
    ),
]


@pytest.mark.parametrize(("changed", "today", "expected"), CASES)
def test_a_position_fades_only_when_nothing_stands_against_it(
    changed: dict[str, object], today: date, expected: list[KeptFor]
):
    facts = replace(NOTHING_OPEN, **changed)

    assert list(kept_for(facts, terms=TERMS, today=today)) == expected


@pytest.mark.parametrize(
    ("kind", "first_on", "expected"),
    [
        (PeriodKind.MONTH, date(2026, 11, 1), date(2026, 12, 1)),
        (PeriodKind.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
        (PeriodKind.INSPECTION, date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_lasts_a_month_or_a_year(kind: PeriodKind, first_on: date, expected: date):
    assert closed_until(kind, first_on) == expected
