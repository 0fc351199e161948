"""What arrives while something else about the same visit is not committed yet: real transactions, one inside another.

The first act has done all its work and not committed; the second begins, and ends or waits; then the first commits.
However they meet, what is left is what the one after the other would leave.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.careplans.types import ConfirmationWay
from app.checkin.checks import Checks, IdentityCheck
from app.checkin.commands import ClockTap, Confirmation, Decided, ItemEntry, ItemLog, Reopening
from app.checkin.correction_models import CorrectionRequest
from app.checkin.corrections import CorrectionAnswer, CorrectionAsked, CorrectionKind, CorrectionReason, Resolution
from app.checkin.home_models import HomeProposal
from app.checkin.models import ClockEvent, ExceptionFound, Hold, PayableTime, Review, ServiceRecord
from app.checkin.queries.events import find_record
from app.checkin.queries.facts import get_fact, list_overdue_holds
from app.checkin.ratings import Rating
from app.checkin.reasons import ReviewReason
from app.checkin.remark_models import Remark
from app.checkin.remarks import RemarkKind, RemarkTold
from app.checkin.rules.remarks import DecidedAlready
from app.checkin.service import (
    correction_requests,
    escalation,
    forgotten,
    homes,
    ratings,
    records,
    remarks,
    reviews,
    settling,
    share_confirmations,
    stated_ends,
    syncing,
    taps,
)
from app.checkin.service import hours as paid_hours
from app.checkin.service.care_days import log_care_day
from app.checkin.service.moves import VisitBusy
from app.checkin.service.syncing import take_group
from app.checkin.shares import ShareEntry
from app.checkin.shown import FactView
from app.checkin.statements import StatedEnd, StatementReason
from app.checkin.sync import RecordKind, SyncRecord
from app.checkin.types import Decision, ExceptionCode, Fix, ItemOutcome, LocationSource, ReviewStep, Standing
from app.kernel.db import db, session, transaction
from app.kernel.geo import CoordinateSystem
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind, SystemActor
from app.kernel.regions import zone_of
from app.policies.codes import EvidenceGrade
from app.policies.service import EXTENSION as POLICIES
from app.schedules.queries import find_visits
from app.schedules.service import hours as planned_hours
from app.schedules.service import planning, progress
from app.schedules.types import VisitState, VisitsToPlan
from tests.checkin.factories import accept_elsewhere, an_undrawn_id
from tests.checkin.family_rows import EVENING, a_day, a_family, both_taps
from tests.conftest import Clone
from tests.fixed_clock import clock_at
from tests.locks import HOW_MANY_WAIT
from tests.policies.factories import asking_for_rating, asking_for_share, limited
from tests.schedules.factories import HOME, HOUR, NOW, Scene, a_guardian, a_scene, a_visit, an_actor, to_plan

JOB = SystemActor("tianjin", "test")
FIX = Fix(HOME.latitude, HOME.longitude, CoordinateSystem.WGS84, LocationSource.WECHAT, accuracy_m=20)
PATIENCE_S = 20
Act = Callable[[Session], object]


@dataclass(frozen=True)
class Stage:
    """A visit planned for the hour that ends now, and who acts about it."""

    app: Flask
    urls: str
    scene: Scene
    visit_id: UUID
    guardian: Actor
    operator: Actor

    def run(self, act: Act) -> object:
        """Do it in a transaction of its own."""
        with self.app.test_request_context():
            session().bind_region("tianjin")
            with transaction() as current:
                return act(current)

    def in_turn(self, first: Act, second: Act) -> object:
        """Begin `second` when `first` has done its work, and commit `first` when `second` waits or has ended."""
        worked, may_commit, left = threading.Event(), threading.Event(), threading.Event()
        failures: list[BaseException] = []

        def hold_open(current: Session) -> None:
            first(current)
            current.flush()
            worked.set()
            may_commit.wait(PATIENCE_S)

        def follow() -> object:
            try:
                return self.run(second)
            finally:
                left.set()

        results: list[object] = []
        one = threading.Thread(target=_noting, args=(failures, lambda: self.run(hold_open)))
        two = threading.Thread(target=_noting, args=(failures, lambda: results.append(follow())))
        one.start()
        assert worked.wait(PATIENCE_S), failures
        two.start()
        self._wait_until_blocked(left)
        may_commit.set()
        one.join(PATIENCE_S)
        two.join(PATIENCE_S)
        if failures:
            raise failures[0]
        return results[0]

    def _wait_until_blocked(self, left: threading.Event) -> None:
        engine, deadline = create_engine(self.urls), time.monotonic() + PATIENCE_S
        with engine.connect() as connection:
            while not left.is_set() and time.monotonic() < deadline and not connection.scalar(HOW_MANY_WAIT):
                connection.rollback()
                time.sleep(0.01)
        engine.dispose()

    def fact(self) -> FactView:
        """How it stands."""
        return self.run(lambda current: get_fact(current, fact_id=self.visit_id, actor=JOB))  # type: ignore[return-value]

    def count(self, model: type) -> object:
        return self.run(lambda current: current.scalar(select(func.count()).select_from(model)))

    def come(self, current: Session) -> object:
        return taps.clock_in(current, a_tap(NOW - HOUR), **self._tapping(NOW - HOUR))

    def go(self, current: Session) -> object:
        return taps.clock_out(current, a_tap(NOW), **self._tapping(NOW))

    def _tapping(self, at: datetime) -> dict:
        return {"visit_id": self.visit_id, "sent_at": at, "actor": self.scene.carer, "grants_version": 1, "at": at}

    def check(self, current: Session) -> object:
        made = Checks(new_id(), IdentityCheck.KNOWN_PERSON, NOW - HOUR)
        return records.tell_checks(current, made, visit_id=self.visit_id, actor=self.scene.carer, at=NOW)

    def log(self, current: Session) -> object:
        item = ItemEntry(new_id(), "bath", ItemOutcome.DONE, NOW)
        return records.log_items(current, ItemLog((item,)), visit_id=self.visit_id, actor=self.scene.carer, at=NOW)

    def confirm(self, current: Session) -> object:
        word = Confirmation(new_id(), holds=True, occurred_at=NOW)
        return records.confirm_visit(current, word, visit_id=self.visit_id, actor=self.guardian, at=NOW)

    def state_end(self, current: Session) -> object:
        command = StatedEnd(new_id(), NOW - timedelta(minutes=10), StatementReason.FORGOTTEN, NOW)
        return stated_ends.state_end(current, command, visit_id=self.visit_id, actor=self.scene.carer, at=NOW)

    def refuse(self, current: Session) -> object:
        command = Decided(new_id(), Decision.REFUSED, ReviewReason.CARE_NOT_GIVEN)
        at = NOW + timedelta(days=9)
        return reviews.review_for_operator(current, command, fact_id=self.visit_id, actor=self.operator, at=at)

    def reopen(self, current: Session, *, fact_id: UUID | None = None) -> object:
        command, fact_id = Reopening(new_id(), ReviewReason.NEW_FACTS), fact_id or self.visit_id
        reviewer = replace(self.operator, account_id=new_id())
        return reviews.reopen(current, command, fact_id=fact_id, actor=reviewer, at=NOW + timedelta(days=9))

    def ask(self, current: Session) -> UUID:
        """The carer left six minutes before the tap."""
        kind, reason = CorrectionKind.TIMES, CorrectionReason.PHONE_FAILED
        command = CorrectionAsked(new_id(), self.visit_id, kind, reason, ended_at=NOW - HOUR / 10)
        return correction_requests.ask(current, command, actor=self.scene.carer, at=NOW).id

    def grant(self, current: Session, *, correction_id: UUID) -> object:
        command = CorrectionAnswer(granted=True, resolution=Resolution.CONFIRMED_BY_FAMILY)
        step = ReviewStep.OPERATOR
        return correction_requests.answer(
            current, command, correction_id=correction_id, step=step, actor=self.operator, at=NOW
        )

    def escalate(self, current: Session, *, days: int = 10) -> object:
        at = NOW + timedelta(days=days)
        overdue = list_overdue_holds(current, today=at.date(), after=None, limit=10)
        return [escalation.escalate(current, overdue=each, actor=JOB, at=at) for each in overdue]

    def remark(self, current: Session) -> object:
        told = RemarkTold(new_id(), self.visit_id, RemarkKind.EXPLANATION, "-", NOW)
        return remarks.leave_remark(current, told, actor=self.scene.carer, at=NOW)

    def close(self, current: Session) -> object:
        return forgotten.close_forgotten(current, visit_id=self.visit_id, actor=JOB, at=NOW + 3 * HOUR)


def _noting(failures: list[BaseException], act: Callable[[], object]) -> None:
    try:
        act()
    except BaseException as error:  # told by the test's own thread
        failures.append(error)


def a_second_hour(stage: Stage, *, kept: str) -> Callable[[Session], object]:
    """Work and log the hour before the stage's visit, and give the word that lets it be paid."""
    with clock_at(NOW), stage.app.app_context():
        current = db.session()
        current.bind_region("tianjin")
        before = a_visit(current, stage.scene, id=an_undrawn_id(stage.app), start=NOW - 2 * HOUR)
        current.commit()
        db.session.remove()
    other = replace(stage, visit_id=before)
    stage.run(other.log)
    for tap, at in ((taps.clock_in, NOW - 2 * HOUR), (taps.clock_out, NOW - HOUR)):
        stage.run(lambda current, tap=tap, at=at: tap(current, a_tap(at), **other._tapping(at)))
    return getattr(other, kept)


