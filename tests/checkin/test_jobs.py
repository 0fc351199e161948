"""What the worker does about facts goes on past what fails, and past any number."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.checkin.home_models import HomeProposal, LearnedHome
from app.checkin.jobs import (
    AT_ONCE,
    close_forgotten_visits,
    escalate_overdue_facts,
    learn_homes,
    stop_overturned_rules,
)
from app.checkin.models import CareFact, Hold, HoldRelease, ServiceRecord
from app.checkin.rule_models import RuleStanding
from app.checkin.types import Decision, FactKind, ReviewStep
from app.kernel.db import db, session
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.permissions import SystemActor
from app.schedules.models import Visit, VisitChange
from app.schedules.types import VisitState
from tests.checkin.factories import accept_elsewhere
from tests.checkin.rule_rows import decided
from tests.schedules.factories import HOUR, NOW, TODAY, Scene, a_scene, a_visit

TURN = Turn(SystemActor("tianjin", "test"), due_at=NOW, at=NOW)


@pytest.fixture
def current(swept_app: Flask) -> Iterator[Session]:
    with swept_app.app_context():
        session().bind_region("tianjin")
        yield session()
        db.session.remove()


def hold_overdue(current: Session, scene: Scene, *, kind: FactKind, number: int = 1) -> list[UUID]:
    """Facts that wait for the operator since yesterday."""
    ids = [new_id() for _ in range(number)]
    common = {"kind": kind, "carer_id": scene.carer_id, "district_code": "120101", "recorded_at": NOW}
    waiting = {"step": ReviewStep.OPERATOR, "due_on": TODAY - timedelta(days=1), "policy_digest": "test"}
    current.execute(insert(CareFact).values([{"id": each, **common} for each in ids]))
    holds = [{"id": new_id(), "fact_id": each, "recorded_at": NOW, **waiting} for each in ids]
    current.execute(insert(Hold).values(holds))
    return ids


def ended(current: Session) -> int:
    return current.scalar(select(func.count()).select_from(HoldRelease)) or 0


def test_all_that_is_overdue_goes_up_in_one_run_however_much_it_is(swept_app: Flask, current: Session):
    hold_overdue(current, a_scene(current, swept_app), kind=FactKind.EVENT, number=AT_ONCE + 1)
    current.commit()

    escalate_overdue_facts(TURN)

    assert ended(current) == AT_ONCE + 1


def test_a_fact_that_fails_stops_no_other_and_is_tried_again(swept_app: Flask, current: Session):
    scene = a_scene(current, swept_app)
    hold_overdue(current, scene, kind=FactKind.CARE_DAY)  # there is no such care day
    hold_overdue(current, scene, kind=FactKind.EVENT, number=2)
    current.commit()

    for _ in range(2):
        with pytest.raises(NoResultFound):
            escalate_overdue_facts(TURN)

    assert ended(current) == 2


def test_a_visit_that_somebody_locks_is_left_for_the_next_run_and_stops_no_other(swept_app: Flask, current: Session):
    scene = a_scene(current, swept_app)
    visit_ids = [begun(current, scene, hours=hours) for hours in (30, 20, 10)]
    current.commit()
    with db.engine.connect().execution_options(schema_translate_map={"region": "tianjin"}) as other:
        other.execute(select(Visit.id).where(Visit.id == visit_ids[0]).with_for_update())

        close_forgotten_visits(TURN)

        assert recorded(current) == set(visit_ids[1:])
    close_forgotten_visits(TURN)
    assert recorded(current) == set(visit_ids)


def begun(current: Session, scene: Scene, *, hours: int) -> UUID:
    """A visit that began so many hours ago and was never ended."""
    visit_id = a_visit(current, scene, start=NOW - hours * HOUR)
    row = {"visit_id": visit_id, "seq": 2, "from_state": "planned", "to_state": "begun", "recorded_at": NOW}
    current.execute(insert(VisitChange).values(row))
    current.execute(
        update(Visit)
        .where(Visit.id == visit_id)
        .values(state=VisitState.BEGUN, seq=2, began_at=NOW - hours * HOUR)
        .execution_options(synchronize_session=False)
    )
    return visit_id


def recorded(current: Session) -> set[UUID]:
    return set(current.scalars(select(ServiceRecord.visit_id)))


def test_by_night_homes_are_learned_and_overturned_rules_stop_once(swept_app: Flask, current: Session):
    scene = a_scene(current, swept_app)
    accept_elsewhere(current, scene)
    decided(current, scene, Decision.ACCEPTED, number=50)
    current.commit()
    by_night = Turn(TURN.actor, due_at=NOW, at=NOW + HOUR)

    for job in (learn_homes, stop_overturned_rules) * 2:
        job(by_night)

    learned = current.scalars(select(LearnedHome)).one()
    assert (learned.taps, learned.learned_at) == (10, NOW - timedelta(days=2))
    assert current.scalar(select(func.count()).select_from(HomeProposal)) == 1
    stopped = current.scalars(select(RuleStanding)).one()
    assert (stopped.code, stopped.stopped, stopped.overturned, stopped.upheld) == ("short", True, 50, 0)
