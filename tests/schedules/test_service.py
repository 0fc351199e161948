"""A visit's life: legal steps pass, illegal ones are refused by the code and by the database."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel.errors import IllegalTransition
from app.kernel.ids import new_id
from app.kernel.permissions import SystemActor
from app.schedules import queries
from app.schedules.models import Visit, VisitChange, VisitStep
from app.schedules.service import planning, progress
from app.schedules.service.progress import VisitMoved, change_row
from app.schedules.types import ALLOWED, FIRST_STATES, VisitState
from tests.schedules.factories import HOUR, NOW, TODAY, Scene, a_guardian, a_visit

JOB = SystemActor("tianjin", "test")


def read(session: Session, visit_id):
    session.expire_all()
    return queries.find_visits(session, ids=[visit_id])[visit_id]


def force(session: Session, visit, state: VisitState) -> None:
    """Write a step past the code, as a faulty program would."""
    with session.begin_nested():
        session.execute(update(Visit).where(Visit.id == visit.id).values(state=state, seq=visit.seq + 1, began_at=NOW))
        session.execute(
            insert(VisitChange).values(change_row(visit.id, visit.seq + 1, visit.state, state, actor=JOB, at=NOW))
        )
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_any_walk_through_a_visits_life_keeps_to_the_table(scene: Scene, tianjin: Session):
    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.savepoint = tianjin.begin_nested()
            self.visit_id = a_visit(tianjin, scene)
            self.state, self.steps = VisitState.PLANNED, 1

        @rule(to_state=st.sampled_from(VisitState))
        def move(self, to_state: VisitState) -> None:
            visit = read(tianjin, self.visit_id)
            if to_state in ALLOWED[self.state]:
                progress.advance(tianjin, visit, to_state, actor=JOB, at=NOW, began_at=visit.began_at or NOW)
                self.state, self.steps = to_state, self.steps + 1
                return
            with pytest.raises(IllegalTransition):
                progress.advance(tianjin, visit, to_state, actor=JOB, at=NOW)
            with pytest.raises(IntegrityError):
                force(tianjin, visit, to_state)
            tianjin.expire_all()

        @rule()
        def move_what_somebody_else_moved(self) -> None:
            visit = read(tianjin, self.visit_id)
            for to_state in ALLOWED[self.state]:
                stale = queries.find_visits(tianjin, ids=[visit.id])[visit.id]
                object.__setattr__(stale, "seq", stale.seq + 1)
                with pytest.raises(VisitMoved):
                    progress.advance(tianjin, stale, to_state, actor=JOB, at=NOW, began_at=NOW)

        @invariant()
        def history_and_visit_agree(self) -> None:
            visit = read(tianjin, self.visit_id)
            changes = tianjin.scalar(
                select(func.count()).select_from(VisitChange).where(VisitChange.visit_id == visit.id)
            )
            assert (visit.state, visit.seq, changes) == (self.state, self.steps, self.steps)
            tianjin.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            tianjin.execute(text("SET CONSTRAINTS ALL DEFERRED"))

        def teardown(self) -> None:
            self.savepoint.rollback()

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_state_without_its_history_row_is_refused_by_the_database(scene: Scene, tianjin: Session):
    visit_id = a_visit(tianjin, scene)

    tianjin.execute(update(Visit).where(Visit.id == visit_id).values(state=VisitState.MISSED, seq=2))

    with pytest.raises(IntegrityError, match="fk_visit_history"):
        tianjin.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_the_steps_in_the_database_are_those_of_the_code(tianjin: Session):
    stored = {(row[0], row[1]) for row in tianjin.execute(select(VisitStep.from_state, VisitStep.to_state))}
    coded = {(old.value, new.value) for old, following in ALLOWED.items() for new in following}

    assert stored == coded | {("new", state.value) for state in FIRST_STATES}


def test_overdue_visits_are_missed_once_and_only_after_the_late_window(scene: Scene, tianjin: Session, app: Flask):
    over = a_visit(tianjin, scene, start=NOW - 2 * HOUR)
    boundary = a_visit(tianjin, scene, start=NOW - 4 * HOUR, length=timedelta(hours=1))
    late = NOW - HOUR + timedelta(minutes=30)

    at_boundary = planning.miss_overdue(tianjin, actor=JOB, at=late)
    first = planning.miss_overdue(tianjin, actor=JOB, at=late + timedelta(seconds=1))
    second = planning.miss_overdue(tianjin, actor=JOB, at=late + timedelta(seconds=1))

    assert (at_boundary, first, second) == (1, 1, 0)
    assert read(tianjin, boundary).state is VisitState.MISSED
    assert (read(tianjin, over).state, read(tianjin, over).seq) == (VisitState.MISSED, 2)


def test_the_visits_longest_over_are_looked_at_first_however_many_there_are(scene: Scene, tianjin: Session):
    later = a_visit(tianjin, scene, start=NOW - 2 * HOUR)
    earlier = a_visit(tianjin, scene, start=NOW - 4 * HOUR)

    (first,) = queries.list_planned_before(tianjin, before=NOW, limit=1)

    assert first[0] == earlier
    assert [each[0] for each in queries.list_planned_before(tianjin, before=NOW, limit=9)] == [earlier, later]


@pytest.mark.parametrize(("since", "is_seen"), [(TODAY, True), (TODAY + timedelta(days=1), False)])
def test_a_guardian_sees_visits_of_his_local_days(scene: Scene, tianjin: Session, app: Flask, since, is_seen):
    at_seven = datetime(2026, 11, 19, 23, tzinfo=UTC)  # in the morning of the 20th in Tianjin
    visit_id = a_visit(tianjin, scene, start=at_seven)
    guardian = a_guardian(tianjin, app, scene.client_id, since=since)

    seen = set(tianjin.scalars(queries.visible_visits(guardian).with_only_columns(Visit.id)))

    assert seen == ({visit_id} if is_seen else set())


def test_a_phone_that_tells_late_begins_a_missed_visit(scene: Scene, tianjin: Session):
    visit_id = a_visit(tianjin, scene, start=NOW - 5 * HOUR)
    planning.miss_overdue(tianjin, actor=JOB, at=NOW)

    progress.begin(
        tianjin, read(tianjin, visit_id), began_at=NOW - 5 * HOUR, cause_id=new_id(), actor=scene.carer, at=NOW
    )

    visit = read(tianjin, visit_id)
    assert (visit.state, visit.began_at) == (VisitState.BEGUN, NOW - 5 * HOUR)
