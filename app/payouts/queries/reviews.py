"""Families' months as a reviewer sees them."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.paging import Page
from app.kernel.permissions import Actor
from app.payouts.models import Subsidy
from app.payouts.pages import MonthReviewRequest
from app.payouts.queries.standings import IS_NEWEST, Standing, find_reviews, load, rows_of, stand
from app.payouts.queries.subsidies import is_own, visible_subsidies
from app.payouts.review_types import MonthReviewView, ReviewedMonth

AT_ONCE = 500


def list_months(session: Session, *, actor: Actor, on: date, page: MonthReviewRequest) -> Page[ReviewedMonth]:
    """Newest rows of a month in the order of their computation. Three statements, two more for each further 500 that
    are looked at."""
    found: list[Standing] = []
    for some in walk_months(session, month=page.month, actor=actor, on=on, after=page.after):
        found += [each for each in some if _is_wanted(each, page)]
        if len(found) > page.limit:
            break
    shown = found[: page.limit]
    return Page(_view(session, shown), shown[-1].row.subsidy.id if len(found) > page.limit else None)


def walk_months(
    session: Session, *, month: date, actor: Actor, on: date, after: UUID | None = None
) -> Iterator[Sequence[Standing]]:
    """All newest rows of a month that the actor may decide about, some at a time."""
    newest = _reviewable(actor, on=on).where(Subsidy.month == month, IS_NEWEST).order_by(Subsidy.id).limit(AT_ONCE)
    while True:
        some = load(session, newest if after is None else newest.where(Subsidy.id > after))
        if some:
            yield stand(session, some, region=actor.region)
        if len(some) < AT_ONCE:
            return
        after = some[-1].subsidy.id


def get_standing(session: Session, *, subsidy_id: UUID, actor: Actor, on: date) -> Standing:
    """One row of a month, also an earlier one; NotFound when this actor may not decide about it."""
    rows = load(session, _reviewable(actor, on=on).where(Subsidy.id == subsidy_id))
    if not rows:
        raise NotFound
    return stand(session, rows, region=actor.region)[0]


def view_month(session: Session, *, subsidy_id: UUID, actor: Actor, on: date) -> ReviewedMonth:
    """One row of a month as it is shown; NotFound as above."""
    return _view(session, [get_standing(session, subsidy_id=subsidy_id, actor=actor, on=on)])[0]


def _reviewable(actor: Actor, *, on: date) -> Select[Any]:
    """Months in the actor's scope in which he has no part himself, neither as payee nor as carer or client."""
    visible = visible_subsidies(actor, on=on)
    if actor.person_id is not None:
        visible = visible.where(~is_own(actor.person_id))
    return rows_of(visible, region=actor.region)


def _is_wanted(each: Standing, page: MonthReviewRequest) -> bool:
    is_of_standing = page.standing is None or each.standing is page.standing
    return is_of_standing and (page.flagged is None or page.flagged is bool(each.flags))


def _view(session: Session, months: Sequence[Standing]) -> tuple[ReviewedMonth, ...]:
    reviews = find_reviews(session, subsidy_ids=[each.row.subsidy.id for each in months])
    return tuple(_view_one(each.row.subsidy, each, reviews.get(each.row.subsidy.id)) for each in months)


def _view_one(row: Subsidy, each: Standing, review: MonthReviewView | None) -> ReviewedMonth:
    return ReviewedMonth(
        id=row.id,
        client_id=row.client_id,
        carer_id=row.carer_id,
        payee_person_id=row.payee_person_id,
        month=row.month,
        seq=row.seq,
        amount_fen=row.amount_fen,
        days_paid=row.days_paid,
        pay_by=row.pay_by,
        standing=each.standing,
        flags=each.flags,
        review=review,
    )
