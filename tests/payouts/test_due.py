"""What is due and what it waits for: the list, and what the job tells of it."""

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, PayableCareDay
from app.kernel.audit import AuditDetail, AuditEntry
from app.kernel.jobs import Turn
from app.payouts import jobs
from app.payouts.batch_types import HeldReason
from app.payouts.pages import DueRequest, SubsidyRequest
from app.payouts.queries import subsidies
from app.payouts.service import answers
from app.payouts.types import FileKind, PayoutState
from app.registry.models import BankAccount
from app.registry.types import NameCheck
from tests.payouts.answers import an_answer
from tests.payouts.rows import AT, JOB, NOVEMBER, Office, a_family, an_office, keys
from tests.registry.statements import statements

PAY_BY = date(2026, 12, 20)
OVERDUE = AT + timedelta(days=30)


@pytest.fixture
def office(tianjin: Session) -> Office:
    return an_office(tianjin)


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask):
    with app.test_request_context():
        yield


def list_due(session: Session, office: Office, **page):
    return subsidies.list_due(
        session, actor=office.preparer, today=OVERDUE.date(), at=OVERDUE, page=DueRequest(**page)
    ).items


def test_what_a_raised_month_lacks_waits_for_its_payees_account(tianjin: Session, office: Office):
    family = a_family(tianjin)
    last = (PayableCareDay.client_id == family.client_id, PayableCareDay.day == NOVEMBER.replace(day=30))
    tianjin.execute(delete(PayableCareDay).where(*last))
    batch, daifa = office.send()
    answers.book_answer(
        tianjin, an_answer(daifa.content), kind=FileKind.ANSWER, batch_id=batch.id, actor=office.preparer, at=AT
    )
    care_day_id = tianjin.scalars(select(CareDay.id).where(CareDay.day == NOVEMBER.replace(day=30))).one()
    regained = {"client_id": family.client_id, "carer_id": family.carer_id, "day": NOVEMBER.replace(day=30)}
    tianjin.execute(insert(PayableCareDay).values(care_day_id=care_day_id, recorded_at=AT, **regained))
    office.compute()
    office.review()
    tianjin.execute(
        update(BankAccount).where(BankAccount.id == family.account_id).values(name_check=NameCheck.MISMATCHED)
    )

    (due,) = list_due(tianjin, office)

    assert (due.unpaid_fen, due.payout_state, due.held) == (2_500, PayoutState.PAID, HeldReason.NAME_MISMATCHED)


def test_months_before_the_one_asked_from_are_left_out(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()

    assert len(list_due(tianjin, office, month_from=NOVEMBER)) == 1
    assert list_due(tianjin, office, month_from=date(2026, 12, 1)) == ()


def test_lists_take_as_many_statements_for_many_rows_as_for_one(tianjin: Session, office: Office):
    def counted() -> tuple[int, int]:
        office.compute()
        with statements() as of_due:
            due = list_due(tianjin, office)
        with statements() as of_list:
            page = subsidies.list_subsidies(
                tianjin, actor=office.preparer, on=OVERDUE.date(), page=SubsidyRequest(month=NOVEMBER)
            )
        assert len(due) == len(page.items)
        return len(of_due), len(of_list)

    a_family(tianjin)
    for_one = counted()
    for _ in range(4):
        a_family(tianjin)

    assert counted() == for_one == (6, 2)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-6, None),
        (-5, {"overdue": 0, "soon": 2}),  # the policy reminds five days before
        (0, {"overdue": 0, "soon": 2}),
        (1, {"overdue": 2, "soon": 0}),
    ],
)
def test_what_is_due_soon_or_overdue_is_told_each_morning(tianjin: Session, office: Office, days: int, told):
    a_family(tianjin)
    a_family(tianjin, account=False)
    office.compute()
    morning = AT.replace(day=20) + timedelta(days=days)

    jobs.remind_of_due(Turn(JOB, morning, morning))

    entries = list(tianjin.scalars(select(AuditEntry.id).where(AuditEntry.action == "subsidies.due")))
    assert len(entries) == (0 if told is None else 1)
    if told:
        sealed = tianjin.scalars(select(AuditDetail.payload_enc).where(AuditDetail.entry_id == entries[0])).one()
        details = json.loads(keys().decrypt(sealed, context="audit_detail.payload"))
        assert {name: sum(each["count"] for each in details[name]) for name in told} == told
        assert {each["pay_by"] for name in told for each in details[name]} == {PAY_BY.isoformat()}