def a_tap(at: datetime) -> ClockTap:
    return ClockTap(new_id(), at, FIX)


@pytest.fixture
def unchecked(swept_app: Flask, swept_database: Clone) -> Iterator[Stage]:
    with clock_at(NOW), swept_app.app_context():
        zone_of("tianjin")  # a running process has looked it up before
        current = db.session()
        current.bind_region("tianjin")
        scene = a_scene(current, swept_app)
        visit_id = a_visit(current, scene, id=an_undrawn_id(swept_app), start=NOW - HOUR)
        guardian = a_guardian(current, swept_app, scene.client_id)
        operator = an_actor(current, Role.OPERATOR_REVIEWER, ScopeKind.FUND)
        current.commit()
        db.session.remove()
        yield Stage(swept_app, swept_database.urls.owner, scene, visit_id, guardian, operator)


@pytest.fixture
def stage(unchecked: Stage) -> Stage:
    """After the checks that Tianjin asks for."""
    unchecked.run(unchecked.check)
    return unchecked


def turns(one: str, other: str):
    """Both ways round."""
    return pytest.mark.parametrize(("first", "second"), [(one, other), (other, one)])


def play(stage: Stage, first: str, second: str) -> object:
    return stage.in_turn(getattr(stage, first), getattr(stage, second))


