"""Says each day what is to be paid soon or is overdue: a pay-by day must not pass unnoticed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.kernel import audit
from app.kernel.clock import local_date
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.payouts.batch_types import DueCount
from app.payouts.queries.subsidies import count_due
from app.policies.service import current_book

LONGEST_REMINDER = timedelta(days=60)  # the policy key's bound


def note_due(session: Session, *, actor: SystemActor, at: datetime) -> tuple[int, int]:
    """Record how many months are overdue, and how many are due within the days of their district's policy.

    Returns both numbers; with none of either nothing is recorded.
    """
    today, book = local_date(at, zone_of(actor.region)), current_book()
    found = count_due(session, actor=actor, today=today, before=today + LONGEST_REMINDER)
    overdue = [each for each in found if each.pay_by < today]
    soon = []
    for each in found:
        policy = book.policy_or_last(region=actor.region, district=each.district_code, on=today)
        if today <= each.pay_by <= today + policy.payment.reminder_before:
            soon.append(each)
    if overdue or soon:
        audit.record(
            session,
            "subsidies.due",
            actor=actor,
            at=at,
            subject=("month", None),
            details={"overdue": _told(overdue), "soon": _told(soon)},
            keys=current_settings().key_ring,
        )
    return sum(each.count for each in overdue), sum(each.count for each in soon)


def _told(counts: Iterable[DueCount]) -> list[dict[str, object]]:
    return [
        {"district": each.district_code, "pay_by": each.pay_by, "count": each.count, "unpaid_fen": each.unpaid_fen}
        for each in counts
    ]
