"""What the bank says is booked whole or refused whole, once, and money follows it."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection, exc, func, insert, literal_column, select, text, update
from sqlalchemy.orm import Session

from app.gateways.bank.problems import AnswerFileRejected, Problem, ProblemCode
from app.kernel.errors import IllegalTransition, NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind
from app.ledger.models import Transfer
from app.ledger.types import AccountKind
from app.payouts.batch_types import HeldReason
from app.payouts.models import BankFile, BankFileConfirmation, BankFileContent, BankLine, Payout, PayoutEvent
from app.payouts.queries import batches
from app.payouts.service import answers, bank_files, confirm
from app.payouts.service.bank_files import list_reasons
from app.payouts.types import BatchState, FileKind, PayoutState
from app.registry.models import BankAccount
from app.registry.types import NameCheck
from tests.conftest import made_on
from tests.payouts.answers import a_returns_file, an_answer, answer_rows, as_file
from tests.payouts.rows import AT, Office, a_family, an_actor, an_office, record_days
from tests.payouts.test_batches_service import lose_day, net_fen
from tests.registry.statements import statements

NAMES = ("陈玉兰", "李小红", "王建国")


@dataclass
class Sent:
    """A batch of three at the bank, its 代发 file, and the families paid by it."""

    office: Office
    batch: object
    daifa: bytes
    families: list

    def book(self, content: bytes, kind: FileKind = FileKind.ANSWER):
        return answers.book_answer(
            self.office.session, content, kind=kind, batch_id=self.batch.id, actor=self.office.preparer, at=AT
        )

    def refuse(self, note: bytes = b"B004"):
        return answers.book_refusal(
            self.office.session, note, batch_id=self.batch.id, actor=self.office.preparer, at=AT
        )

    def view(self):
        return batches.view_batch(self.office.session, batch_id=self.batch.id, actor=self.office.approver)

    def free(self, booked) -> None:
        """The second person confirms the file, and accounts that the bank doubted are checked again."""
        self.office.confirm(self.batch, booked.file_id)
        self.office.check_accounts()

    def states(self) -> list[PayoutState]:
        return list(self.office.session.scalars(select(Payout.state).order_by(Payout.created_at, Payout.line_no)))


@pytest.fixture(autouse=True)
def _in_a_request(app):
    with app.test_request_context():
        yield


@pytest.fixture(scope="module")
def shared_sent(app: Flask, ground: Connection) -> Sent:
    def send(session: Session, _: Flask) -> Sent:
        office = an_office(session)
        families = [a_family(session, name=name) for name in NAMES]
        batch, file = office.send()
        return Sent(office, batch, file.content, families)

    return made_on(app, ground, send, at=AT)


@pytest.fixture
def sent(shared_sent: Sent, tianjin: Session) -> Sent:
    """The test's own, in its session."""
    return replace(shared_sent, office=replace(shared_sent.office, session=tianjin))


def outcomes(result) -> dict[str, int]:
    return {each.outcome: each.count for each in result.outcomes}


def test_paid_failed_and_unknown_are_booked_each_in_its_way(tianjin: Session, sent: Sent):
    result = sent.book(an_answer(sent.daifa, "成功", "失败", "处理中"))

    assert outcomes(result) == {"failed": 1, "paid": 1, "unknown": 1}
    assert Counter(sent.states()) == {PayoutState.PAID: 1, PayoutState.FAILED: 1, PayoutState.UNKNOWN: 1}
    assert net_fen(tianjin) == {
        AccountKind.SUBSIDY_EXPENSE: 225_000,
        AccountKind.FUND_CASH: -75_000,
        AccountKind.IN_TRANSIT: -75_000,
        AccountKind.PAYEE_PAYABLE: -75_000,
    }
    failed = tianjin.scalars(select(PayoutEvent).where(PayoutEvent.to_state == "failed")).one()
    assert failed.reason_code == "name_mismatch"
    assert failed.cause_id in set(tianjin.scalars(select(BankLine.id)))


