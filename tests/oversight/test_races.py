"""What the job finds, people decide and the machine pays at one moment: a database of its own, real commits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.checkin.days import DayFact
from app.checkin.hold_models import EvidenceHold
from app.checkin.models import CareDay, Hold
from app.checkin.queries.care_days import list_day_facts
from app.checkin.queries.evidence_holds import STANDS
from app.checkin.service import escalation, late_events
from app.checkin.service.care_days import log_care_day
from app.checkin.types import DayStanding, EventKind, ReviewStep
from app.kernel.db import db, session, transaction
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.oversight.models import Finding, FindingDecision
from app.oversight.risk_rules import RULES
from app.oversight.service import deciding
from app.oversight.service.finding import keep_hits
from app.oversight.types import DecideFinding, FindingOutcome, FindingReason, Hit
from tests.checkin.factories import JOB
from tests.checkin.family_rows import EVENING, a_day, a_family, a_tap
from tests.fixed_clock import clock_at
from tests.schedules.factories import NOW

MONTH = date(2026, 11, 1)
SUPERVISOR = Actor("tianjin", UUID(int=1), Role.SUPERVISOR, Scope(ScopeKind.FUND), UUID(int=2))
DISMISSED = DecideFinding(FindingOutcome.DISMISSED, FindingReason.EXPLAINED, 1)
CONFIRMED = DecideFinding(FindingOutcome.CONFIRMED, FindingReason.ADMITTED, 1)
Act = Callable[[Session], object]


@pytest.fixture(autouse=True)
def nine_in_the_morning() -> Iterator[None]:
    with clock_at(NOW):
        yield


@dataclass
class Race:
    """Findings of the job and decisions of people, each in a context and a transaction of its own."""

    app: Flask
    failures: list[type[Exception]] = field(default_factory=list)
    others: list[Thread] = field(default_factory=list)

    def alone(self, act: Act) -> None:
        try:
            with self.app.app_context():
                session().bind_region("tianjin")
                with transaction() as current:
                    act(current)
                db.session.remove()
        except Exception as error:
            self.failures.append(type(error))

    def meanwhile(self, act: Act) -> None:
        """Started, and given time to end, or to wait for what we hold."""
        other = Thread(target=self.alone, args=(act,))
        other.start()
        other.join(0.2)
        self.others.append(other)

    def keep(self, current: Session, subject_id: UUID) -> None:
        hits = [Hit(subject_id, new_id(), {})]
        keep_hits(current, RULES["collusion"], hits, month=MONTH, region="tianjin", at=NOW)

    def decide(self, current: Session, subject_id: UUID, command: DecideFinding = DISMISSED) -> None:
        finding_id = current.scalars(select(Finding.id).where(Finding.subject_id == subject_id)).one()
        deciding.decide_finding(current, command, finding_id=finding_id, actor=SUPERVISOR, at=NOW)


def race(app: Flask, patched: pytest.MonkeyPatch) -> tuple[list[type[Exception]], list[FindingOutcome], int]:
    """Decide a finding twice, and one of which the job finds more before what it keeps is let go: who failed, what was
    decided of the first, and how much is kept for the second."""
    it, twice, grown, end_case = Race(app), new_id(), new_id(), deciding.end_case

    def decide_first(current: Session) -> None:
        it.decide(current, twice)
        it.meanwhile(lambda other: it.decide(other, twice, CONFIRMED))

    def find_more(current: Session, **case: Any) -> None:
        it.meanwhile(lambda other: it.keep(other, grown))
        end_case(current, **case)

    for each in (twice, grown):
        it.alone(partial(it.keep, subject_id=each))
    it.alone(decide_first)
    patched.setattr(deciding, "end_case", find_more)
    it.alone(partial(it.decide, subject_id=grown))
    for other in it.others:
        other.join()
    decided: list[FindingOutcome] = []
    held: list[UUID] = []

    def read(current: Session) -> None:
        of_first = select(FindingDecision.outcome).join(Finding, Finding.id == FindingDecision.finding_id)
        decided.extend(current.scalars(of_first.where(Finding.subject_id == twice)))
        of_second = select(EvidenceHold.id).join(Finding, Finding.id == EvidenceHold.cause_id)
        held.extend(current.scalars(of_second.where(Finding.subject_id == grown, STANDS)))

    it.alone(read)
    return it.failures, decided, len(held)


def overtake(app: Flask, act: Callable[[Session, CareDay], object]) -> tuple[list[type[Exception]], DayStanding]:
    """Let a rule find a family carer's day while the machine, having done `act`, has not committed that it is paid: who
    failed, and where the day stands."""
    it, days, facts = Race(app), list[CareDay](), list[DayFact]()

    def log(current: Session) -> None:
        family, taps = a_family(current), {"in_event_id": new_id(), "out_event_id": new_id()}
        command = a_day(family, **taps)
        log_care_day(current, command=command, actor=family.actor, at=EVENING)
        for kind, event_id in zip(EventKind, taps.values(), strict=True):
            a_tap(current, family, kind, id=event_id)
        days.append(current.get_one(CareDay, command.id))
        current.expunge(days[0])

    def find(current: Session) -> None:
        hits = [Hit(days[0].client_id, days[0].id, {})]
        keep_hits(current, RULES["service_in_hospital"], hits, month=MONTH, region="tianjin", at=EVENING)

    def pay(current: Session) -> None:
        act(current, days[0])
        it.meanwhile(find)

    def read(current: Session) -> None:
        client_ids = [days[0].client_id]
        facts.extend(list_day_facts(current, client_ids=client_ids, first=MONTH, beyond=date(2026, 12, 1)))

    for each in (log, pay):
        it.alone(each)
    for other in it.others:
        other.join()
    it.alone(read)
    return it.failures, facts[0].standing


def come(current: Session, day: CareDay) -> None:
    """The last of its taps comes."""
    assert day.in_event_id is not None
    who = {"carer_id": day.carer_id, "region": "tianjin"}
    assert late_events.judge_days_again(current, event_id=day.in_event_id, at=EVENING, **who) == 1


def pass_unseen(current: Session, day: CareDay) -> None:
    """The operator's days are over."""
    hold_id = current.scalars(select(Hold.id).where(Hold.fact_id == day.id)).one()
    overdue = (hold_id, day.id, ReviewStep.OPERATOR)
    assert escalation.escalate(current, overdue=overdue, actor=JOB, at=EVENING + timedelta(days=60))


def test_at_one_moment_one_decision_wins_and_nothing_new_is_let_go_or_paid_unseen(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    """Not locked, as in the controls, the second decision breaks on the table, what nobody looked at is let go, and a
    day that a rule found is paid."""
    with monkeypatch.context() as patched:
        patched.setattr(deciding, "lock_finding", lambda *_, **__: None)
        for module in (late_events, escalation):
            patched.setattr(module, "take_turn", lambda *_, **__: None)
        unlocked = [overtake(own_app, act) for act in (come, pass_unseen)]
        undecided = race(own_app, patched)
    locked = [overtake(own_app, act) for act in (come, pass_unseen)]
    with monkeypatch.context() as patched:
        decided = race(own_app, patched)

    assert undecided == ([IntegrityError], [FindingOutcome.DISMISSED], 0)
    assert decided == ([deciding.FindingDecided], [FindingOutcome.DISMISSED], 1)
    assert unlocked == [([], DayStanding.PAYABLE)] * 2
    assert locked == [([], DayStanding.IN_REVIEW)] * 2
