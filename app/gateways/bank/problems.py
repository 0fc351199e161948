"""What can be wrong with a bank file: a stable code, where it is, and a sentence in Chinese and English.

No sentence repeats a name, an account or an identity number: they go to screens and logs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import ClassVar, Literal

Language = Literal["zh", "en"]

MOST_REASONS = 200  # a wrong file of 20 MiB has one for every row


class ProblemCode(StrEnum):
    # what we would send
    FORMULA_CELL = "formula_cell"
    FORBIDDEN_CHARACTER = "forbidden_character"
    OUTER_SPACE = "outer_space"
    NOT_ENCODABLE = "not_encodable"
    # ISO 20022
    NOT_XML = "not_xml"
    DOCTYPE = "doctype"
    SCHEMA = "schema"
    COUNT_DIFFERS = "count_differs"
    TOTAL_DIFFERS = "total_differs"
    SERIAL_DOUBLED = "serial_doubled"
    CURRENCY = "currency"
    AMOUNT = "amount"
    TOO_LONG = "too_long"
    # what comes back
    ENCODING = "encoding"
    NOT_CSV = "not_csv"
    EMPTY_FILE = "empty_file"
    TOO_MANY_ROWS = "too_many_rows"
    HEADER_MISSING = "header_missing"
    COLUMN_MISSING = "column_missing"
    COLUMN_DOUBLED = "column_doubled"
    CELL_COUNT = "cell_count"
    UNREADABLE_NUMBER = "unreadable_number"
    UNREADABLE_DATE = "unreadable_date"
    UNKNOWN_OUTCOME = "unknown_outcome"
    NOT_A_STATUS_REPORT = "not_a_status_report"
    UNKNOWN_STATUS = "unknown_status"
    FIELD_MISSING = "field_missing"
    NO_LINES = "no_lines"
    OTHER_BATCH = "other_batch"
    COUNT_CHANGED = "count_changed"
    TOTAL_CHANGED = "total_changed"
    AMOUNT_CHANGED = "amount_changed"
    NAME_CHANGED = "name_changed"
    ACCOUNT_CHANGED = "account_changed"
    DAY_IMPOSSIBLE = "day_impossible"
    UNKNOWN_SERIAL = "unknown_serial"
    LINE_MISSING = "line_missing"
    NOT_A_RETURN = "not_a_return"


_ZH: dict[ProblemCode, str] = {
    ProblemCode.FORMULA_CELL: "{field}以公式符号（= + - @）开头，不能写入文件，请更正",
    ProblemCode.FORBIDDEN_CHARACTER: "{field}含有换行或看不见的字符，请更正",
    ProblemCode.OUTER_SPACE: "{field}前后有空格，请去掉",
    ProblemCode.NOT_ENCODABLE: "{field}中有银行文件编码写不出的字",
    ProblemCode.NOT_XML: "不是可读的 XML 文件",
    ProblemCode.DOCTYPE: "XML 文件不得含有 DOCTYPE",
    ProblemCode.SCHEMA: "不符合 pain.001.001.09 的格式要求",
    ProblemCode.COUNT_DIFFERS: "文件头笔数与明细笔数不符",
    ProblemCode.TOTAL_DIFFERS: "文件头总金额与明细合计不符",
    ProblemCode.SERIAL_DOUBLED: "流水号 {serial} 重复",
    ProblemCode.CURRENCY: "币种不是人民币（CNY）",
    ProblemCode.AMOUNT: "金额须大于零且精确到分",
    ProblemCode.TOO_LONG: "{field}超长",
    ProblemCode.ENCODING: "文件编码无法识别，须为 GB18030 或 UTF-8",
    ProblemCode.NOT_CSV: "不是可读的 CSV 文件",
    ProblemCode.EMPTY_FILE: "文件是空的",
    ProblemCode.TOO_MANY_ROWS: "行数多于本批次的笔数，其余未读",
    ProblemCode.HEADER_MISSING: "文件头缺少{field}",
    ProblemCode.COLUMN_MISSING: "缺少“{field}”一列",
    ProblemCode.COLUMN_DOUBLED: "“{field}”一列出现两次",
    ProblemCode.CELL_COUNT: "列数与标题行不一致",
    ProblemCode.UNREADABLE_NUMBER: "{field}不是可读的数字",
    ProblemCode.UNREADABLE_DATE: "{field}不是可读的日期",
    ProblemCode.UNKNOWN_OUTCOME: "处理结果不是“成功、失败、处理中、退票”之一",
    ProblemCode.NOT_A_STATUS_REPORT: "不是 pain.002 支付状态报告",
    ProblemCode.UNKNOWN_STATUS: "交易状态不是已知的 ISO 20022 代码",
    ProblemCode.FIELD_MISSING: "缺少{field}",
    ProblemCode.NO_LINES: "文件中没有明细",
    ProblemCode.OTHER_BATCH: "批号不是本批次的",
    ProblemCode.COUNT_CHANGED: "笔数与本批次不符",
    ProblemCode.TOTAL_CHANGED: "总金额与本批次不符",
    ProblemCode.AMOUNT_CHANGED: "流水号 {serial} 的金额与本批次不符",
    ProblemCode.NAME_CHANGED: "流水号 {serial} 的户名与本批次不符",
    ProblemCode.ACCOUNT_CHANGED: "流水号 {serial} 的账号与本批次不符",
    ProblemCode.DAY_IMPOSSIBLE: "流水号 {serial} 的清算日期早于文件取出之日或晚于今天",
    ProblemCode.UNKNOWN_SERIAL: "流水号不在本批次中",
    ProblemCode.LINE_MISSING: "缺少流水号 {serial} 的结果",
    ProblemCode.NOT_A_RETURN: "流水号 {serial} 的结果不是退票",
}

_EN: dict[ProblemCode, str] = {
    ProblemCode.FORMULA_CELL: "{field} starts with a formula sign (= + - @) and cannot be written, please correct it",
    ProblemCode.FORBIDDEN_CHARACTER: "{field} holds a line break or an invisible character, please correct it",
    ProblemCode.OUTER_SPACE: "{field} begins or ends with a space, please remove it",
    ProblemCode.NOT_ENCODABLE: "{field} holds a character that the bank file's encoding cannot write",
    ProblemCode.NOT_XML: "this is not a readable XML file",
    ProblemCode.DOCTYPE: "the XML file must not hold a DOCTYPE",
    ProblemCode.SCHEMA: "the file does not follow the pain.001.001.09 schema",
    ProblemCode.COUNT_DIFFERS: "the count in the header is not the number of payments",
    ProblemCode.TOTAL_DIFFERS: "the total in the header is not the sum of the payments",
    ProblemCode.SERIAL_DOUBLED: "serial {serial} appears twice",
    ProblemCode.CURRENCY: "the currency is not CNY",
    ProblemCode.AMOUNT: "the amount must be above zero and exact to the fen",
    ProblemCode.TOO_LONG: "{field} is too long",
    ProblemCode.ENCODING: "the file's encoding cannot be told, it must be GB18030 or UTF-8",
    ProblemCode.NOT_CSV: "this is not a readable CSV file",
    ProblemCode.EMPTY_FILE: "the file is empty",
    ProblemCode.TOO_MANY_ROWS: "there are more rows than payments in this batch, the rest was not read",
    ProblemCode.HEADER_MISSING: "the header lacks the {field}",
    ProblemCode.COLUMN_MISSING: "the column of the {field} is missing",
    ProblemCode.COLUMN_DOUBLED: "the column of the {field} is there twice",
    ProblemCode.CELL_COUNT: "the number of cells is not that of the headings",
    ProblemCode.UNREADABLE_NUMBER: "the {field} is not a readable number",
    ProblemCode.UNREADABLE_DATE: "the {field} is not a readable date",
    ProblemCode.UNKNOWN_OUTCOME: "the outcome is none of 成功 (paid), 失败 (failed), 处理中 (unknown), 退票 (returned)",
    ProblemCode.NOT_A_STATUS_REPORT: "this is no payment status report (pain.002)",
    ProblemCode.UNKNOWN_STATUS: "the transaction's status is no known ISO 20022 code",
    ProblemCode.FIELD_MISSING: "the {field} is missing",
    ProblemCode.NO_LINES: "the file holds no lines",
    ProblemCode.OTHER_BATCH: "the batch number is not this batch's",
    ProblemCode.COUNT_CHANGED: "the count is not this batch's",
    ProblemCode.TOTAL_CHANGED: "the total is not this batch's",
    ProblemCode.AMOUNT_CHANGED: "the amount of serial {serial} is not the one we sent",
    ProblemCode.NAME_CHANGED: "the name of serial {serial} is not the one we sent",
    ProblemCode.ACCOUNT_CHANGED: "the account number of serial {serial} is not the one we sent",
    ProblemCode.DAY_IMPOSSIBLE: "serial {serial} was settled before our file was fetched, or later than today",
    ProblemCode.UNKNOWN_SERIAL: "the serial is not of this batch",
    ProblemCode.LINE_MISSING: "the outcome of serial {serial} is missing",
    ProblemCode.NOT_A_RETURN: "the outcome of serial {serial} is not a return",
}

_FIELDS: dict[str, tuple[str, str]] = {
    "batch_number": ("批号", "batch number"),
    "count": ("笔数", "count"),
    "total": ("总金额", "total"),
    "serial": ("流水号", "serial"),
    "name": ("户名", "payee name"),
    "bank_name": ("开户行名称", "bank name"),
    "debtor_name": ("付款户名", "debtor name"),
    "debtor_bank_name": ("付款行名称", "debtor bank name"),
    "purpose": ("用途", "purpose"),
    "account": ("账号", "account number"),
    "amount": ("金额", "amount"),
    "outcome": ("处理结果", "outcome"),
    "bank_reference": ("银行流水号", "bank reference"),
    "bank_reason_code": ("原因代码", "reason code"),
    "reason_text": ("原因", "reason"),
    "settled_on": ("清算日期", "settlement date"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line_no` counts from 1: a file's line, or a payment's place in its batch."""

    code: ProblemCode
    line_no: int | None = None
    field: str = ""
    serial: str = ""

    def sentence(self, language: Language) -> str:
        zh, en = _FIELDS.get(self.field, ("", ""))
        if language == "zh":
            place = f"第 {self.line_no} 行：" if self.line_no else ""
            return place + _ZH[self.code].format(field=zh, serial=self.serial)
        place = f"line {self.line_no}: " if self.line_no else ""
        return place + _EN[self.code].format(field=en, serial=self.serial)


class BankFileProblems(Exception):
    """Base of refusals: the file is refused whole, and `reasons` lists what was found, the first 200."""

    code: ClassVar[str]

    def __init__(self, reasons: Iterable[Problem]) -> None:
        self.reasons = tuple(islice(reasons, MOST_REASONS))
        super().__init__(self.code)

    @classmethod
    def raise_any(cls, problems: Iterable[Problem]) -> None:
        """Refuse when there are problems; no more of them are looked for than can be told."""
        found = tuple(islice(problems, MOST_REASONS))
        if found:
            raise cls(found)


class BatchNotWritable(BankFileProblems):
    """The batch holds text that a bank file cannot carry; nothing was written."""

    code = "batch_not_writable"


class AnswerFileRejected(BankFileProblems):
    """The bank's file cannot be read or does not agree with the batch; nothing of it may be booked."""

    code = "answer_file_rejected"
