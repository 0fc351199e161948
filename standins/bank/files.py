"""The bank's side of its files: reads a 代发 file as strictly as a bank does, writes 回盘 and 退票 files.

Shares no code with the product on purpose: a mistake in one is not repeated in the other.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

HEADER_LABELS = ["批号", "笔数", "总金额(元)", "币种", "付款账号", "付款户名", "付款行行号", "执行日期"]
COLUMNS = ["序号", "流水号", "户名", "证件号码", "账号", "开户行行号", "开户行名称", "金额(元)", "用途"]
ANSWER_COLUMNS = ["序号", "流水号", "户名", "金额(元)", "处理结果", "银行流水号", "原因代码", "原因", "清算日期"]
MAX_PURPOSE = 40


class Refused(Exception):
    """The bank takes nothing of the file."""

    def __init__(self, code: str, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.line = code, message, line


@dataclass(frozen=True)
class Order:
    """One payment as ordered."""

    serial: str
    name: str
    account: str
    bank_code: str
    amount_fen: int
    purpose: str


@dataclass(frozen=True)
class Instruction:
    """One batch as ordered."""

    number: str
    execute_on: date
    orders: tuple[Order, ...]


@dataclass(frozen=True)
class Result:
    """One row of a file that goes back."""

    order: Order
    word: str
    reference: str
    reason_code: str
    reason: str
    settled_on: date | None


def read_batch(body: bytes, *, max_rows: int) -> Instruction:
    """Read and check a batch; raises Refused with the first thing that is wrong."""
    rows = _rows(body)
    header = _header(rows[0])
    if rows[1] != COLUMNS:
        raise Refused("B002", "标题行不符", line=2)
    orders = tuple(_order(row, line=line) for line, row in enumerate(rows[2:], start=3))
    total_fen = fen_of(header["总金额(元)"], line=1)
    check_orders(orders, count=header["笔数"], total_fen=total_fen, max_rows=max_rows)
    return Instruction(number=header["批号"], execute_on=_day(header["执行日期"]), orders=orders)


def check_orders(orders: tuple[Order, ...], *, count: str, total_fen: int, max_rows: int) -> None:
    """Hold a batch's payments against the figures of its header."""
    if len(orders) > max_rows:
        raise Refused("B006", f"单批最多{max_rows}笔")
    if count != str(len(orders)):
        raise Refused("B004", "请求交易笔数与明细笔数不符")
    if total_fen != sum(order.amount_fen for order in orders):
        raise Refused("B005", "金额合计数不符")
    if len({order.serial for order in orders}) != len(orders):
        raise Refused("B008", "批内流水号重复")


def write_results(number: str, results: list[Result], *, encoding: str) -> bytes:
    """Write a 回盘 or 退票 file; header count and total are those of its own rows."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\r\n")
    total_fen = sum(result.order.amount_fen for result in results)
    out.writerow(["批号", number, "笔数", len(results), "总金额(元)", _yuan(total_fen)])
    out.writerow(ANSWER_COLUMNS)
    for place, result in enumerate(results, start=1):
        order = result.order
        settled = result.settled_on.strftime("%Y%m%d") if result.settled_on else ""
        payment = (place, order.serial, order.name, _yuan(order.amount_fen))
        out.writerow([*payment, result.word, result.reference, result.reason_code, result.reason, settled])
    return text.getvalue().encode(encoding)


def _rows(body: bytes) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(body.decode("gb18030"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Refused("B001", "文件无法读取") from None
    if len(rows) < 3:
        raise Refused("B001", "文件无明细")
    return rows


def _header(row: list[str]) -> dict[str, str]:
    header = dict(zip(row[::2], row[1::2], strict=False))
    if row[::2] != HEADER_LABELS or not all(header.values()):
        raise Refused("B002", "文件头不符", line=1)
    if header["币种"] != "CNY":
        raise Refused("B003", "币种不支持", line=1)
    return header


def _order(row: list[str], *, line: int) -> Order:
    if len(row) != len(COLUMNS):
        raise Refused("B002", "列数不符", line=line)
    cells = dict(zip(COLUMNS, row, strict=True))
    if not all(cells[column] for column in ("流水号", "户名", "账号", "开户行行号", "用途")):
        raise Refused("B009", "必填项为空", line=line)
    if not re.fullmatch(r"[0-9]{12}", cells["开户行行号"]):
        raise Refused("B010", "开户行行号格式错误", line=line)
    if len(cells["用途"]) > MAX_PURPOSE:
        raise Refused("B011", f"用途超过{MAX_PURPOSE}个字", line=line)
    amount_fen = fen_of(cells["金额(元)"], line=line)
    if amount_fen == 0:
        raise Refused("B007", "金额不能为0", line=line)
    return Order(cells["流水号"], cells["户名"], cells["账号"], cells["开户行行号"], amount_fen, cells["用途"])


def fen_of(text: str, *, line: int | None) -> int:
    """Yuan with two decimals, as the bank demands it."""
    if not re.fullmatch(r"[0-9]{1,13}\.[0-9]{2}", text):
        raise Refused("B012", "金额格式错误", line=line)
    return int(text.replace(".", ""))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("B002", "执行日期格式错误", line=1) from None


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
