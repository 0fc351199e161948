"""Whose review is overdue by the fund's rules of a day; no district has an interval of its own."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, select
from sqlalchemy.orm import Session

from app.policies.entry_codes import OverdueReview
from app.policies.service import current_book
from app.registry.conditions import happened, holds
from app.registry.models import Client, Entitlement, Person
from app.registry.rules import reviewed_since


def review_overdue(
    region: str, *, on: date, only: Collection[OverdueReview] = tuple(OverdueReview)
) -> ColumnElement[bool]:
    """Condition: the living client is entitled on the day, and no conclusion about him is as young as the fund's policy
    wants, where what follows is one of `only`. Each conclusion is a review, also one that counts later."""
    terms = current_book().policy_or_last(region=region, district=None, on=on).entitlement
    if terms.review_interval_months is None or terms.overdue_review not in only:
        return false()
    of_client = Entitlement.client_id == Client.id
    newest = select(func.max(Entitlement.concluded_on)).where(of_client, happened(Entitlement)).scalar_subquery()
    return and_(
        exists().where(Person.id == Client.person_id, Person.died_on.is_(None)),
        exists().where(of_client, holds(Entitlement, on=on)),
        newest < reviewed_since(on, interval_months=terms.review_interval_months),
    )


def list_held_for_review(session: Session, *, client_ids: Collection[UUID], region: str, on: date) -> frozenset[UUID]:
    """Those of the clients whose payments wait for an overdue review, by policy. Unscoped: for paying."""
    is_held = review_overdue(region, on=on, only=(OverdueReview.HOLDS_PAYMENT,))
    return frozenset(session.scalars(select(Client.id).where(Client.id.in_(client_ids), is_held)))


def count_overdue_reviews(session: Session, *, region: str, on: date) -> dict[str, int]:
    """How many reviews are overdue, by district, of those that have any. Unscoped: for the job that tells them."""
    statement = select(Client.district_code, func.count()).where(review_overdue(region, on=on))
    rows = session.execute(statement.group_by(Client.district_code).order_by(Client.district_code))
    return {district: count for district, count in rows}
