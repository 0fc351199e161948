"""Read the bank's answer (回盘) and returns (退票) files, and hold them against the batch they answer.

A file is taken whole or refused whole, with every reason found. `read` judges the file alone, `match` and
`match_returns` judge it against the batch; none of them changes anything.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain

from app.gateways.bank.problems import AnswerFileRejected, Problem, ProblemCode
from app.gateways.bank.rules import is_plain
from app.gateways.bank.sheet import Record, Sheet, read_sheet
from app.gateways.bank.types import (
    AnswerLine,
    BankAnswer,
    FailureReason,
    MatchedAnswer,
    MatchedLine,
    Outcome,
    PaymentBatch,
    PaymentLine,
)
from app.kernel.money import fen_from_yuan

OUTCOMES = {
    "成功": Outcome.PAID,
    "失败": Outcome.FAILED,
    "处理中": Outcome.UNKNOWN,
    "退票": Outcome.RETURNED,
}

# Banks word a reason each in its own way; the part looked for is what their wordings share. The first that is found
# decides. Wordings after the first of each reason are assumed.
REASONS: tuple[tuple[FailureReason, tuple[str, ...]], ...] = (
    (FailureReason.NAME_MISMATCH, ("户名不符", "户名不一致", "名称不符")),
    (FailureReason.NO_SUCH_ACCOUNT, ("账号不存在", "账户不存在", "无此账号", "无此账户")),
    (FailureReason.ACCOUNT_CLOSED, ("已销户", "账户销户")),
    (FailureReason.ACCOUNT_FROZEN, ("账户冻结", "账户已冻结", "账户被冻结")),
    (FailureReason.ACCOUNT_ABNORMAL, ("账户状态异常", "账户异常")),
    (FailureReason.BAD_BANK_CODE, ("行号错误", "行号不存在")),
    (FailureReason.PAYEE_TYPE, ("收款人类型错误",)),
)

_COLUMNS = {
    "流水号": "serial",
    "户名": "name",
    "金额(元)": "amount",
    "处理结果": "outcome",
    "银行流水号": "bank_reference",
    "原因代码": "bank_reason_code",
    "原因": "reason_text",
    "清算日期": "settled_on",
}
_OPTIONAL = {"账号": "account"}
_HEADER = {"批号": "batch_number", "笔数": "count", "总金额(元)": "total"}
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_DATE_FORMS = {10: "%Y-%m-%d", 8: "%Y%m%d"}
_CODE = re.compile(r"[A-Za-z0-9._/-]{1,64}", re.ASCII)
_MASK = "*"
_MAX_TEXT = 140
MOST_ROWS = 50_000

Days = tuple[date, date]
"""The first and the last day on which payments can have been settled."""


def read(data: bytes, *, most_rows: int = MOST_ROWS) -> BankAnswer:
    """Read an answer or returns file, GB18030 or UTF-8 with or without a byte order mark.

    Spaces and tabs around a cell are dropped, since banks pad cells. Columns we do not know are ignored.
    Raises AnswerFileRejected with every unreadable place, and without reading on when there are more than `most_rows`.
    """
    sheet = read_sheet(data, header=_HEADER, columns=_COLUMNS, optional=_OPTIONAL, most_rows=most_rows)
    AnswerFileRejected.raise_any(
        chain(
            _find_header_problems(sheet),
            chain.from_iterable(_find_record_problems(record) for record in sheet.records),
        )
    )
    return BankAnswer(
        batch_number=sheet.header["batch_number"],
        count=int(sheet.header["count"]),
        total_fen=fen_from_yuan(sheet.header["total"]),
        lines=tuple(_line(record) for record in sheet.records),
    )


def match(answer: BankAnswer, *, batch: PaymentBatch, days: Days | None = None) -> MatchedAnswer:
    """Pair every payment of the batch with its answer; payments may still be in progress, but none may be missing.

    Raises AnswerFileRejected when the file is another batch's, disagrees with itself, differs from what we sent in
    any count, total, amount, name, account or serial, or says that a payment was settled outside of `days`.
    """
    problems = chain(
        _find_identity_problems(answer, batch=batch),
        _find_difference_from_batch(answer, batch=batch),
        _find_line_problems(answer, batch=batch, days=days),
        _find_missing(answer, batch=batch),
    )
    return _pair(answer, batch=batch, problems=problems)


def match_returns(answer: BankAnswer, *, batch: PaymentBatch, days: Days | None = None) -> MatchedAnswer:
    """Pair the payments that came back (退票, 冲账) with their rows; the file lists only those.

    Raises AnswerFileRejected like `match`, and when a row says anything but returned.
    """
    problems = chain(
        _find_identity_problems(answer, batch=batch),
        _find_line_problems(answer, batch=batch, days=days),
        (
            Problem(ProblemCode.NOT_A_RETURN, line_no=line.line_no, serial=line.serial)
            for line in answer.lines
            if line.outcome is not Outcome.RETURNED
        ),
    )
    return _pair(answer, batch=batch, problems=problems)


def judge_reason(text: str) -> FailureReason:
    """Say which of our reasons the bank's wording means; `OTHER` when it is none of them."""
    for reason, wordings in REASONS:
        if any(wording in text for wording in wordings):
            return reason
    return FailureReason.OTHER


# Reading


def _find_header_problems(sheet: Sheet) -> Iterator[Problem]:
    if not _COUNT.fullmatch(sheet.header["count"]):
        yield Problem(ProblemCode.UNREADABLE_NUMBER, line_no=1, field="count")
    if _fen(sheet.header["total"]) is None:
        yield Problem(ProblemCode.UNREADABLE_NUMBER, line_no=1, field="total")


