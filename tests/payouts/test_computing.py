"""A month is computed by the worker, some clients at a time."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, current_app
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.db import db, transaction
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.ledger import queries as ledger
from app.payouts import jobs
from app.payouts.batch_types import ComputeMonth
from app.payouts.models import Subsidy, SubsidyDay
from app.payouts.queries.runs import view_of
from app.payouts.run_models import MonthRun
from app.payouts.run_types import MonthRunView, RunState
from app.payouts.service import compute, runs
from app.payouts.types import DayRule
from app.policies.codes import Relation
from app.policies.service import EXTENSION
from app.registry.models import Assignment, Carer, Entitlement, FamilyTraining, Person
from app.registry.types import CarerKind, TrainingStage
from tests.payouts.policy_files import book_with
from tests.payouts.rows import (
    AT,
    JOB,
    LONG_AGO,
    NOVEMBER,
    Family,
    Office,
    a_family,
    a_person,
    an_actor,
    an_office,
    record_days,
    work_off,
)
from tests.payouts.test_race import at_once
from tests.registry.statements import statements

JANUARY, FEBRUARY, OCTOBER = date(2026, 1, 1), date(2026, 2, 1), date(2026, 10, 1)


@pytest.fixture
def office(tianjin: Session) -> Office:
    return an_office(tianjin)


def ask(session: Session, month: date = NOVEMBER):
    return runs.request_month(session, ComputeMonth(month), actor=an_actor(), at=AT)


def a_turn() -> None:
    jobs.compute_months(Turn(JOB, AT, AT))


def look(session: Session, run_id: UUID) -> MonthRunView:
    return view_of(session.get_one(MonthRun, run_id, populate_existing=True))


@pytest.fixture
def thirty(tianjin: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fund that cuts a thirtieth for each missed day."""
    divisor = 'day_divisor = { value = "days_in_month",'
    book = book_with(tmp_path, "tianjin.toml", divisor, 'day_divisor = { value = "thirty",')
    monkeypatch.setitem(current_app.extensions, EXTENSION, book)


def test_a_month_asked_for_waits_for_the_worker_and_is_then_done(tianjin: Session):
    a_family(tianjin)

    asked = ask(tianjin)
    a_turn()

    run = look(tianjin, asked.id)
    assert (asked.state, asked.pairs, asked.computed) == (RunState.WAITING, None, 0)
    assert (run.id, run.state, run.pairs, run.computed, run.payable_fen) == (asked.id, RunState.DONE, 1, 1, 75_000)
    assert tianjin.scalars(select(Subsidy.computed_by)).one() == asked.requested_by
    assert set(tianjin.scalars(select(AuditEntry.action))) >= {"subsidies.requested", "subsidies.computed"}


def test_a_month_is_asked_for_once_until_it_is_finished(tianjin: Session):
    asked = ask(tianjin)

    with pytest.raises(runs.MonthBeingComputed) as refused:
        ask(tianjin)
    ask(tianjin, OCTOBER)
    work_off(tianjin, asked.id)

    assert refused.value.details["computation_id"] == asked.id
    assert ask(tianjin).id != asked.id


def test_no_batch_is_prepared_of_a_month_that_is_being_computed(tianjin: Session, office: Office):
    a_family(tianjin)
    asked = ask(tianjin)

    with pytest.raises(runs.MonthBeingComputed):
        office.prepare()
    work_off(tianjin, asked.id)

    assert office.prepare_one().total_fen == 75_000


