"""The month worked by hand in the documents is what the product computes, day by day and fen by fen."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, current_app
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.checkin.commands import Decided
from app.checkin.models import CareDay
from app.checkin.reasons import ReviewReason
from app.checkin.service.care_days import log_care_day
from app.checkin.service.reviews import review_for_operator
from app.checkin.types import Decision, EventKind
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.money import round_fen
from app.kernel.permissions import Actor, Role, SystemActor
from app.payouts.batch_types import ComputeMonth
from app.payouts.models import Subsidy, SubsidyDay
from app.payouts.rules import calendar_days
from app.payouts.service import compute, runs
from app.policies.codes import HomeType
from app.policies.service import EXTENSION
from app.registry.commands import EntitlementEntry, StayEntry
from app.registry.models import Carer, Client, FamilyTraining
from app.registry.service.entitlements import MODE_CHANGE, grant_entitlement, record_stay
from app.registry.types import StayKind, TrainingStage
from tests.checkin.family_rows import Family, a_client_row, a_day, a_family, a_tap
from tests.conftest import ROOT
from tests.payouts.policy_files import book_with
from tests.payouts.rows import an_actor

DOCUMENT = (ROOT / "docs" / "worked-month.md").read_text(encoding="utf-8")
ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
LAST = date(2026, 10, 31)
AFTER = datetime(2026, 12, 2, 2, tzinfo=UTC)
FUNDS = {"Tianjin": ("tianjin", "120101", Carer), "Huai'an": ("huaian", "320812", Client)}
Facts = list[list[str]]


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its own head; the stars of bold cells are dropped."""
    section = DOCUMENT.split(f"### {heading}\n")[1].split("\n#")[0].replace("**", "")
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def reckoned(text: str) -> Fraction:
    """A sum as it is written, products first."""
    total, sign = Fraction(0), 1
    for word in re.split(r" ([+-]) ", text):
        if word in "+-":
            sign = 1 if word == "+" else -1
            continue
        first, *rest = re.split(r" ([×÷]) ", word)
        value = Fraction(first)
        for how, factor in zip(rest[::2], rest[1::2], strict=True):
            value = value * int(factor) if how == "×" else value / int(factor)
        total += sign * value
    return total