@turns("come", "go")
def test_in_and_out_at_one_moment_make_one_whole_visit(stage: Stage, first: str, second: str):
    play(stage, first, second)

    record = stage.run(lambda current: find_record(current, visit_id=stage.visit_id))
    visit = stage.run(lambda current: find_visits(current, ids=[stage.visit_id])[stage.visit_id])
    assert (record.minutes, visit.state, visit.began_at, visit.ended_at) == (60, VisitState.DONE, NOW - HOUR, NOW)
    assert None not in (record.clock_in_id, record.clock_out_id)
    assert stage.count(ServiceRecord) == 1


@turns("confirm", "go")
def test_a_word_and_the_out_at_one_moment_are_both_witnesses(stage: Stage, first: str, second: str):
    stage.run(stage.log)
    stage.run(stage.come)

    play(stage, first, second)

    shown = stage.fact()
    assert (shown.grade, shown.standing, shown.hold) == (EvidenceGrade.B, Standing.ACCEPTED, None)
    assert stage.count(PayableTime) == 1


@turns("log", "go")
def test_items_and_the_out_at_one_moment_leave_no_item_missing(stage: Stage, first: str, second: str):
    stage.run(stage.come)

    play(stage, first, second)

    shown = stage.fact()
    assert [each.code for each in shown.exceptions if each.ended_at is None] == []
    assert shown.standing is Standing.HELD
    assert stage.count(Hold) == 1


