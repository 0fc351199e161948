"""Two people press at the same moment: the database and one lock keep one payment, and one review."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import exc, func, insert, select
from sqlalchemy.orm import Session

from app.kernel.db import constraint_of, db, transaction
from app.kernel.errors import DomainError
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.payouts.batch_types import PrepareBatches
from app.payouts.models import Payout, Subsidy
from app.payouts.review_models import MonthReview
from app.payouts.review_types import AcceptUnflagged, DecideMonth, MonthDecision, MonthReason
from app.payouts.service import reviews
from app.payouts.service.prepare import prepare_batches
from tests.payouts.rows import AT, NOVEMBER, PAY_DAY, Office, a_family, an_actor, an_office

PEOPLE = 4


def at_once(app: Flask, work: Callable[[Session], object]) -> list[object]:
    """Do the same in several transactions that begin together; the answers, or the refusals."""
    start, found = Barrier(PEOPLE), []

    def one() -> None:
        with app.app_context():
            db.session().bind_region("tianjin")
            start.wait(timeout=30)
            try:
                with transaction() as session:
                    found.append(work(session))
            except (DomainError, exc.IntegrityError) as refusal:
                found.append(refusal)

    threads = [Thread(target=one) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


@pytest.fixture
def families(swept_app: Flask) -> int:
    """Computed months of three families, committed."""
    with swept_app.app_context():
        db.session().bind_region("tianjin")
        with transaction() as session:
            office: Office = an_office(session)
            for name in ("陈玉兰", "李小红", "王建国"):
                a_family(session, name=name)
            office.compute()
    return 3


@pytest.fixture
def reviewed(swept_app: Flask, families: int) -> int:
    """The same, accepted by a reviewer."""
    with swept_app.app_context():
        db.session().bind_region("tianjin")
        with transaction() as session:
            Office(session, an_actor(), an_actor()).review()
    return families


def live_payouts(app: Flask) -> int:
    with app.app_context():
        db.session().bind_region("tianjin")
        return db.session().scalar(select(func.count()).select_from(Payout))


def test_preparations_at_once_make_one_live_payout_for_each_subsidy(swept_app: Flask, reviewed: int):
    found = at_once(
        swept_app,
        lambda session: prepare_batches(session, PrepareBatches(NOVEMBER, PAY_DAY), actor=an_actor(), at=AT),
    )

    assert sorted(len(each.batches) for each in found) == [0, 0, 0, 1]
    assert live_payouts(swept_app) == reviewed


def test_without_the_lock_the_database_still_refuses_a_second_live_payout(swept_app: Flask, reviewed: int):
    with swept_app.app_context():
        db.session().bind_region("tianjin")
        with transaction() as session:
            Office(session, an_actor(), an_actor()).prepare()
            payout = session.scalars(select(Payout)).first()
            values = {column.key: getattr(payout, column.key) for column in Payout.__table__.columns}

    def pay_again(session: Session) -> None:
        payout_id = new_id()
        new = {"id": payout_id, "serial": payout_id.hex.upper(), "line_no": payout_id.int % 10**15}
        session.execute(insert(Payout).values(values | new))

    found = at_once(swept_app, pay_again)

    assert [constraint_of(each) for each in found] == ["uq_payout_live"] * PEOPLE
    assert live_payouts(swept_app) == reviewed


def list_reviews(app: Flask) -> list[tuple[int, MonthDecision]]:
    with app.app_context():
        db.session().bind_region("tianjin")
        return [tuple(row) for row in db.session().execute(select(MonthReview.seq, MonthReview.decision))]


def test_reviews_at_once_make_one_for_each_month(swept_app: Flask, families: int):
    found = at_once(
        swept_app,
        lambda session: reviews.accept_unflagged(
            session, AcceptUnflagged(NOVEMBER), actor=an_actor(Role.OPERATOR_REVIEWER), at=AT
        ),
    )

    assert sorted(each.accepted for each in found) == [0, 0, 0, families]
    assert list_reviews(swept_app) == [(1, MonthDecision.ACCEPTED)] * families


def test_decisions_at_once_about_one_month_make_one(swept_app: Flask, families: int):
    with swept_app.app_context():
        db.session().bind_region("tianjin")
        subsidy_id = db.session().scalars(select(Subsidy.id).limit(1)).one()
    hold = DecideMonth(MonthDecision.HELD, MonthReason.OTHER)

    found = at_once(
        swept_app,
        lambda session: reviews.decide_month(
            session, hold, subsidy_id=subsidy_id, actor=an_actor(Role.OPERATOR_REVIEWER), at=AT
        ),
    )

    assert sum(isinstance(each, reviews.MonthReviewed) for each in found) == PEOPLE - 1
    assert list_reviews(swept_app) == [(1, MonthDecision.HELD)]


def test_without_the_lock_the_database_still_refuses_a_second_review_of_the_same_number(
    swept_app: Flask, reviewed: int
):
    with swept_app.app_context():
        db.session().bind_region("tianjin")
        first = db.session().execute(select(MonthReview.__table__).limit(1)).mappings().one()

    found = at_once(swept_app, lambda session: session.execute(insert(MonthReview).values({**first, "id": new_id()})))

    assert [constraint_of(each) for each in found] == ["uq_month_review_subsidy_id_seq"] * PEOPLE
    assert len(list_reviews(swept_app)) == reviewed
