"""Write the 代发 file: one CSV per batch, the form most Chinese banks take for paying many people at once.

The first record is label and value in turn (批号, 笔数, 总金额 and the paying account), the second the headings, then
one record a payment. Banks check the header's count and total against the rows. The exact columns differ from bank
to bank; this set is assumed and holds the fields banks ask for.
"""

import csv
import io

from app.gateways.bank.problems import BatchNotWritable
from app.gateways.bank.rules import find_text_problems
from app.gateways.bank.types import PaymentBatch, PaymentLine
from app.kernel.money import yuan

DEFAULT_ENCODING = "gb18030"
HEADINGS = ("序号", "流水号", "户名", "证件号码", "账号", "开户行行号", "开户行名称", "金额(元)", "用途")


def write(batch: PaymentBatch, *, encoding: str = DEFAULT_ENCODING) -> bytes:
    """Give the batch's file: the same batch always gives the same bytes.

    Raises BatchNotWritable, before anything is written, when a text starts like a formula, holds invisible characters
    or cannot be written in `encoding`.
    """
    problems = find_text_problems(batch, encoding=encoding)
    if problems:
        raise BatchNotWritable(problems)
    text = io.StringIO(newline="")
    records = csv.writer(text, lineterminator="\r\n")
    records.writerow(_header(batch))
    records.writerow(HEADINGS)
    records.writerows(_record(line, place=place) for place, line in enumerate(batch.lines, start=1))
    return text.getvalue().encode(encoding)


def _header(batch: PaymentBatch) -> tuple[str, ...]:
    return (
        *("批号", batch.batch_number),
        *("笔数", str(batch.count)),
        *("总金额(元)", yuan(batch.total_fen)),
        *("币种", "CNY"),
        *("付款账号", batch.debtor.number),
        *("付款户名", batch.debtor.name),
        *("付款行行号", batch.debtor.bank_code),
        *("执行日期", batch.execute_on.isoformat()),
    )


def _record(line: PaymentLine, *, place: int) -> tuple[str, ...]:
    return (
        str(place),
        line.serial,
        line.payee.name,
        "",  # no bank asked for it so far, and a number that is not sent cannot leak
        line.payee.number,
        line.payee.bank_code,
        line.payee.bank_name or "",
        yuan(line.amount_fen),
        line.purpose,
    )
