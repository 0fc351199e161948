"""When a clock-out is overdue."""

from datetime import UTC, datetime, timedelta

import pytest

from app.checkin.rules.reminders import overdue_at

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("began", "planned_minutes", "overdue"),
    [(0, 60, 90), (-20, 60, 90), (40, 60, 130), (0, None, 150)],
)
def test_a_clock_out_is_overdue_half_an_hour_after_the_visit_should_be_over(
    began: int, planned_minutes: int | None, overdue: int
):
    planned = (None, None) if planned_minutes is None else (NINE, NINE + planned_minutes * MINUTE)

    found = overdue_at(planned_from=planned[0], planned_to=planned[1], began_at=NINE + began * MINUTE)

    assert found == NINE + overdue * MINUTE
