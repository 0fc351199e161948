"""What a family sees: each day of the running month, where its money is and why it came back, what it is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.http.told import told
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.messaging.types import ReminderKind
from app.payouts.messages import MessageKind, MessagesRead
from app.payouts.queries.families import PayoutFilter, list_family_payouts
from app.payouts.service import answers
from app.payouts.service.families import read_family_month
from app.payouts.service.messages import TOLD_FOR, list_messages, mark_read
from app.payouts.service.reminders import remind_of_returns
from app.payouts.types import DayRule, FileKind, PayoutState
from tests.messaging.factories import accept, queued, use_templates, words
from tests.payouts.answers import a_returns_file, an_answer
from tests.payouts.rows import AT, JOB, NOVEMBER, Family, a_family, an_actor, an_office
from tests.tokens import make_account

WANTED = PayoutFilter()


def carer_of(family: Family) -> Actor:
    return an_actor(Role.FAMILY_CARER, scope=Scope(ScopeKind.OWN_CLIENTS), person_id=family.carer_person_id)


def test_the_running_month_is_told_day_by_day_up_to_today_to_its_own_carer(tianjin: Session):
    family, other = a_family(tianjin, days=10), a_family(tianjin, days=3)
    today = date(2026, 11, 12)

    [month] = read_family_month(
        tianjin, client_id=family.client_id, month=NOVEMBER, actor=carer_of(family), today=today
    )

    assert (month.carer_id, month.days_paid, len(month.days)) == (family.carer_id, 10, 12)
    assert [line.rule for line in month.days[-3:]] == [DayRule.PAID, DayRule.NO_RECORD, DayRule.NO_RECORD]
    assert all(line.record_id for line in month.days[:10])
    with pytest.raises(NotFound):
        read_family_month(tianjin, client_id=family.client_id, month=NOVEMBER, actor=carer_of(other), today=today)


def test_a_returned_payment_is_told_with_its_reason_masked_and_read_once_and_by_wechat(
    app: Flask, tianjin: Session, monkeypatch: pytest.MonkeyPatch
):
    family = a_family(tianjin)
    use_templates(app, monkeypatch)
    asked = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.carer_person_id)
    accept(tianjin, asked.account_id, ReminderKind.PAYOUT_RETURNED, at=AT, times=2)
    carer, stranger = carer_of(family), carer_of(a_family(tianjin, days=0, account=False))
    office = an_office(tianjin)
    batch, file = office.send()
    given = {"batch_id": batch.id, "actor": office.preparer, "at": AT}
    answers.book_answer(tianjin, an_answer(file.content), kind=FileKind.ANSWER, **given)
    [paid] = list_family_payouts(tianjin, actor=carer, wanted=WANTED, on=AT.date()).items
    later = AT + timedelta(days=1)
    answers.book_answer(tianjin, a_returns_file(file.content, 0), kind=FileKind.RETURNS, **given | {"at": later})

    [returned] = list_family_payouts(tianjin, actor=carer, wanted=WANTED, on=AT.date()).items
    messages = list_messages(tianjin, actor=carer, at=later)
    ids = (messages[0].id, "payout_paid:of-nobody")
    for _ in range(2):
        mark_read(tianjin, MessagesRead(ids), actor=carer, at=later)
    read = list_messages(tianjin, actor=carer, at=later)
    hours = (0, 12, 13, 22, 24)  # ten in the morning, at night, the next day, too late
    told_by_wechat = [remind_of_returns(tianjin, actor=JOB, at=later + timedelta(hours=each)) for each in hours]

    assert told_by_wechat == [1, 0, 0, 0, 0]
    assert [words(each) for each in queued(tianjin)] == ["补助被银行退回，请换卡"]
    assert (paid.state, paid.told, paid.amount_fen) == (PayoutState.PAID, "paid", returned.amount_fen)
    assert (returned.state, returned.told) == (PayoutState.RETURNED, "name_mismatch")
    assert returned.told in told("zh-CN")["payouts"]
    assert returned.counter == "entrusted_operator"
    assert returned.payee_account.startswith("*")
    assert "*" in returned.holder_name
    assert [each.kind for each in messages] == [MessageKind.PAYOUT_RETURNED, MessageKind.PAYOUT_PAID]
    assert [each.subject_id for each in messages] == [returned.id] * 2
    assert [each.is_read for each in messages] == [False, False]
    assert [each.is_read for each in read] == [True, False]
    assert list_messages(tianjin, actor=carer, at=later + TOLD_FOR + timedelta(days=1)) == ()
    assert list_messages(tianjin, actor=stranger, at=later) == ()
    elsewhere = PayoutFilter(client_id=new_id())
    assert list_family_payouts(tianjin, actor=stranger, wanted=WANTED, on=AT.date()).items == ()
    assert list_family_payouts(tianjin, actor=carer, wanted=elsewhere, on=AT.date()).items == ()
    assert datetime(2026, 12, 3, tzinfo=UTC).date() == returned.changed_at.date()
