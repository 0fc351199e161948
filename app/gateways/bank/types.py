"""Payment batches as the bank gets them, and its answers as we read them.

Amounts are CNY in integer fen. What identifies a person or an account is kept out of `repr`, so that it cannot
slip into a log or an error report.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

MAX_REFERENCE = 35  # ISO 20022 Max35Text: batch number and serial go out as MsgId and EndToEndId
MAX_NAME = 140  # ISO 20022 Max140Text
MAX_PURPOSE = 40  # what banks that publish their interface allow
MAX_AMOUNT_FEN = 10**11

_REFERENCE = re.compile(rf"[A-Z0-9]{{1,{MAX_REFERENCE}}}", re.ASCII)
_ACCOUNT_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{4,33}", re.ASCII)
_BANK_CODE = re.compile(r"[0-9]{12}", re.ASCII)


class InvalidPayment(ValueError):
    """A value that no bank file can carry; `field` names it, the message never repeats it."""

    def __init__(self, field_name: str, expected: str) -> None:
        super().__init__(f"{field_name}: {expected}")
        self.field = field_name


def _require(holds: object, field_name: str, expected: str) -> None:
    if not holds:
        raise InvalidPayment(field_name, expected)


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account with its holder; `bank_code` is the CNAPS number (联行号), twelve digits.

    The card number's check digit is not required: old passbook numbers do not pass it.
    """

    number: str = field(repr=False)
    name: str = field(repr=False)
    bank_code: str
    bank_name: str | None = None

    def __post_init__(self) -> None:
        _require(_ACCOUNT_NUMBER.fullmatch(self.number), "number", "5 to 34 digits, capital letters or hyphens")
        _require(0 < len(self.name) <= MAX_NAME, "name", f"1 to {MAX_NAME} characters")
        _require(_BANK_CODE.fullmatch(self.bank_code), "bank_code", "12 digits")
        _require(self.bank_name is None or 0 < len(self.bank_name) <= MAX_NAME, "bank_name", f"at most {MAX_NAME}")


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment. `serial` is our reference for it, unique for ever, and the same on every retry."""

    serial: str
    payee: Account
    amount_fen: int
    purpose: str

    def __post_init__(self) -> None:
        _require(_REFERENCE.fullmatch(self.serial), "serial", "1 to 35 of A-Z and 0-9")
        _require(type(self.amount_fen) is int, "amount_fen", "a whole number of fen")
        _require(0 < self.amount_fen <= MAX_AMOUNT_FEN, "amount_fen", f"1 to {MAX_AMOUNT_FEN}")
        _require(0 < len(self.purpose) <= MAX_PURPOSE, "purpose", f"1 to {MAX_PURPOSE} characters")


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    """What is paid from one account on one day; frozen, so that count and total cannot drift from the lines."""

    batch_number: str
    created_at: datetime
    execute_on: date
    debtor: Account
    lines: tuple[PaymentLine, ...]

    def __post_init__(self) -> None:
        _require(_REFERENCE.fullmatch(self.batch_number), "batch_number", "1 to 35 of A-Z and 0-9")
        _require(self.created_at.utcoffset() is not None, "created_at", "an instant with its zone")
        _require(self.lines, "lines", "at least one payment")
        _require(len({line.serial for line in self.lines}) == len(self.lines), "lines", "each serial once")

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


class Outcome(StrEnum):
    """What the bank says of one payment. `PAID` can still be followed by `RETURNED` days later."""

    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RETURNED = "returned"


class FailureReason(StrEnum):
    NAME_MISMATCH = "name_mismatch"
    NO_SUCH_ACCOUNT = "no_such_account"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_ABNORMAL = "account_abnormal"
    ACCOUNT_FROZEN = "account_frozen"
    BAD_BANK_CODE = "bad_bank_code"
    PAYEE_TYPE = "payee_type"
    FILE_REFUSED = "file_refused"  # no answer file says so: the bank took nothing of the batch
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One row of an answer file; `line_no` is its line in the file, counted from 1.

    `reason_code` is ours and set for failed and returned payments only; `reason_text` is the bank's own, as given.
    `bank_reference` and `bank_reason_code` are empty unless they are codes: a bank's free text may name people.
    """

    line_no: int
    serial: str
    name: str = field(repr=False)
    amount_fen: int
    outcome: Outcome
    account: str = field(default="", repr=False)  # empty where the file has no such column
    bank_reference: str = ""
    reason_code: FailureReason | None = None
    bank_reason_code: str = ""
    reason_text: str = ""
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """An answer or returns file as it stands; `count` and `total_fen` are its header's, not yet checked."""

    batch_number: str
    count: int
    total_fen: int
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class MatchedLine:
    payment: PaymentLine
    answer: AnswerLine


@dataclass(frozen=True, slots=True)
class MatchedAnswer:
    """An answer that agrees with its batch in every line; `lines` in the order of the batch."""

    batch_number: str
    lines: tuple[MatchedLine, ...]

    def total_fen(self, outcome: Outcome) -> int:
        return sum(line.payment.amount_fen for line in self.lines if line.answer.outcome is outcome)
