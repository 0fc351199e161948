"""Batches and answer files for tests; a test states only what it is about."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

from app.gateways.bank.types import Account, PaymentBatch, PaymentLine

FUND = Account(
    number="12050160000000001234",
    name="静海区长期护理保险支出户",
    bank_code="105110000015",
    bank_name="建设银行静海支行",
)
PAYEES = (
    Account(number="6222021000112345672", name="陈玉兰", bank_code="102110000018", bank_name="工商银行静海支行"),
    Account(number="6217001234567890122", name="买买提·吐尔逊", bank_code="105110000015"),
    Account(number="403000123456", name="欧阳䶮", bank_code="403110000017"),
)
ANSWER_COLUMNS = ["序号", "流水号", "户名", "金额(元)", "处理结果", "银行流水号", "原因代码", "原因", "清算日期"]


def an_account(**changes):
    return replace(PAYEES[0], **changes)


def a_line(**changes):
    line = PaymentLine(serial="P202611000001", payee=PAYEES[0], amount_fen=75_000, purpose="11月亲情护理补助")
    return replace(line, **changes)


def a_batch(*lines, **changes):
    amounts = (75_000, 70_001, 5)
    default = tuple(
        a_line(serial=f"P20261100000{place}", payee=payee, amount_fen=fen)
        for place, (payee, fen) in enumerate(zip(PAYEES, amounts, strict=True), start=1)
    )
    batch = PaymentBatch(
        batch_number="B20261203001",
        created_at=datetime(2026, 12, 3, 1, 30, tzinfo=UTC),
        execute_on=date(2026, 12, 4),
        debtor=FUND,
        lines=lines or default,
    )
    return replace(batch, **changes)


def answer_rows(batch):
    """An answer file as rows of cells, all paid: a test changes one cell and writes it with `as_file`."""
    total = f"{batch.total_fen // 100}.{batch.total_fen % 100:02d}"
    rows = [["批号", batch.batch_number, "笔数", str(batch.count), "总金额(元)", total], list(ANSWER_COLUMNS)]
    for place, line in enumerate(batch.lines, start=1):
        amount = f"{line.amount_fen // 100}.{line.amount_fen % 100:02d}"
        sent = [str(place), line.serial, line.payee.name, amount]
        rows.append([*sent, "成功", f"BK{place:06d}", "", "", "20261204"])
    return rows


def as_file(rows, encoding="gb18030"):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)