def test_the_same_file_twice_changes_nothing_and_has_the_first_answer(tianjin: Session, sent: Sent):
    content = an_answer(sent.daifa, "成功", "失败", "处理中")
    first = sent.book(content)
    before = (sent.states(), net_fen(tianjin), tianjin.scalar(select(func.count()).select_from(Transfer)))

    again = sent.book(content)

    assert again == first
    assert (sent.states(), net_fen(tianjin), tianjin.scalar(select(func.count()).select_from(Transfer))) == before


def test_a_later_answer_settles_what_was_unknown(tianjin: Session, sent: Sent):
    sent.book(an_answer(sent.daifa, "成功", "成功", "处理中"))

    sent.book(an_answer(sent.daifa, "成功", "成功", "成功"))

    assert set(sent.states()) == {PayoutState.PAID}
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 225_000, AccountKind.FUND_CASH: -225_000}


def test_an_unknown_payment_is_never_prepared_again(sent: Sent):
    sent.book(an_answer(sent.daifa, "处理中", "处理中", "处理中"))

    assert sent.office.prepare().batches == ()


def test_a_failed_payment_may_be_paid_again_under_a_new_serial(tianjin: Session, sent: Sent):
    sent.free(sent.book(an_answer(sent.daifa, "成功", "失败", "成功")))

    again = sent.office.prepare_one()

    assert (again.count, again.total_fen) == (1, 75_000)
    assert len(set(tianjin.scalars(select(Payout.serial)))) == 4


def test_a_payment_that_comes_back_is_owed_again(tianjin: Session, sent: Sent):
    sent.book(an_answer(sent.daifa))

    result = sent.book(a_returns_file(sent.daifa, 1), FileKind.RETURNS)

    assert outcomes(result) == {"returned": 1}
    assert net_fen(tianjin) == {
        AccountKind.SUBSIDY_EXPENSE: 225_000,
        AccountKind.FUND_CASH: -150_000,
        AccountKind.PAYEE_PAYABLE: -75_000,
    }
    sent.free(result)
    assert sent.office.prepare_one().count == 1


def test_a_return_before_the_answer_counts_as_paid_and_come_back(tianjin: Session, sent: Sent):
    sent.book(a_returns_file(sent.daifa, 0), FileKind.RETURNS)

    sent.book(an_answer(sent.daifa))

    assert Counter(sent.states()) == {PayoutState.PAID: 2, PayoutState.RETURNED: 1}
    assert net_fen(tianjin)[AccountKind.FUND_CASH] == -150_000


def test_a_batch_is_answered_when_nothing_is_open(sent: Sent):
    sent.book(an_answer(sent.daifa, "成功", "失败", "处理中"))
    unsettled = sent.view()
    sent.book(an_answer(sent.daifa, "成功", "失败", "成功"))
    settled = sent.view()

    assert (unsettled.state, settled.state) == (BatchState.SENT, BatchState.ANSWERED)


def change(rows, row: int, column: int, value: str):
    rows[row][column] = value
    return rows


def without_last(rows):
    rows[0][3], rows[0][5] = "2", "1500.00"
    return rows[:-1]


