"""Two people press at the same moment: the database and one lock keep one payment."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import exc, func, insert, select
from sqlalchemy.orm import Session

from app.kernel.db import constraint_of, db, transaction
from app.kernel.errors import DomainError
from app.kernel.ids import new_id
from app.payouts.batch_types import PrepareBatches
from app.payouts.models import Payout
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
def families(own_app: Flask) -> int:
    """Computed months of three families, committed."""
    with own_app.app_context():
        db.session().bind_region("tianjin")
        with transaction() as session:
            office: Office = an_office(session)
            for name in ("陈玉兰", "李小红", "王建国"):
                a_family(session, name=name)
            office.compute()
    return 3


def live_payouts(app: Flask) -> int:
    with app.app_context():
        db.session().bind_region("tianjin")
        return db.session().scalar(select(func.count()).select_from(Payout))


def test_preparations_at_once_make_one_live_payout_for_each_subsidy(own_app: Flask, families: int):
    found = at_once(
        own_app,
        lambda session: prepare_batches(session, PrepareBatches(NOVEMBER, PAY_DAY), actor=an_actor(), at=AT),
    )

    assert sorted(len(each.batches) for each in found) == [0, 0, 0, 1]
    assert live_payouts(own_app) == families


def test_without_the_lock_the_database_still_refuses_a_second_live_payout(own_app: Flask, families: int):
    with own_app.app_context():
        db.session().bind_region("tianjin")
        with transaction() as session:
            Office(session, an_actor(), an_actor()).prepare()
            payout = session.scalars(select(Payout)).first()
            values = {column.key: getattr(payout, column.key) for column in Payout.__table__.columns}

    def pay_again(session: Session) -> None:
        payout_id = new_id()
        new = {"id": payout_id, "serial": payout_id.hex.upper(), "line_no": payout_id.int % 10**15}
        session.execute(insert(Payout).values(values | new))

    found = at_once(own_app, pay_again)

    assert [constraint_of(each) for each in found] == ["uq_payout_live"] * PEOPLE
    assert live_payouts(own_app) == families