def days_of(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


@dataclass
class Fund:
    """A fund with one family, whose month is entered as the document tells it."""

    session: Session
    region: str
    family: Family

    def actor(self, role: Role) -> Actor:
        return an_actor(role, region=self.region)

    def enter(self, facts: Facts) -> None:
        told = [(date.fromisoformat(on), what, says) for on, what, says in facts]
        for on, what, says in told:
            if what in ("conclusion", "mode change"):
                self.entitle(on, what, says)
        stay = {what: on for on, what, _ in told if what in ("admitted", "discharged")}
        entry = StayEntry(StayKind.HOSPITAL, stay["admitted"], stay["discharged"])
        reviewer = self.actor(Role.OPERATOR_REVIEWER)
        record_stay(self.session, entry, client_id=self.family.client_id, actor=reviewer, at=AFTER)
        ((began, ended),) = zip(*(datetimes(told, name) for name in ("clock-in", "clock-out")), strict=True)
        missed = {on for on, what, _ in told if what == "no record"}
        for day in calendar_days(OCTOBER)[:-1]:
            if day not in missed and not stay["admitted"] < day < stay["discharged"]:
                self.care(day, begins=datetime.combine(day, time(9), ZONE), ends=datetime.combine(day, time(20), ZONE))
        self.care(LAST, begins=began, ends=ended)

    def entitle(self, on: date, what: str, says: str) -> None:
        level, home_type = re.fullmatch(r"level (\d), (\w+)", says).groups()
        entry = EntitlementEntry(level, (HomeType(home_type),), on, replaces=True)
        if what == "mode change":
            entry = replace(entry, cause_kind=MODE_CHANGE)
        at, reviewer = datetime.combine(on, time(12), ZONE), self.actor(Role.OPERATOR_REVIEWER)
        grant_entitlement(self.session, entry, client_id=self.family.client_id, actor=reviewer, at=at)

    def care(self, day: date, *, begins: datetime, ends: datetime) -> None:
        taps = {
            f"{kind.value}_event_id": a_tap(self.session, self.family, kind, occurred_at=at, recorded_at=at)
            for kind, at in ((EventKind.IN, begins), (EventKind.OUT, ends))
        }
        command = a_day(self.family, day=day, occurred_at=ends, **taps)
        log_care_day(self.session, command=command, actor=self.family.actor, at=ends)

    def accept(self, day: date) -> None:
        held = self.session.scalars(select(CareDay.id).where(CareDay.day == day)).one()
        decided = Decided(new_id(), Decision.ACCEPTED, ReviewReason.CONFIRMED_BY_PHONE)
        review_for_operator(self.session, decided, fact_id=held, actor=self.actor(Role.OPERATOR_REVIEWER), at=AFTER)

    def compute(self, month: date = OCTOBER) -> Subsidy:
        preparer, job = self.actor(Role.PAYOUT_PREPARER), SystemActor(self.region, "compute_months")
        run = runs.request_month(self.session, ComputeMonth(month), actor=preparer, at=AFTER)
        while compute.compute_some(self.session, run_id=run.id, actor=job, at=AFTER):
            pass
        newest = select(Subsidy).where(Subsidy.month == month).order_by(Subsidy.seq.desc())
        return self.session.scalars(newest.limit(1)).one()

    def lines(self, subsidy: Subsidy) -> dict[int, str]:
        days = self.session.scalars(select(SubsidyDay).where(SubsidyDay.subsidy_id == subsidy.id))
        return {line.day.day: line.rule.value for line in days}


def datetimes(told: list[tuple[date, str, str]], name: str) -> list[datetime]:
    return [
        datetime.combine(on, time.fromisoformat(what.removeprefix(f"{name} ")), ZONE)
        for on, what, _ in told
        if what.startswith(f"{name} ")
    ]


@pytest.fixture
def fund(app: Flask, rolled_back: None) -> Iterator[Callable[[str], Fund]]:
    """Opens a fund by its name in the document, with everything entered that it tells."""

    def opened(name: str) -> Fund:
        region, district, _ = FUNDS[name]
        session = db.session()
        session.bind_region(region)
        family = a_family(session, client_id=a_client_row(session, district=district))
        family = replace(family, actor=replace(family.actor, region=region))
        formal = {"stage": TrainingStage.FORMAL, "policy_digest": "-", "valid_from": date(2026, 6, 1)}
        both = {"client_id": family.client_id, "carer_id": family.carer_id}
        session.execute(insert(FamilyTraining).values(id=new_id(), **formal, **both))
        fund = Fund(session, region, family)
        fund.enter(table(f"What was recorded in {name}"))
        return fund

    with app.test_request_context():
        yield opened


@pytest.mark.parametrize("name", FUNDS)
def test_the_month_is_as_worked_by_hand(fund: Callable[[str], Fund], name: str):
    days = {day: rule for span, rule, _, _ in table(f"The days in {name}") for day in days_of(span)}
    figures = [int(fen) for step, _, fen in table(f"The sum in {name}") if not step.startswith("exactly")]
    opened = fund(name)

    first = opened.compute()
    opened.accept(LAST)
    later = opened.compute()

    assert opened.lines(first) == days
    assert opened.lines(later) == days | {LAST.day: "paid"}
    assert [first.days_paid, first.amount_fen, later.days_paid, later.amount_fen, later.payable_fen] == figures
    payee = opened.session.get_one(FUNDS[name][2], getattr(opened.family, f"{FUNDS[name][2].__tablename__}_id"))
    assert first.payee_person_id == payee.person_id
    november = opened.compute(NOVEMBER)
    assert (november.amount_fen, set(opened.lines(november).values())) == (0, {"mode_without_family_care"})


def test_the_month_by_levels_is_as_worked_by_hand(
    fund: Callable[[str], Fund], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows = re.search(r"`(\[\{ level = .*\}\])`", DOCUMENT).group(1)
    supposed = f'[subsidy]\nlevel_amounts = {{ value = {rows}, assumed = true, reason = "test" }}\n'
    book = book_with(tmp_path, "huaian.toml", "[subsidy]\n", supposed)
    monkeypatch.setitem(current_app.extensions, EXTENSION, book)
    *paid, _, (_, _, fen) = table("The sum by levels")

    done = fund("Huai'an").compute()

    assert done.amount_fen == int(fen)
    assert done.days_paid == sum(int(days) for _, _, days in paid)


@pytest.mark.parametrize("heading", ["The sum in Tianjin", "The sum in Huai'an", "The sum by levels"])
def test_each_step_is_reckoned_as_it_is_written(heading: str):
    exactly = None
    for step, reckoning, figure in table(heading):
        if step == "rounded once":
            assert int(figure) == round_fen(exactly)
            continue
        exact = reckoned(reckoning)
        assert abs(exact - Fraction(figure)) <= Fraction(1, 200), step
        exactly = exact if step == "exactly" else exactly


@pytest.mark.parametrize("name", FUNDS)
def test_the_days_are_counted_as_they_are_listed(name: str):
    rows = table(f"The days in {name}")

    assert [int(number) for _, _, number, _ in rows] == [len(days_of(span)) for span, *_ in rows]
    assert [day for span, *_ in rows for day in days_of(span)] == list(range(1, 32))
    paid = [number for _, rule, number, _ in rows if rule == "paid"]
    assert table(f"The sum in {name}")[0][1] == " + ".join(paid)