REFUSALS = {
    "amount_changed": lambda rows: change(rows, 2, 3, "750.01"),
    "name_changed": lambda rows: change(rows, 2, 2, "陈玉"),
    "count_changed": lambda rows: change(rows, 0, 3, "4"),
    "total_changed": lambda rows: change(rows, 0, 5, "2250.01"),
    "unknown_serial": lambda rows: change(rows, 2, 1, "P0"),
    "line_missing": without_last,
    "other_batch": lambda rows: change(rows, 0, 1, "B20261203001"),
    "serial_doubled": lambda rows: change(rows, 2, 1, rows[3][1]),
    "unknown_outcome": lambda rows: change(rows, 2, 4, "也许"),
    "unreadable_number": lambda rows: change(rows, 2, 3, "many"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_file_that_does_not_agree_is_refused_whole_with_its_reasons(tianjin: Session, sent: Sent, code: str):
    rows = REFUSALS[code](answer_rows(sent.daifa))

    with pytest.raises(answers.AnswerFileRefused) as refusal:
        sent.book(as_file(rows))

    assert code in {reason["code"] for reason in refusal.value.details["reasons"]}
    assert set(sent.states()) == {PayoutState.SENT}
    assert tianjin.scalar(select(func.count()).where(BankFile.kind == FileKind.ANSWER)) == 0
    assert AccountKind.FUND_CASH not in net_fen(tianjin)


def test_no_reason_repeats_a_name_or_an_account(sent: Sent):
    rows = change(change(answer_rows(sent.daifa), 2, 2, "赵敏儿"), 3, 1, "赵敏儿6222000")

    with pytest.raises(answers.AnswerFileRefused) as refusal:
        sent.book(as_file(rows))

    told = repr(refusal.value.details)
    assert "赵敏儿" not in told
    assert not any(name in told for name in NAMES)


@pytest.mark.parametrize(("first", "then"), [("成功", "失败"), ("失败", "成功"), ("成功", "处理中"), ("失败", "退票")])
def test_an_answer_that_contradicts_an_earlier_one_is_refused(sent: Sent, first: str, then: str):
    sent.book(an_answer(sent.daifa, first, "成功", "成功"))
    before = sent.states()

    with pytest.raises(answers.AnswerFileRefused) as refusal:
        sent.book(an_answer(sent.daifa, then, "成功", "成功"))

    assert [reason["code"] for reason in refusal.value.details["reasons"]] == ["contradicts"]
    assert sent.states() == before


def test_a_returns_file_holds_returns_only(sent: Sent):
    rows = change(answer_rows(sent.daifa, outcomes=("退票",), only=(0,)), 2, 4, "成功")

    with pytest.raises(answers.AnswerFileRefused) as refusal:
        sent.book(as_file(rows), FileKind.RETURNS)

    assert [reason["code"] for reason in refusal.value.details["reasons"]] == ["not_a_return"]


def test_an_answer_before_the_file_was_fetched_is_refused(tianjin: Session):
    office = an_office(tianjin)
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    office.approve(batch)
    office.freeze(batch)

    with pytest.raises(answers.BatchNotSent):
        answers.book_answer(tianjin, b"x", kind=FileKind.ANSWER, batch_id=batch.id, actor=office.preparer, at=AT)


def test_a_district_books_no_answer(sent: Sent):
    stranger = an_actor(Role.PAYOUT_PREPARER, scope=Scope(ScopeKind.DISTRICT, "120101"))

    with pytest.raises(NotFound):
        answers.book_answer(
            sent.office.session,
            an_answer(sent.daifa),
            kind=FileKind.ANSWER,
            batch_id=sent.batch.id,
            actor=stranger,
            at=AT,
        )


def test_a_recovery_is_set_off_when_the_payment_then_fails(tianjin: Session, sent: Sent):
    lose_day(tianjin, sent.families[0], 30)
    sent.office.compute()
    owed = net_fen(tianjin)[AccountKind.PAYEE_RECEIVABLE]

    sent.free(sent.book(an_answer(sent.daifa, *("失败",) * 3)))

    assert owed == 2_500
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 222_500, AccountKind.PAYEE_PAYABLE: -222_500}
    assert sent.office.prepare_one().total_fen == 222_500


def test_a_month_raised_again_settles_what_the_payee_owes(tianjin: Session, sent: Sent):
    family = sent.families[0]
    lose_day(tianjin, family, 30)
    sent.office.compute()
    record_days(tianjin, family, days=range(30, 31))

    sent.office.compute()

    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 225_000, AccountKind.IN_TRANSIT: -225_000}
    assert sent.office.prepare().batches == ()