@pytest.mark.parametrize("is_locked", [True, False])
@turns("check", "go")
def test_checks_and_the_out_at_one_moment_leave_no_check_missing(
    unchecked: Stage, monkeypatch: pytest.MonkeyPatch, first: str, second: str, *, is_locked: bool
):
    """Not locked: the control."""
    unchecked.run(unchecked.log)
    unchecked.run(unchecked.come)
    if not is_locked:
        for name in ("lock", "lock_all"):
            monkeypatch.setattr(progress, name, lambda *_, **__: None)

    play(unchecked, first, second)

    told = [each.code for each in unchecked.fact().exceptions if each.ended_at is None]
    assert told == ([] if is_locked else [ExceptionCode.CHECKS_MISSING])


@turns("log", "confirm")
def test_items_and_a_word_at_one_moment_let_the_visit_be_paid(stage: Stage, first: str, second: str):
    stage.run(stage.come)
    stage.run(stage.go)

    play(stage, first, second)

    assert stage.fact().standing is Standing.ACCEPTED


def test_two_logs_of_one_item_at_one_moment_end_what_was_missing_once(stage: Stage):
    stage.run(stage.come)
    stage.run(stage.go)

    play(stage, "log", "log")

    (missing,) = stage.fact().exceptions
    assert (missing.code, missing.ended_at) == (ExceptionCode.ITEM_MISSING, NOW)


def test_a_refusal_stands_against_a_deadline_that_passes_meanwhile(stage: Stage):
    at_the_operator(stage)

    ended = play(stage, "refuse", "escalate")

    assert ended == [False]
    assert stage.fact().standing is Standing.REFUSED
    assert stage.count(PayableTime) == 0


def test_a_deadline_that_passed_first_leaves_nothing_to_refuse(stage: Stage):
    at_the_operator(stage)

    with pytest.raises(reviews.NotHeld):
        play(stage, "escalate", "refuse")

    assert stage.fact().standing is Standing.ACCEPTED
    assert (stage.count(PayableTime), stage.count(Review)) == (1, 2)


def at_the_operator(stage: Stage) -> None:
    for act in (stage.log, stage.come, stage.go, lambda current: stage.escalate(current, days=4)):
        stage.run(act)


def test_two_reviewers_reopen_a_refused_visit_once(stage: Stage):
    at_the_operator(stage)
    stage.run(stage.refuse)

    with pytest.raises(reviews.NotDecided):
        play(stage, "reopen", "reopen")

    assert (stage.fact().standing, stage.count(Hold)) == (Standing.HELD, 3)


def test_two_reviewers_reopen_a_care_day_once(stage: Stage):
    def log(current: Session) -> UUID:
        family = a_family(current)
        command = a_day(family, id=an_undrawn_id(stage.app), **both_taps(current, family))
        log_care_day(current, command=command, actor=family.actor, at=EVENING)
        return command.id

    reopen = partial(stage.reopen, fact_id=stage.run(log))

    with pytest.raises(reviews.NotDecided):
        stage.in_turn(reopen, reopen)

    assert (stage.count(Hold), stage.count(Review)) == (1, 1)


@turns("close", "go")
def test_a_visit_closed_while_its_carer_tells_the_end_counts_by_the_tap(stage: Stage, first: str, second: str):
    stage.run(stage.log)
    stage.run(stage.come)

    play(stage, first, second)

    record = stage.run(lambda current: find_record(current, visit_id=stage.visit_id))
    assert (record.minutes, record.ended_at) == (60, NOW)
    assert record.clock_out_id is not None
    assert [each.code for each in stage.fact().exceptions if each.ended_at is None] == []


