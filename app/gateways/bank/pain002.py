"""Read an ISO 20022 payment status report, pain.002.001.03 to .14, into the same answer as a 回盘 file.

We ask more than the schema: each payment's status must name amount and payee of the payment it speaks of, since an
answer about another payment must be noticed. A report without single payments says nothing that could be booked: a
refusal of the whole message is booked as such, an interim "accepted" not at all.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import cast

from lxml import etree

from app.gateways.bank.answers import code_of, judge_reason
from app.gateways.bank.problems import AnswerFileRejected, Problem, ProblemCode
from app.gateways.bank.rules import is_plain
from app.gateways.bank.types import AnswerLine, BankAnswer, FailureReason, Outcome
from app.kernel.money import fen_from_yuan

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(?:0[3-9]|1[0-4])")
# External status codes. Only settlement is payment; what a bank has merely accepted is not known yet.
OUTCOMES = {
    "ACSC": Outcome.PAID,
    "ACCC": Outcome.PAID,
    "RJCT": Outcome.FAILED,
    "CANC": Outcome.FAILED,
    **dict.fromkeys(("ACTC", "ACCP", "ACFC", "ACSP", "ACWC", "ACWP", "PDNG", "RCVD", "PATC", "ACIS"), Outcome.UNKNOWN),
}
# External reason codes that say the same as one of ours; of others the bank's words decide.
REASONS = {
    "AC01": FailureReason.NO_SUCH_ACCOUNT,
    "AC03": FailureReason.NO_SUCH_ACCOUNT,
    "AC04": FailureReason.ACCOUNT_CLOSED,
    "AC06": FailureReason.ACCOUNT_FROZEN,
    "AC07": FailureReason.ACCOUNT_CLOSED,
    "AC14": FailureReason.PAYEE_TYPE,
    "BE01": FailureReason.NAME_MISMATCH,
    "RC01": FailureReason.BAD_BANK_CODE,
    "RC04": FailureReason.BAD_BANK_CODE,
}
STATUS, ORIGINAL = "TxInfAndSts", "OrgnlTxRef"
DAYS = (f"{ORIGINAL}/IntrBkSttlmDt", "FctvIntrBkSttlmDt/Dt", "FctvIntrBkSttlmDt/DtTm", "AccptncDtTm")
NAMES = (f"{ORIGINAL}/Cdtr/Pty/Nm", f"{ORIGINAL}/Cdtr/Nm")
ACCOUNTS = (f"{ORIGINAL}/CdtrAcct/Id/Othr/Id", f"{ORIGINAL}/CdtrAcct/Id/IBAN")
MAX_TEXT = 140


def is_message(data: bytes) -> bool:
    """Say whether a file is XML, and so no CSV."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(data: bytes, *, most_rows: int) -> BankAnswer:
    """Read a report. Raises AnswerFileRejected with every unreadable place, and for more than `most_rows` payments."""
    root = _root(data)
    statuses = [element for element in root.iter() if _name(element) == STATUS]
    if len(statuses) > most_rows:
        raise AnswerFileRejected([Problem(ProblemCode.TOO_MANY_ROWS)])
    group = next((element for element in root.iter() if _name(element) == "OrgnlGrpInfAndSts"), None)
    AnswerFileRejected.raise_any(
        chain(_find_group_problems(group), chain.from_iterable(_find_problems(status) for status in statuses))
    )
    assert group is not None  # noqa: S101 - else it was a problem
    return BankAnswer(
        batch_number=_text(group, "OrgnlMsgId"),
        count=int(_text(group, "OrgnlNbOfTxs")),
        total_fen=fen_from_yuan(_text(group, "OrgnlCtrlSum")),
        lines=tuple(_line(status) for status in statuses),
    )


def _root(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise AnswerFileRejected([Problem(ProblemCode.NOT_XML)]) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise AnswerFileRejected([Problem(ProblemCode.DOCTYPE)])
    if not NAMESPACE.fullmatch(etree.QName(root).namespace or ""):
        raise AnswerFileRejected([Problem(ProblemCode.NOT_A_STATUS_REPORT)])
    return root


def _find_group_problems(group: etree._Element | None) -> Iterator[Problem]:
    if group is None:
        yield Problem(ProblemCode.NOT_A_STATUS_REPORT)
        return
    if not _text(group, "OrgnlMsgId"):
        yield Problem(ProblemCode.FIELD_MISSING, _place(group), field="batch_number")
    if not re.fullmatch(r"[0-9]{1,9}", _text(group, "OrgnlNbOfTxs")):
        yield Problem(ProblemCode.UNREADABLE_NUMBER, _place(group), field="count")
    if _fen(_text(group, "OrgnlCtrlSum")) is None:
        yield Problem(ProblemCode.UNREADABLE_NUMBER, _place(group), field="total")


def _find_problems(status: etree._Element) -> Iterator[Problem]:
    place = _place(status)
    if _text(status, "TxSts") not in OUTCOMES:
        yield Problem(ProblemCode.UNKNOWN_STATUS, place)
    if not _fen(_text(status, f"{ORIGINAL}/Amt/InstdAmt")):
        yield Problem(ProblemCode.UNREADABLE_NUMBER, place, field="amount")
    if not _first(status, NAMES):
        yield Problem(ProblemCode.FIELD_MISSING, place, field="name")
    if (told := _first(status, DAYS)) and _day(told) is None:
        yield Problem(ProblemCode.UNREADABLE_DATE, place, field="settled_on")
    for element in status.iter():
        text = (element.text or "").strip()
        if not is_plain(text):
            yield Problem(ProblemCode.FORBIDDEN_CHARACTER, _place(element))
        if len(text) > MAX_TEXT:
            yield Problem(ProblemCode.TOO_LONG, _place(element))


def _line(status: etree._Element) -> AnswerLine:
    outcome = OUTCOMES[_text(status, "TxSts")]
    code, words = _text(status, "StsRsnInf/Rsn/Cd"), _text(status, "StsRsnInf/AddtlInf")
    told = _first(status, DAYS)
    return AnswerLine(
        line_no=_place(status) or 1,
        serial=_text(status, "OrgnlEndToEndId"),
        name=_first(status, NAMES),
        amount_fen=fen_from_yuan(_text(status, f"{ORIGINAL}/Amt/InstdAmt")),
        outcome=outcome,
        account=_first(status, ACCOUNTS),
        bank_reference=code_of(_text(status, "AcctSvcrRef")),
        reason_code=(REASONS.get(code) or judge_reason(words)) if outcome is Outcome.FAILED else None,
        bank_reason_code=code_of(code),
        reason_text=words,
        settled_on=_day(told) if told and outcome is Outcome.PAID else None,
    )


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: etree._Element, path: str) -> str:
    """Text at a path of local names, whatever the version's namespace; empty when there is none."""
    found: etree._Element | None = element
    for name in path.split("/"):
        found = next((child for child in found if _name(child) == name), None) if found is not None else None
    return "" if found is None else (found.text or "").strip()


def _first(element: etree._Element, paths: tuple[str, ...]) -> str:
    return next((text for path in paths if (text := _text(element, path))), "")


def _place(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)


def _fen(text: str) -> int | None:
    try:
        return fen_from_yuan(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """A day, or the day of an instant as the bank writes it."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
