"""When a reminder is due about a visit."""

from datetime import datetime, timedelta

OVERDUE_AFTER = timedelta(minutes=30)
UNPLANNED = timedelta(hours=2)
"""How long a visit nobody planned may take before its carer is reminded."""


def overdue_at(*, planned_from: datetime | None, planned_to: datetime | None, began_at: datetime) -> datetime:
    """From when on a clock-out is overdue: half an hour after the planned end, or later where it began late."""
    if planned_from is None or planned_to is None:
        return began_at + UNPLANNED + OVERDUE_AFTER
    return max(planned_to, began_at + (planned_to - planned_from)) + OVERDUE_AFTER
