"""The operator's review of months: what waits, what the rules notice, what is accepted together, what is held."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, Review
from app.checkin.reasons import ReviewReason
from app.checkin.types import Decision, ReviewStep
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.payouts.batch_types import HeldReason, PrepareBatches
from app.payouts.models import Subsidy
from app.payouts.pages import DueRequest, MonthReviewRequest
from app.payouts.queries.reviews import list_months
from app.payouts.queries.subsidies import get_subsidy, list_due
from app.payouts.review_models import MonthReview
from app.payouts.review_types import (
    AcceptedMonths,
    AcceptUnflagged,
    DecideMonth,
    Flag,
    FlagCode,
    MonthDecision,
    MonthReason,
    MonthStanding,
)
from app.payouts.service import prepare, reviews
from app.policies.service import EXTENSION as POLICIES
from app.registry.models import BankAccount, Stay
from app.registry.types import StayKind
from tests.payouts.policy_files import book_with
from tests.payouts.rows import (
    AT,
    NOVEMBER,
    PAY_DAY,
    Family,
    Office,
    a_bank_account,
    a_family,
    an_actor,
    an_office,
    record_days,
)
from tests.registry.statements import statements

ACCEPT = DecideMonth(MonthDecision.ACCEPTED, MonthReason.RECORDS_AGREE)
HOLD = DecideMonth(MonthDecision.HELD, MonthReason.DAYS_IN_DOUBT)
S = MonthStanding


@pytest.fixture
def office(tianjin: Session) -> Office:
    return an_office(tianjin)


@pytest.fixture
def reviewer() -> Actor:
    return an_actor(Role.OPERATOR_REVIEWER)


def months(session: Session, reviewer: Actor, **page):
    return list_months(session, actor=reviewer, on=AT.date(), page=MonthReviewRequest(month=NOVEMBER, **page)).items


def decide(session: Session, reviewer: Actor, subsidy_id, command: DecideMonth = ACCEPT):
    return reviews.decide_month(session, command, subsidy_id=subsidy_id, actor=reviewer, at=AT)


def accept_all(session: Session, reviewer: Actor) -> AcceptedMonths:
    return reviews.accept_unflagged(session, AcceptUnflagged(NOVEMBER), actor=reviewer, at=AT)


def prepared(office: Office):
    return prepare.prepare_batches(office.session, PrepareBatches(NOVEMBER, PAY_DAY), actor=office.preparer, at=AT)


def a_late_family(session: Session) -> Family:
    """All days were told when the month was over."""
    family = a_family(session, days=0)
    record_days(session, family, days=range(1, 31), at=AT)
    return family


def pay_by_silence(session: Session, family: Family) -> None:
    day = session.scalars(select(CareDay.id).where(CareDay.client_id == family.client_id).limit(1)).one()
    decided = {"step": ReviewStep.MACHINE, "decision": Decision.ACCEPTED, "reason": ReviewReason.DEADLINE_PASSED}
    session.execute(
        insert(Review).values(id=new_id(), fact_id=day, command_digest=b"-", seq=1, recorded_at=AT, **decided)
    )


def go_to_hospital(session: Session, family: Family) -> None:
    since, until = date(2026, 11, 10), date(2026, 11, 13)
    session.execute(
        insert(Stay).values(
            id=new_id(),
            client_id=family.client_id,
            kind=StayKind.HOSPITAL,
            valid_from=since,
            valid_to=until,
            known_at=AT,
        )
    )


def change_account(session: Session, family: Family, *, at: datetime = AT) -> None:
    session.execute(update(BankAccount).where(BankAccount.id == family.account_id).values(replaced_at=at))
    a_bank_account(session, person_id=family.carer_person_id, created_at=at)


def change_account_before_the_month(session: Session, family: Family) -> None:
    change_account(session, family, at=datetime.fromisoformat("2026-10-31T23:59:59+08:00"))


@pytest.mark.parametrize(
    ("happens", "code", "facts"),
    [
        (pay_by_silence, FlagCode.PAID_BY_SILENCE, {"days": 1}),
        (go_to_hospital, FlagCode.CARED_WHILE_AWAY, {"days": 2}),  # the days of admission and discharge are paid
        (change_account, FlagCode.ACCOUNT_CHANGED, {}),
        (change_account_before_the_month, None, {}),
    ],
)
def test_flags_rest_on_what_is_stored(office: Office, reviewer, tianjin: Session, happens, code, facts):
    family, quiet = a_family(tianjin), a_family(tianjin)
    happens(tianjin, family)
    office.compute()

    flags = {each.client_id: each.flags for each in months(tianjin, reviewer)}

    assert [(flag.code, flag.facts) for flag in flags[family.client_id]] == ([(code, facts)] if code else [])
    assert flags[quiet.client_id] == ()


def test_many_more_days_than_the_month_before_are_noticed(office: Office, reviewer, tianjin: Session):
    family = a_family(tianjin)
    office.compute()
    row = tianjin.execute(select(Subsidy.__table__)).mappings().one()
    for month, days in ((date(2026, 10, 1), 20), (date(2026, 9, 1), 31)):
        tianjin.execute(insert(Subsidy).values({**row, "id": new_id(), "month": month, "days_paid": days}))

    (month,) = months(tianjin, reviewer)

    assert month.client_id == family.client_id
    assert [(flag.code, flag.facts["days_before"]) for flag in month.flags] == [(FlagCode.MORE_DAYS, 20)]


def test_a_month_waits_for_its_review_and_is_in_sight_meanwhile(office: Office, reviewer, tianjin: Session):
    quiet, late = a_family(tianjin), a_late_family(tianjin)
    office.compute()

    first = prepared(office)
    due = list_due(tianjin, actor=office.preparer, today=AT.date(), at=AT, page=DueRequest(within_days=30)).items
    accepted = accept_all(tianjin, reviewer)
    second = prepared(office)
    (left,) = months(tianjin, reviewer, standing=S.WAITING)
    decide(tianjin, reviewer, left.id)
    third = prepared(office)

    assert ([each.reason for each in first.held], first.batches) == ([HeldReason.MONTH_UNREVIEWED] * 2, ())
    assert [each.held for each in due] == [HeldReason.MONTH_UNREVIEWED] * 2
    assert accepted == AcceptedMonths(accepted=1, waiting=1)
    assert ([each.count for each in second.batches], len(second.held)) == ([1], 1)
    assert left.client_id == late.client_id != quiet.client_id
    assert left.flags == (Flag(FlagCode.ENTERED_LATE, {"days": 30, "days_paid": 30}),)
    assert ([each.count for each in third.batches], third.held) == ([1], ())
    assert sorted(tianjin.scalars(select(MonthReview.flags))) == [[], ["entered_late"]]


def test_accepting_together_once_more_changes_nothing(office: Office, reviewer, tianjin: Session):
    a_family(tianjin)
    office.compute()

    assert [accept_all(tianjin, reviewer).accepted for _ in range(2)] == [1, 0]


def test_a_held_month_is_not_paid_until_it_is_accepted_and_tells_why(office: Office, reviewer, tianjin: Session):
    a_family(tianjin)
    office.compute()
    (month,) = months(tianjin, reviewer)
    held = decide(tianjin, reviewer, month.id, HOLD)
    together = accept_all(tianjin, reviewer)

    waits = prepared(office).held
    explained = get_subsidy(tianjin, subsidy_id=month.id, actor=office.preparer, on=AT.date()).review
    accepted = decide(tianjin, reviewer, month.id)

    assert (month.standing, held.standing, accepted.standing) == (S.WAITING, S.HELD, S.ACCEPTED)
    assert together == AcceptedMonths(accepted=0, waiting=0)
    assert [each.reason for each in waits] == [HeldReason.MONTH_HELD]
    assert explained == held.review
    assert len(prepared(office).batches) == 1


def test_a_review_of_other_content_no_longer_counts(office: Office, reviewer, tianjin: Session):
    family = a_family(tianjin, days=29)
    office.compute()
    accept_all(tianjin, reviewer)
    (before,) = months(tianjin, reviewer)
    record_days(tianjin, family, days=range(30, 31))
    office.compute()

    (after,) = months(tianjin, reviewer)

    assert (before.standing, after.standing, after.seq, after.review) == (S.ACCEPTED, S.WAITING, 2, None)
    assert [flag.code for flag in after.flags] == [FlagCode.RECOMPUTED]
    assert prepared(office).batches == ()
    with pytest.raises(reviews.MonthChanged):
        decide(tianjin, reviewer, before.id, HOLD)


def test_computed_from_the_same_facts_a_review_stays(office: Office, reviewer, tianjin: Session):
    a_family(tianjin)
    office.compute()
    accept_all(tianjin, reviewer)

    office.compute()

    assert [each.standing for each in months(tianjin, reviewer)] == [S.ACCEPTED]


def test_a_month_in_a_batch_is_held_only_after_the_batch_is_withdrawn(office: Office, reviewer, tianjin: Session):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    (month,) = months(tianjin, reviewer)
    with pytest.raises(reviews.NothingLeftToReview):
        decide(tianjin, reviewer, month.id, HOLD)
    office.withdraw(batch)

    assert decide(tianjin, reviewer, month.id, HOLD).standing is S.HELD
    with pytest.raises(reviews.MonthReviewed):
        decide(tianjin, reviewer, month.id, HOLD)


@pytest.mark.parametrize(("rule", "waiting", "held"), [("none", 0, 0), ("flagged", 1, 1), ("every", 2, 2)])
def test_the_policy_says_which_months_wait(
    office: Office, reviewer, tianjin: Session, app: Flask, tmp_path: Path, monkeypatch, rule, waiting, held
):
    old = 'month_review = { value = "every"'
    book = book_with(tmp_path, "tianjin.toml", old, old.replace("every", rule))
    monkeypatch.setitem(app.extensions, POLICIES, book)
    a_family(tianjin)
    a_late_family(tianjin)
    office.compute()

    assert len(months(tianjin, reviewer, standing=S.WAITING)) == waiting
    assert len(prepared(office).held) == held


@pytest.mark.parametrize("part", ["carer_person_id", "client_person_id"])
def test_who_has_a_part_in_a_month_does_not_decide_about_it(office: Office, tianjin: Session, part: str):
    family = a_family(tianjin)
    office.compute()
    insider = an_actor(Role.OPERATOR_REVIEWER, person_id=getattr(family, part))
    subsidy_id = tianjin.scalars(select(Subsidy.id)).one()

    assert months(tianjin, insider) == ()
    assert accept_all(tianjin, insider).accepted == 0
    with pytest.raises(NotFound):
        decide(tianjin, insider, subsidy_id)


def test_a_reviewer_decides_in_his_district_only(office: Office, reviewer, tianjin: Session):
    family = a_family(tianjin, district="120101")
    a_family(tianjin, district="120102")
    office.compute()
    of_district = replace(reviewer, scope=Scope(ScopeKind.DISTRICT, "120101"))

    assert [each.client_id for each in months(tianjin, of_district)] == [family.client_id]
    assert accept_all(tianjin, of_district).accepted == 1
    assert len(months(tianjin, reviewer, standing=S.WAITING)) == 1


def test_the_list_is_paged_and_takes_the_same_statements_for_many_rows(office: Office, reviewer, tianjin: Session):
    for _ in range(3):
        a_family(tianjin)
    a_late_family(tianjin)
    office.compute()

    def page(**more):
        wanted = MonthReviewRequest(month=NOVEMBER, **more)
        return list_months(tianjin, actor=reviewer, on=AT.date(), page=wanted)

    first = page(limit=2, flagged=False)
    second = page(limit=2, flagged=False, after=first.next_after)
    with statements() as sent:
        everything = page()

    assert ([len(each.items) for each in (first, second)], second.next_after) == ([2, 1], None)
    assert len({each.id for each in (*first.items, *second.items)}) == 3
    assert len(page(flagged=True).items) == 1
    assert (len(everything.items), len(sent)) == (4, 3)


def test_time_decides_nothing(office: Office, reviewer, tianjin: Session):
    a_family(tianjin)
    office.compute()
    later = AT + timedelta(days=400)

    due = list_due(tianjin, actor=office.preparer, today=later.date(), at=later, page=DueRequest()).items

    assert [(each.held, each.days_left < 0) for each in due] == [(HeldReason.MONTH_UNREVIEWED, True)]
    assert [each.standing for each in months(tianjin, reviewer)] == [S.WAITING]