@pytest.mark.parametrize("is_read_again", [True, False], ids=["read again", "not read again"])
def test_a_word_about_the_end_never_takes_the_place_of_a_tap_that_comes_at_that_moment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, is_read_again: bool
):
    """Not read again: the control, in which the word wins."""
    stage.run(stage.come)
    stage.run(stage.state_end)
    before = stage.run(lambda current: find_visits(current, ids=[stage.visit_id]))
    if not is_read_again:
        monkeypatch.setattr(stated_ends, "find_visits", lambda *_, **__: before)

    play(stage, "go", "confirm")

    record = stage.run(lambda current: find_record(current, visit_id=stage.visit_id))
    assert (record.ended_at == NOW, record.minutes == 60) == (is_read_again, is_read_again)


def test_two_workers_close_a_forgotten_visit_once(stage: Stage):
    stage.run(stage.come)

    assert play(stage, "close", "close") is False

    assert (stage.count(ServiceRecord), stage.count(Hold)) == (1, 1)
    told = stage.run(lambda current: list(current.scalars(select(ExceptionFound.code))))
    assert sorted(told) == [ExceptionCode.ITEM_MISSING, ExceptionCode.NO_CLOCK_OUT]


@pytest.fixture(params=[True, False], ids=["locked", "not locked"])
def is_locked(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> bool:
    """At most ninety minutes a week. Not locked: the control, in which the fault is there to be seen."""
    stage.app.extensions[POLICIES] = limited(tmp_path, 'period = "week", minutes = 90')
    if not request.param:
        for service, name in ((settling, "lock_clients"), (paid_hours, "lock_client"), (planned_hours, "lock_clients")):
            monkeypatch.setattr(service, name, lambda *_, **__: None)
    return request.param


def test_two_visits_settled_at_one_moment_do_not_both_find_room(stage: Stage, is_locked: bool):
    confirm_before = a_second_hour(stage, kept="confirm")
    for act in (stage.log, stage.come, stage.go):
        stage.run(act)

    stage.in_turn(confirm_before, stage.confirm)

    assert stage.count(PayableTime) == (1 if is_locked else 2)
    assert (stage.fact().standing is Standing.HELD) is is_locked


def test_two_lists_planned_at_one_moment_do_not_both_find_room(stage: Stage, is_locked: bool):
    def plan(hours: int) -> Act:
        command = VisitsToPlan((to_plan(stage.scene, hours=hours),))
        return lambda current: planning.plan_visits(current, command, actor=stage.scene.dispatcher, at=NOW)

    stage.run(lambda current: progress.mark_missed(current, ids=[stage.visit_id], actor=JOB, at=NOW))
    if not is_locked:
        assert stage.in_turn(plan(24), plan(26))
        return
    with pytest.raises(planning.VisitsRefused):
        stage.in_turn(plan(24), plan(26))


@pytest.mark.parametrize("is_locked", [True, False])
@pytest.mark.parametrize("out_first", [True, False])
def test_a_share_confirmed_at_the_moment_of_the_out_holds_nothing(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, out_first: bool, is_locked: bool
):
    """Not locked: the control."""
    stage.app.extensions[POLICIES] = asking_for_share(tmp_path)
    scene, paper = stage.scene, {"way": ConfirmationWay.PAPER, "document": "A1-0001"}
    key = str(scene.agency_id)
    head = stage.run(lambda current: an_actor(current, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=key))
    command = ShareEntry(scene.agency_id, NOW.date().replace(day=1), 0, **paper)

    def confirm_share(current: Session) -> object:
        return share_confirmations.confirm_share(current, command, client_id=scene.client_id, actor=head, at=NOW)

    for act in (stage.log, stage.come):
        stage.run(act)
    if not is_locked:
        for service, name in ((settling, "lock_clients"), (share_confirmations, "lock_client")):
            monkeypatch.setattr(service, name, lambda *_, **__: None)

    stage.in_turn(*((stage.go, confirm_share) if out_first else (confirm_share, stage.go)))

    told = [each.code for each in stage.fact().exceptions if each.ended_at is None]
    assert told == ([] if is_locked else [ExceptionCode.SHARE_NOT_CONFIRMED])


@pytest.mark.parametrize("is_locked", [True, False])
def test_of_two_ratings_at_one_moment_the_second_is_told_that_there_is_one(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_locked: bool
):
    """Not locked: the control."""
    stage.app.extensions[POLICIES] = asking_for_rating(tmp_path, "asked")

    def rate(current: Session) -> object:
        command = Rating(new_id(), 5, NOW)
        return ratings.rate_visit(current, command, visit_id=stage.visit_id, actor=stage.guardian, at=NOW)

    for act in (stage.come, stage.go):
        stage.run(act)
    if not is_locked:
        monkeypatch.setattr(progress, "lock", lambda *_, **__: True)

    with pytest.raises(ratings.AlreadyRated if is_locked else IntegrityError):
        stage.in_turn(rate, rate)


@pytest.mark.parametrize("is_locked", [True, False])
def test_words_that_come_while_somebody_decides_are_told_that_nobody_will_read_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, is_locked: bool
):
    """Not locked: the control, in which they are kept and nobody reads them."""
    for act in (stage.come, stage.go):
        stage.run(act)
    at_the_operator(stage)
    if not is_locked:
        monkeypatch.setattr(progress, "lock", lambda *_, **__: True)

    with pytest.raises(DecidedAlready) if is_locked else nullcontext():
        stage.in_turn(stage.refuse, stage.remark)

    assert stage.count(Remark) == (0 if is_locked else 1)


