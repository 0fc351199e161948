"""Two people at one moment: a database of its own, real commits."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.careplans.models import CarePlan, PlanConfirmation, ServiceItem
from app.careplans.service.catalogue import ItemBusy
from app.careplans.service.force import PlanSuperseded
from app.careplans.service.plans import PlanConfirmed, confirm_plan
from app.careplans.types import ConfirmationWay, ConfirmPlan
from app.factory import create_app
from app.kernel.db import RegionSession, db, session, transaction
from app.kernel.errors import DomainError
from app.kernel.regions import zone_of
from tests.careplans.factories import a_draft, an_item, morning_of
from tests.conftest import Clone, settings_for
from tests.locks import HOW_MANY_WAIT
from tests.registry.factories import SINCE, SYSTEM, a_client

PAPER = ConfirmPlan(ConfirmationWay.PAPER, "A1-0001")


@pytest.fixture
def own_app(swept_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(swept_database.urls, tmp_path))
    with app.app_context():
        zone_of("tianjin")  # a running process has looked it up before
        session().bind_region("tianjin")
        yield app
        session().rollback()
        db.session.remove()
        db.engine.dispose()


def together(app: Flask, *acts: Callable[[RegionSession], object]) -> list[type[DomainError] | None]:
    """Run each in a transaction of its own, all at once; what each was refused with."""
    ready = Barrier(len(acts))

    def run(act: Callable[[RegionSession], object]) -> type[DomainError] | None:
        with app.test_request_context():
            session().bind_region("tianjin")
            try:
                with transaction() as current:
                    ready.wait()
                    act(current)
            except DomainError as refused:
                return type(refused)
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_plan_confirmed_twice_at_one_moment_is_confirmed_once(own_app: Flask):
    with transaction() as current:
        draft = a_draft(current, client=a_client(current))

    def confirm(current: RegionSession) -> object:
        return confirm_plan(current, PAPER, plan_id=draft.id, actor=SYSTEM, at=morning_of(SINCE))

    refused = together(own_app, confirm, confirm, confirm)

    assert sorted(refused, key=str) == [PlanConfirmed, PlanConfirmed, None]
    assert session().scalar(select(func.count()).select_from(PlanConfirmation)) == 1


def test_two_versions_confirmed_at_one_moment_leave_the_later_one_in_force(own_app: Flask):
    with transaction() as current:
        client = a_client(current)
        drafts = [a_draft(current, client=client) for _ in range(2)]

    def confirming(plan_id: object) -> Callable[[RegionSession], object]:
        return lambda current: confirm_plan(current, PAPER, plan_id=plan_id, actor=SYSTEM, at=morning_of(SINCE))

    older, newer = together(own_app, *(confirming(draft.id) for draft in drafts))

    assert newer is None
    assert older in (None, PlanSuperseded)
    in_force = select(CarePlan.id).where(
        CarePlan.confirmed_at.is_not(None), func.coalesce(CarePlan.valid_to, SINCE.max) > SINCE
    )
    assert session().scalars(in_force).all() == [drafts[1].id]


def test_an_item_added_by_two_at_one_moment_has_one_new_version(own_app: Flask):
    added = Event()

    def first(current: RegionSession) -> None:
        an_item(current)
        added.set()
        while not current.scalar(HOW_MANY_WAIT):  # until the second waits
            time.sleep(0.01)

    def second(current: RegionSession) -> None:
        added.wait()
        an_item(current, minutes=25)

    refused = together(own_app, first, second)

    assert refused == [None, ItemBusy]
    assert session().scalars(select(ServiceItem.minutes)).all() == [30]
