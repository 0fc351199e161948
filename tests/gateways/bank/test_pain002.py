"""Payment status reports (pain.002): read as a 回盘 is, and refused whole for the same faults."""

from collections.abc import Callable
from datetime import date

import pytest

from app.gateways.bank import pain002
from app.gateways.bank.answers import match
from app.gateways.bank.problems import AnswerFileRejected
from app.gateways.bank.types import FailureReason, Outcome, PaymentBatch
from standins.bank.files import Order, Result
from standins.bank.reports import write_report
from tests.gateways.bank.factories import a_batch

WORDS = ("成功", "失败", "处理中")
REASONS = ("", "户名不符", "")
SETTLED_ON = date(2026, 12, 1)


@pytest.fixture
def batch() -> PaymentBatch:
    return a_batch()


def report_on(batch: PaymentBatch, *, reasons: tuple[str, ...] = REASONS, words: tuple[str, ...] = WORDS) -> bytes:
    results = [
        Result(
            order=Order(
                line.serial, line.payee.name, line.payee.number, line.payee.bank_code, line.amount_fen, line.purpose
            ),
            word=word,
            reference=f"BK{number:010d}",
            reason_code="",
            reason=reason,
            settled_on=None if word == "处理中" else SETTLED_ON,
        )
        for number, (line, word, reason) in enumerate(zip(batch.lines, words, reasons, strict=True))
    ]
    return write_report(batch.batch_number, results)


def refused(data: bytes, *, batch: PaymentBatch | None = None, most_rows: int = 100) -> set[str]:
    def judge() -> None:
        answer = pain002.read(data, most_rows=most_rows)
        if batch is not None:
            match(answer, batch=batch)

    with pytest.raises(AnswerFileRejected) as error:
        judge()
    return {problem.code.value for problem in error.value.reasons}


def test_every_payments_status_is_read_and_agrees_with_the_batch(batch: PaymentBatch):
    matched = match(pain002.read(report_on(batch), most_rows=3), batch=batch)

    lines = [line.answer for line in matched.lines]
    assert [line.outcome for line in lines] == [Outcome.PAID, Outcome.FAILED, Outcome.UNKNOWN]
    assert [line.reason_code for line in lines] == [None, FailureReason.NAME_MISMATCH, None]
    assert [line.settled_on for line in lines] == [SETTLED_ON, None, None]
    assert lines[0].bank_reference == "BK0000000000"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("户名不符", FailureReason.NAME_MISMATCH),
        ("账号不存在", FailureReason.NO_SUCH_ACCOUNT),
        ("账户已销户", FailureReason.ACCOUNT_CLOSED),
        ("账户冻结", FailureReason.ACCOUNT_FROZEN),
        ("行号错误", FailureReason.BAD_BANK_CODE),
        ("账户状态异常", FailureReason.ACCOUNT_ABNORMAL),  # by the bank's words, its code says nothing
        ("收款人类型错误", FailureReason.PAYEE_TYPE),
        ("系统原因", FailureReason.OTHER),
    ],
)
def test_reasons_are_the_codes_or_else_the_banks_words(batch: PaymentBatch, reason: str, expected: FailureReason):
    answer = pain002.read(report_on(batch, reasons=("", reason, "")), most_rows=3)

    assert answer.lines[1].reason_code is expected


@pytest.mark.parametrize("status", ["ACTC", "ACCP", "ACSP", "ACWC", "PDNG", "RCVD"])
def test_what_is_only_accepted_is_not_paid(batch: PaymentBatch, status: str):
    data = report_on(batch).replace(b">ACSC<", f">{status}<".encode())

    assert pain002.read(data, most_rows=3).lines[0].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("version", ["03", "09", "10", "12"])
def test_versions_differ_in_where_the_payees_name_stands(batch: PaymentBatch, version: str):
    data = report_on(batch).replace(b"pain.002.001.10", f"pain.002.001.{version}".encode())
    if version == "03":
        data = data.replace(b"<Pty>", b"").replace(b"</Pty>", b"")

    assert match(pain002.read(data, most_rows=3), batch=batch).lines[0].answer.outcome is Outcome.PAID


CHANGES: list[tuple[str, Callable[[bytes, PaymentBatch], bytes], str]] = [
    ("another batch", lambda data, batch: data.replace(batch.batch_number.encode(), b"B999"), "other_batch"),
    ("count", lambda data, _: data.replace(b"<OrgnlNbOfTxs>3", b"<OrgnlNbOfTxs>4"), "count_changed"),
    ("total", lambda data, _: data.replace(b"<OrgnlCtrlSum>", b"<OrgnlCtrlSum>9"), "total_changed"),
    (
        "amount",
        lambda data, batch: data.replace(_amount(batch), b"0.01"),
        "amount_changed",
    ),
    ("name", lambda data, batch: data.replace(batch.lines[0].payee.name.encode(), "别人".encode()), "name_changed"),
    (
        "account",
        lambda data, batch: data.replace(batch.lines[0].payee.number.encode(), b"6222000000000000"),
        "account_changed",
    ),
    ("serial", lambda data, batch: data.replace(batch.lines[0].serial.encode(), b"PXXX"), "unknown_serial"),
    (
        "missing",
        lambda data, batch: data.replace(batch.lines[0].serial.encode(), batch.lines[1].serial.encode()),
        "line_missing",
    ),
]


def _serial(batch: PaymentBatch, number: int) -> bytes:
    return batch.lines[number].serial.encode()


def _amount(batch: PaymentBatch) -> bytes:
    fen = batch.lines[0].amount_fen
    return f"{fen // 100}.{fen % 100:02d}".encode()


@pytest.mark.parametrize(
    ("change", "code"), [(change, code) for _, change, code in CHANGES], ids=[n for n, *_ in CHANGES]
)
def test_a_report_that_differs_from_the_batch_is_refused_whole(
    batch: PaymentBatch, change: Callable[[bytes, PaymentBatch], bytes], code: str
):
    assert code in refused(change(report_on(batch), batch), batch=batch)


def test_a_status_nobody_knows_or_without_amount_and_payee_is_refused(batch: PaymentBatch):
    data = report_on(batch)

    assert refused(data.replace(b">ACSC<", b">PAID<")) == {"unknown_status"}
    assert refused(data.replace(b"InstdAmt", b"EqvtAmt")) == {"unreadable_number"}
    assert refused(data.replace(b"<Nm>", b"<Nn>").replace(b"</Nm>", b"</Nn>")) == {"field_missing"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a>", "not_xml"),
        (b"<a/>", "not_a_status_report"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "doctype"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>', "not_a_status_report"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>', "not_a_status_report"),
    ],
)
def test_what_is_no_report_is_refused(data: bytes, code: str):
    assert refused(data) == {code}


def test_more_payments_than_the_batch_has_are_not_read(batch: PaymentBatch):
    assert refused(report_on(batch), most_rows=2) == {"too_many_rows"}


def test_a_report_is_told_from_a_csv_by_its_first_sign(batch: PaymentBatch):
    assert pain002.is_message(report_on(batch))
    assert pain002.is_message(b"\xef\xbb\xbf\n <a/>")
    assert not pain002.is_message("批号,B1\n".encode())