@pytest.mark.parametrize("is_locked", [True, False])
def test_corrections_and_learned_homes_at_one_moment_are_there_once_and_what_is_granted_is_paid(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, is_locked: bool
):
    """Not locked: the control."""

    def learn(current: Session) -> object:
        return homes.learn(current, client_id=stage.scene.client_id, learned_at=NOW, actor=JOB, at=NOW)

    for act in (stage.log, stage.come, stage.go):
        stage.run(act)
    stage.run(lambda current: accept_elsewhere(current, stage.scene))
    if not is_locked:
        for name in ("lock", "lock_all"):
            monkeypatch.setattr(progress, name, lambda *_, **__: True)
        monkeypatch.setattr(homes, "lock_client", lambda *_, **__: None)
        monkeypatch.setattr(homes, "_keep", lambda *_, **__: None)  # or its row would be what the other waits for

    with pytest.raises(correction_requests.CorrectionOpen) if is_locked else nullcontext():
        stage.in_turn(stage.ask, stage.ask)
    asked_id = stage.run(lambda current: current.scalars(select(CorrectionRequest.id)).first())
    stage.in_turn(partial(stage.grant, correction_id=asked_id), stage.confirm)
    stage.in_turn(learn, learn)

    record = stage.run(lambda current: find_record(current, visit_id=stage.visit_id))
    paid = select(PayableTime.record_id).where(PayableTime.visit_id == stage.visit_id)
    assert record.minutes == 54
    assert (stage.run(lambda current: current.scalar(paid)) == record.id) is is_locked
    assert stage.count(CorrectionRequest) == stage.count(HomeProposal) == (1 if is_locked else 2)


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_tap_at_the_moment_of_many_brought_together_finds_its_visit_moved_or_has_moved_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, is_locked: bool
):
    """Not locked: the control, in which the many would have to be sent again."""
    with stage.app.app_context():
        current = db.session()
        current.bind_region("tianjin")
        other_id = a_visit(current, stage.scene, start=NOW + HOUR)
        current.commit()
        db.session.remove()
    if not is_locked:
        monkeypatch.setattr(syncing.progress, "lock_all", lambda *_, **__: None)

    def bring(current: Session) -> object:
        group = [
            SyncRecord(place, RecordKind.CLOCK_IN, visit_id, a_tap(NOW - HOUR))
            for place, visit_id in enumerate((stage.visit_id, other_id))
        ]
        return take_group(current, group, sent_at=NOW, actor=stage.scene.carer, grants_version=1, at=NOW)

    if not is_locked:
        with pytest.raises(VisitBusy):
            stage.in_turn(stage.come, bring)
        return
    told = stage.in_turn(stage.come, bring)

    assert [ExceptionCode.REPEATED_EVENT in answer.exceptions for answer in told] == [True, False]
    assert stage.count(ClockEvent) == 3