def _find_record_problems(record: Record) -> Iterator[Problem]:
    cells, line_no = record.cells, record.line_no
    if not _fen(cells["amount"]):
        yield Problem(ProblemCode.UNREADABLE_NUMBER, line_no=line_no, field="amount")
    if cells["outcome"] not in OUTCOMES:
        yield Problem(ProblemCode.UNKNOWN_OUTCOME, line_no=line_no)
    if cells["settled_on"] and _day(cells["settled_on"]) is None:
        yield Problem(ProblemCode.UNREADABLE_DATE, line_no=line_no, field="settled_on")
    for field, cell in cells.items():
        if not is_plain(cell):
            yield Problem(ProblemCode.FORBIDDEN_CHARACTER, line_no=line_no, field=field)
        if len(cell) > _MAX_TEXT:
            yield Problem(ProblemCode.TOO_LONG, line_no=line_no, field=field)


def _line(record: Record) -> AnswerLine:
    cells = record.cells
    outcome = OUTCOMES[cells["outcome"]]
    came_back = outcome in (Outcome.FAILED, Outcome.RETURNED)
    return AnswerLine(
        line_no=record.line_no,
        serial=cells["serial"],
        name=cells["name"],
        amount_fen=fen_from_yuan(cells["amount"]),
        outcome=outcome,
        account=cells["account"],
        bank_reference=code_of(cells["bank_reference"]),
        reason_code=judge_reason(cells["reason_text"]) if came_back else None,
        bank_reason_code=code_of(cells["bank_reason_code"]),
        reason_text=cells["reason_text"],
        settled_on=_day(cells["settled_on"]),
    )


def code_of(text: str) -> str:
    """A bank's own code as it is, and nothing where it is no code: free text may name people."""
    return text if _CODE.fullmatch(text) else ""


def _fen(text: str) -> int | None:
    try:
        return fen_from_yuan(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """Banks write 2026-12-01 or 20261201."""
    form = _DATE_FORMS.get(len(text))
    if form is None or not text.isascii():
        return None
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007  a bank's booking day has no time and no zone
    except ValueError:
        return None


# Matching


def _find_identity_problems(answer: BankAnswer, *, batch: PaymentBatch) -> Iterator[Problem]:
    """Is it this batch's file, and does it agree with itself?"""
    if answer.batch_number != batch.batch_number:
        yield Problem(ProblemCode.OTHER_BATCH, line_no=1)
    if not answer.lines:
        yield Problem(ProblemCode.NO_LINES)
    if answer.count != len(answer.lines):
        yield Problem(ProblemCode.COUNT_DIFFERS, line_no=1)
    if answer.total_fen != sum(line.amount_fen for line in answer.lines):
        yield Problem(ProblemCode.TOTAL_DIFFERS, line_no=1)


def _find_difference_from_batch(answer: BankAnswer, *, batch: PaymentBatch) -> Iterator[Problem]:
    if answer.count != batch.count:
        yield Problem(ProblemCode.COUNT_CHANGED, line_no=1)
    if answer.total_fen != batch.total_fen:
        yield Problem(ProblemCode.TOTAL_CHANGED, line_no=1)


def _find_line_problems(answer: BankAnswer, *, batch: PaymentBatch, days: Days | None) -> Iterator[Problem]:
    sent = {line.serial: line for line in batch.lines}
    times: Counter[str] = Counter()
    for line in answer.lines:
        times[line.serial] += 1
        if times[line.serial] == 2:
            yield Problem(ProblemCode.SERIAL_DOUBLED, line_no=line.line_no, serial=line.serial)
        yield from _judge_line(line, payment=sent.get(line.serial), days=days)


def _judge_line(line: AnswerLine, *, payment: PaymentLine | None, days: Days | None) -> Iterator[Problem]:
    if payment is None:  # what stands there instead of a serial is the file's, so it is not repeated
        yield Problem(ProblemCode.UNKNOWN_SERIAL, line_no=line.line_no)
        return
    if line.amount_fen != payment.amount_fen:
        yield Problem(ProblemCode.AMOUNT_CHANGED, line_no=line.line_no, serial=payment.serial)
    if line.name != payment.payee.name:
        yield Problem(ProblemCode.NAME_CHANGED, line_no=line.line_no, serial=payment.serial)
    if not _may_be(line.account, number=payment.payee.number):
        yield Problem(ProblemCode.ACCOUNT_CHANGED, line_no=line.line_no, serial=payment.serial)
    if days and line.settled_on and not days[0] <= line.settled_on <= days[1]:
        yield Problem(ProblemCode.DAY_IMPOSSIBLE, line_no=line.line_no, serial=payment.serial)


def _may_be(told: str, *, number: str) -> bool:
    """Say whether an account as the bank writes it can be ours: whole, in groups, or its middle masked by stars."""
    told = told.replace(" ", "")
    head, mask, rest = told.partition(_MASK)
    if not mask:
        return told in ("", number)
    tail = rest.rpartition(_MASK)[2]
    return number.startswith(head) and number.endswith(tail)


def _find_missing(answer: BankAnswer, *, batch: PaymentBatch) -> Iterator[Problem]:
    answered = {line.serial for line in answer.lines}
    for payment in batch.lines:
        if payment.serial not in answered:
            yield Problem(ProblemCode.LINE_MISSING, serial=payment.serial)


def _pair(answer: BankAnswer, *, batch: PaymentBatch, problems: Iterable[Problem]) -> MatchedAnswer:
    AnswerFileRejected.raise_any(problems)
    answered = {line.serial: line for line in answer.lines}
    return MatchedAnswer(
        batch_number=batch.batch_number,
        lines=tuple(
            MatchedLine(payment=payment, answer=answered[payment.serial])
            for payment in batch.lines
            if payment.serial in answered
        ),
    )