def test_more_clients_than_fit_in_a_transaction_are_computed_one_part_after_another(
    tianjin: Session, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(compute, "CLIENTS_AT_ONCE", 2)
    for number in range(5):
        a_family(tianjin, days=20 + number)
    asked = ask(tianjin)

    seen = []
    while compute.compute_some(tianjin, run_id=asked.id, actor=JOB, at=AT):
        run = look(tianjin, asked.id)
        seen.append((run.state, run.pairs, run.computed))

    assert seen == [(RunState.RUNNING, 5, 2), (RunState.RUNNING, 5, 4)]
    assert (look(tianjin, asked.id).computed, look(tianjin, asked.id).payable_fen) == (
        5,
        2_500 * (20 + 21 + 22 + 23 + 24),
    )
    again = work_off(tianjin, ask(tianjin).id)
    assert (again.computed, again.unchanged, again.pairs) == (0, 5, 5)


def test_a_part_takes_as_many_statements_for_many_clients_as_for_one(tianjin: Session):
    def counted() -> int:
        asked = ask(tianjin)
        with statements(beginning="") as sent:
            work_off(tianjin, asked.id)
        return len(sent)

    a_family(tianjin)
    for_one = counted()
    for _ in range(4):
        a_family(tianjin)

    assert counted() == for_one


def test_five_hundred_and_one_clients_are_all_computed(tianjin: Session):
    for _ in range(compute.CLIENTS_AT_ONCE + 1):
        a_family(tianjin, days=1, account=False)

    done = work_off(tianjin, ask(tianjin).id)

    assert (done.pairs, done.computed, done.payable_fen) == (501, 501, 501 * 2_500)
    assert tianjin.scalar(select(func.count()).select_from(Subsidy)) == 501


def test_carers_who_share_a_month_get_no_more_than_its_amount(tianjin: Session, thirty: None):
    first = a_family(tianjin, days=0, formal_since=JANUARY)
    second = a_second_carer(tianjin, first)
    for family, days in ((first, range(1, 15)), (second, range(15, 29))):
        record_days(tianjin, family, days=days, month=FEBRUARY)

    work_off(tianjin, ask(tianjin, FEBRUARY).id)

    assert list(tianjin.scalars(select(Subsidy.amount_fen))) == [37_500, 37_500]  # alone each would be left 40,000


def test_who_comes_to_share_a_month_lowers_what_the_other_gets(tianjin: Session, thirty: None):
    first = a_family(tianjin, days=0, formal_since=JANUARY)
    second = a_second_carer(tianjin, first)
    record_days(tianjin, first, days=range(1, 15), month=FEBRUARY)
    alone = work_off(tianjin, ask(tianjin, FEBRUARY).id)

    record_days(tianjin, second, days=range(15, 16), month=FEBRUARY)
    shared = work_off(tianjin, ask(tianjin, FEBRUARY).id)

    assert alone.payable_fen == 40_000
    assert (shared.computed, shared.recovery_fen) == (2, 2_500)


def a_second_carer(session: Session, family: Family, *, since: date = JANUARY) -> Family:
    """Another carer of the same client, formal and assigned since a day."""
    person_id, carer_id = a_person(session), new_id()
    session.execute(insert(Carer).values(id=carer_id, person_id=person_id, kind=CarerKind.FAMILY, created_at=LONG_AGO))
    both = {"client_id": family.client_id, "carer_id": carer_id, "valid_from": since}
    session.execute(insert(Assignment).values(id=new_id(), relation=Relation.CHILD, **both))
    session.execute(insert(FamilyTraining).values(id=new_id(), stage=TrainingStage.FORMAL, policy_digest="-", **both))
    return replace(family, carer_id=carer_id, carer_person_id=person_id)


def test_a_run_that_cannot_go_on_ends_with_a_code_and_others_go_on(tianjin: Session):
    family = a_family(tianjin)
    before_all_rules = date(2020, 1, 1)
    a_second_carer(tianjin, family, since=before_all_rules)
    old, november = ask(tianjin, before_all_rules), ask(tianjin)

    a_turn()

    assert (look(tianjin, old.id).state, look(tianjin, old.id).failure_code) == (RunState.FAILED, "no_policy")
    assert look(tianjin, november.id).state is RunState.DONE
    assert ask(tianjin, before_all_rules).state is RunState.WAITING
    assert "subsidies.computation_failed" in set(tianjin.scalars(select(AuditEntry.action)))


def test_last_months_computed_before_are_asked_for_again_each_night(tianjin: Session, office: Office):
    family = a_family(tianjin)
    office.compute()
    tianjin.execute(update(Person).where(Person.id == family.client_person_id).values(died_on=NOVEMBER.replace(day=10)))
    night = AT + timedelta(days=1)

    jobs.request_late_months(Turn(JOB, night, night))
    jobs.request_late_months(Turn(JOB, night, night))
    a_turn()

    asked = tianjin.scalars(select(MonthRun).where(MonthRun.requested_by.is_(None))).all()
    assert [(run.month, run.computed) for run in asked] == [(NOVEMBER, 1)]
    rows = tianjin.scalars(select(Subsidy).order_by(Subsidy.seq)).all()
    assert [row.amount_fen for row in rows] == [75_000, 25_000]
    assert rows[1].computed_by is None


def test_a_month_asked_for_since_the_night_is_not_asked_for_again(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()

    jobs.request_late_months(Turn(JOB, AT - timedelta(hours=8), AT))  # caught up by a worker that was away

    assert tianjin.scalars(select(MonthRun).where(MonthRun.requested_by.is_(None))).all() == []


def test_a_month_longer_ago_than_the_policy_says_is_left_alone(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    in_march = AT + timedelta(days=90)

    jobs.request_late_months(Turn(JOB, in_march, in_march))

    assert tianjin.scalars(select(MonthRun).where(MonthRun.requested_by.is_(None))).all() == []


def test_a_day_after_the_entitlement_ended_in_an_earlier_month_names_it(tianjin: Session, office: Office):
    family = a_family(tianjin)
    tianjin.execute(update(Entitlement).where(Entitlement.client_id == family.client_id).values(valid_to=OCTOBER))
    entitlement_id = tianjin.scalars(select(Entitlement.id)).one()

    office.compute()

    days = tianjin.scalars(select(SubsidyDay)).all()
    assert {(day.rule, day.record_id) for day in days} == {(DayRule.ENTITLEMENT_ENDED, entitlement_id)}


def test_workers_at_once_compute_each_client_once(swept_app: Flask):
    with swept_app.app_context():
        db.session().bind_region("tianjin")
        with transaction() as session:
            for _ in range(5):
                a_family(session, account=False)
            run_id = ask(session).id

    at_once(swept_app, lambda session: work_off(session, run_id))

    with swept_app.app_context():
        db.session().bind_region("tianjin")
        rows = db.session().execute(select(Subsidy.client_id, func.count()).group_by(Subsidy.client_id)).all()
        assert [count for _, count in rows] == [1] * 5
        assert sum(each.net_fen for each in ledger.balances(db.session())) == 0
        assert look(db.session(), run_id).computed == 5
