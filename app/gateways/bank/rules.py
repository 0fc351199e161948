"""Which texts may go into a bank file. A name must reach the bank letter by letter, so we refuse instead of mending."""

import unicodedata
from collections.abc import Iterable, Iterator

from app.gateways.bank.problems import Problem, ProblemCode
from app.gateways.bank.types import Account, PaymentBatch

# The full-width forms start a formula too in spreadsheets set to East Asian languages.
_FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")
# Control, format (bidirectional marks, zero-width), surrogates, line and paragraph separators.
_FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_NO_XML_CHARACTERS = {"\ufffe", "\uffff"}


def find_text_problems(batch: PaymentBatch, *, encoding: str) -> tuple[Problem, ...]:
    """Every text of the batch that cannot be written in `encoding`, or that a spreadsheet would run as a formula."""
    return tuple(
        Problem(code, line_no=line_no, field=field)
        for line_no, field, text in _texts(batch)
        for code in _judge_text(text, encoding=encoding)
    )


def is_plain(text: str) -> bool:
    """Say whether every character can be seen and written: no line breaks, controls or invisible marks."""
    return not any(unicodedata.category(char) in _FORBIDDEN_CATEGORIES or char in _NO_XML_CHARACTERS for char in text)


def _texts(batch: PaymentBatch) -> Iterator[tuple[int | None, str, str]]:
    for field, text in _account_texts(batch.debtor):
        yield None, f"debtor_{field}", text
    for line_no, line in enumerate(batch.lines, start=1):
        for field, text in (*_account_texts(line.payee), ("purpose", line.purpose)):
            yield line_no, field, text


def _account_texts(account: Account) -> Iterable[tuple[str, str]]:
    return (("name", account.name), ("bank_name", account.bank_name or ""))


def _judge_text(text: str, *, encoding: str) -> Iterator[ProblemCode]:
    if text.strip().startswith(_FORMULA_SIGNS) or text.startswith(_FORMULA_SIGNS):
        yield ProblemCode.FORMULA_CELL
    if not is_plain(text):
        yield ProblemCode.FORBIDDEN_CHARACTER
    if text != text.strip():
        yield ProblemCode.OUTER_SPACE
    if not _survives(text, encoding=encoding):
        yield ProblemCode.NOT_ENCODABLE


def _survives(text: str, *, encoding: str) -> bool:
    """Encodings with private-use areas may write a character that reads back as another one."""
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False