def test_a_file_that_is_wrong_in_every_row_is_told_by_its_first_reasons():
    refused = AnswerFileRejected([Problem(ProblemCode.UNKNOWN_SERIAL, line_no=place) for place in range(1, 401)])

    told = list_reasons(refused)

    assert [reason["line_no"] for reason in told] == list(range(1, 201))


def test_an_answer_of_more_lines_takes_no_more_statements(tianjin: Session):
    office = an_office(tianjin)
    counts = []
    for number in (3, 9):
        for _ in range(number):
            a_family(tianjin)
        batch, file = office.send()
        content = an_answer(file.content, *("成功", "失败", "处理中") * (number // 3))
        with statements(beginning="") as sent:
            answers.book_answer(tianjin, content, kind=FileKind.ANSWER, batch_id=batch.id, actor=office.preparer, at=AT)
        counts.append(len(sent))
        tianjin.execute(
            text("UPDATE tianjin.bank_account SET name_check = 'unchecked', checked_by = NULL")
        )  # who failed waits

    assert counts[0] == counts[1]


def held(sent: Sent) -> list[HeldReason]:
    preparation = sent.office.prepare()
    assert preparation.batches == ()
    return [each.reason for each in preparation.held]


def test_what_one_person_alone_says_came_back_is_not_paid_again(tianjin: Session, sent: Sent):
    booked = sent.book(an_answer(sent.daifa, "成功", "失败", "成功"))
    sent.office.check_accounts()
    waits = held(sent)

    with pytest.raises(confirm.AnswerBookedBySamePerson):
        sent.office.confirm(sent.batch, booked.file_id, actor=sent.office.preparer)
    confirmed = sent.office.confirm(sent.batch, booked.file_id)
    again = sent.office.confirm(sent.batch, booked.file_id)

    assert waits == [HeldReason.ANSWER_UNCONFIRMED]
    assert again == confirmed
    assert [file.unconfirmed for file in confirmed.files] == [False, False, False]
    assert sent.office.prepare_one().count == 1


def test_a_later_answer_that_repeats_a_failure_needs_no_second_word(sent: Sent):
    sent.free(sent.book(an_answer(sent.daifa, "失败", "处理中", "成功")))

    sent.book(an_answer(sent.daifa, "失败", "成功", "成功"))

    assert [file.unconfirmed for file in sent.view().files] == [False] * 4
    assert sent.office.prepare_one().count == 1


def test_an_answer_that_frees_nothing_needs_no_second_person(sent: Sent):
    sent.book(an_answer(sent.daifa, "成功", "处理中", "成功"))

    assert not any(file.unconfirmed for file in sent.view().files)


def test_the_database_refuses_a_confirmation_by_who_uploaded_the_file(tianjin: Session, sent: Sent):
    booked = sent.book(an_answer(sent.daifa, "失败"))
    values = {"file_id": booked.file_id, "recorded_at": AT}
    alone, other = sent.office.preparer.account_id, new_id()

    for named, constraint in (
        ({"booked_by": alone, "actor_id": alone}, "ck_bank_file_confirmation_two_people"),
        ({"booked_by": other, "actor_id": alone}, "fk_bank_file_confirmation_file_id_booked_by"),
    ):
        with pytest.raises(exc.IntegrityError, match=constraint), tianjin.begin_nested():
            tianjin.execute(insert(BankFileConfirmation).values(values | named))


REASONS = [
    ("户名不符", NameCheck.MISMATCHED, HeldReason.NAME_MISMATCHED),
    ("账户已销户", NameCheck.UNCHECKED, HeldReason.NAME_UNCHECKED),
    ("行号错误", NameCheck.UNCHECKED, HeldReason.NAME_UNCHECKED),
    ("系统繁忙", NameCheck.MATCHED, None),
]


@pytest.mark.parametrize(("reason", "check", "waits"), REASONS)
def test_an_account_that_the_bank_could_not_pay_to_waits_until_it_is_checked_again(
    tianjin: Session, sent: Sent, reason: str, check: NameCheck, waits: HeldReason | None
):
    rows = answer_rows(sent.daifa, outcomes=("失败",), reason=reason)
    booked = sent.book(as_file(rows))
    sent.office.confirm(sent.batch, booked.file_id)

    account = tianjin.get_one(BankAccount, sent.families[0].account_id)
    preparation = sent.office.prepare()

    assert account.name_check is check
    assert [each.reason for each in preparation.held] == ([waits] if waits else [])
    assert len(preparation.batches) == (0 if waits else 1)


def test_a_replaced_account_is_not_doubted(tianjin: Session, sent: Sent):
    account_id = sent.families[0].account_id
    tianjin.execute(update(BankAccount).where(BankAccount.id == account_id).values(replaced_at=AT))

    sent.book(an_answer(sent.daifa, "失败"))

    assert tianjin.get_one(BankAccount, account_id).name_check is NameCheck.MATCHED


def test_a_batch_that_the_bank_refused_whole_is_paid_by_another(tianjin: Session, sent: Sent):
    booked = sent.refuse()
    again = sent.refuse()
    waits = held(sent)
    sent.office.confirm(sent.batch, booked.file_id)
    lines = tianjin.scalars(select(BankLine).order_by(BankLine.line_no)).all()

    assert outcomes(booked) == {"failed": 3}
    assert again == booked
    assert set(sent.states()) == {PayoutState.FAILED}
    assert waits == [HeldReason.ANSWER_UNCONFIRMED] * 3
    assert {line.reason_code.value for line in lines} == {"file_refused"}
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 225_000, AccountKind.PAYEE_PAYABLE: -225_000}
    with pytest.raises(IllegalTransition):  # its file must not reach the bank any more
        sent.office.fetch(sent.batch)
    assert sent.office.prepare_one().total_fen == 225_000


def test_a_batch_of_which_the_bank_paid_something_was_not_refused_whole(sent: Sent):
    sent.book(an_answer(sent.daifa, "成功", "处理中", "处理中"))

    with pytest.raises(answers.BatchAnswered):
        sent.refuse()


@pytest.mark.parametrize("note", [b"", b" \r\n"])
def test_an_empty_note_refuses_nothing(sent: Sent, note: bytes):
    with pytest.raises(answers.AnswerFileRefused) as refusal:
        sent.refuse(note)

    assert [reason["code"] for reason in refusal.value.details["reasons"]] == ["empty_file"]


def test_the_same_note_may_refuse_two_batches(tianjin: Session):
    office = an_office(tianjin)
    for name in NAMES[:2]:
        a_family(tianjin, name=name)
        batch, _ = office.send()
        answers.book_refusal(tianjin, b"B004", batch_id=batch.id, actor=office.preparer, at=AT)

    assert tianjin.scalar(select(func.count()).where(BankFile.kind == FileKind.REFUSAL)) == 2


def test_money_moves_on_the_day_the_bank_names(tianjin: Session, sent: Sent):
    settled = AT.replace(day=3)
    answers.book_answer(
        tianjin,
        as_file(answer_rows(sent.daifa, outcomes=("成功", "失败", "处理中"), settled="20261202")),
        kind=FileKind.ANSWER,
        batch_id=sent.batch.id,
        actor=sent.office.preparer,
        at=settled,
    )

    days = tianjin.execute(
        select(Transfer.cause_kind, Transfer.booked_on).where(Transfer.cause_kind.in_(["payout_paid", "payout_failed"]))
    )
    assert dict(list(days)) == dict.fromkeys(("payout_paid", "payout_failed"), date(2026, 12, 2))
    assert set(tianjin.scalars(select(BankLine.settled_on))) == {date(2026, 12, 2)}


@pytest.mark.parametrize("settled", ["20261201", "20261203"])
def test_a_day_before_the_file_went_out_or_after_today_is_refused(sent: Sent, settled: str):
    with pytest.raises(answers.AnswerFileRefused) as refusal:
        sent.book(as_file(answer_rows(sent.daifa, settled=settled)))

    assert {reason["code"] for reason in refusal.value.details["reasons"]} == {"day_impossible"}


def test_a_file_with_more_rows_than_payments_is_refused_without_being_read(sent: Sent):
    with pytest.raises(answers.AnswerFileRefused) as refusal:
        sent.book(b"a\n" * 100_000)

    assert [reason["code"] for reason in refusal.value.details["reasons"]] == ["too_many_rows"]


BAD_LINES = [
    ({"outcome": "perhaps"}, "ck_bank_line_outcome"),
    ({"reason_code": "陈玉兰"}, "ck_bank_line_failure_reason"),
    ({"bank_reference": "陈玉兰"}, "ck_bank_line_bank_reference"),
    ({"bank_reason_code": "a b"}, "ck_bank_line_bank_reason_code"),
    ({}, "uq_bank_line_file_id_payout_id"),
]


@pytest.mark.parametrize(("change", "constraint"), BAD_LINES, ids=[constraint for _, constraint in BAD_LINES])
def test_the_database_keeps_codes_only_and_one_line_for_each_payout(
    tianjin: Session, sent: Sent, change: dict, constraint: str
):
    sent.book(an_answer(sent.daifa, "失败"))
    line = tianjin.scalars(select(BankLine)).first()
    columns = [column for column in BankLine.__table__.columns if column.name not in {"id", "line_no", *change}]
    values = {column.name: getattr(line, column.name) for column in columns} | {"id": new_id(), "line_no": 99}
    unchecked = {name: literal_column(f"'{value}'") for name, value in change.items()}

    with pytest.raises(exc.IntegrityError, match=constraint), tianjin.begin_nested():
        tianjin.execute(insert(BankLine).values(values | unchecked))


def test_a_stored_file_that_was_altered_is_given_to_nobody(tianjin: Session, sent: Sent):
    other = bank_files.current_settings().key_ring.encrypt("eA==", context=bank_files.CONTENT)
    tianjin.execute(update(BankFileContent).values(content_enc=other))

    with pytest.raises(bank_files.FileAltered):
        sent.office.fetch(sent.batch)


def test_a_payment_made_again_names_the_one_that_failed(tianjin: Session, sent: Sent):
    sent.free(sent.book(an_answer(sent.daifa, "失败")))
    lose_day(tianjin, sent.families[0], 30)
    sent.office.compute()
    (again,) = sent.office.prepare(at=AT + timedelta(minutes=1)).batches

    page = batches.page_payouts(
        tianjin, batch_id=again.id, actor=sent.office.approver, page=batches.PageRequest(limit=10)
    )

    first = tianjin.scalars(select(Payout).where(Payout.state == PayoutState.FAILED)).one()
    assert [(line.reissue_of, line.amount_fen) for line in page.items] == [(first.id, 72_500)]
    assert (page.items[0].payee_name, page.items[0].holder_name) == ("陈*兰", "陈*兰")


def test_more_batches_take_no_more_statements(tianjin: Session, sent: Sent):
    office, counts = sent.office, []
    for name in NAMES:
        a_family(tianjin, name=name)
        batch, file = office.send()
        answers.book_answer(
            tianjin, an_answer(file.content), kind=FileKind.ANSWER, batch_id=batch.id, actor=office.preparer, at=AT
        )
        with statements(beginning="") as made:
            listed = batches.list_batches(tianjin, actor=office.approver, page=batches.PageRequest(limit=10))
        counts.append((len(listed.items), len(made)))

    assert counts == [(2, 5), (3, 5), (4, 5)]
