"""Write and check ISO 20022 customer credit transfers, pain.001.001.09.

The schema cannot know that a header's count and total agree with the payments, so `check` adds rules of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC
from importlib.resources import files
from typing import Any, cast

from lxml import etree

from app.gateways.bank.problems import BatchNotWritable, Problem, ProblemCode
from app.gateways.bank.rules import find_text_problems
from app.gateways.bank.types import MAX_NAME, MAX_PURPOSE, Account, PaymentBatch, PaymentLine
from app.kernel.money import fen_from_yuan, yuan

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
CURRENCY = "CNY"
CLEARING_SYSTEM = "CNAPS"
CHARGES_TO_DEBTOR = "DEBT"  # a subsidy arrives whole
_IN = {"p": NAMESPACE}
_DEFAULT_NAMESPACE = cast("dict[str, str]", {None: NAMESPACE})  # the stubs do not know the default namespace
_MAX_SCHEMA_PROBLEMS = 50


def load_schema() -> etree.XMLSchema:
    """The official schema, as the package `sepaxml` ships it. One per thread: it keeps the last validation's errors."""
    source = files("sepaxml").joinpath("schemas", "pain.001.001.09.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(source, _parser()))


def write(batch: PaymentBatch) -> bytes:
    """Give the batch as one message with one payment instruction, in UTF-8; the same batch gives the same bytes.

    Raises BatchNotWritable like the 代发 writer, so that both files of a batch exist or neither.
    """
    problems = find_text_problems(batch, encoding="utf-8")
    if problems:
        raise BatchNotWritable(problems)
    document = etree.Element(f"{{{NAMESPACE}}}Document", nsmap=_DEFAULT_NAMESPACE)
    message = _add(document, "CstmrCdtTrfInitn")
    _add_group_header(message, batch)
    _add_instruction(message, batch)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def check(xml: bytes, *, schema: etree.XMLSchema) -> list[Problem]:
    """List what is wrong with a message: schema first, and once that holds, our rules. An empty list means it may go.

    Entities are never resolved, nothing is fetched, and a DOCTYPE is refused.
    """
    try:
        document = etree.fromstring(xml, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return [Problem(ProblemCode.NOT_XML)]
    if document.getroottree().docinfo.internalDTD is not None:
        return [Problem(ProblemCode.DOCTYPE)]
    if not schema.validate(document):
        return _schema_problems(schema)
    return [*_find_total_problems(document), *_find_serial_problems(document), *_find_length_problems(document)]


def _schema_problems(schema: etree.XMLSchema) -> list[Problem]:
    """Places only: the validator's own messages repeat the values, names and accounts among them."""
    errors = cast("Iterable[Any]", schema.error_log)
    lines = sorted({error.line for error in errors})
    return [Problem(ProblemCode.SCHEMA, line_no=line) for line in lines[:_MAX_SCHEMA_PROBLEMS]]


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    child.text = text
    return child


def _add_path(parent: etree._Element, path: str, text: str) -> None:
    *above, last = path.split("/")
    for tag in above:
        parent = _add(parent, tag)
    _add(parent, last, text)


def _add_group_header(message: etree._Element, batch: PaymentBatch) -> None:
    header = _add(message, "GrpHdr")
    _add(header, "MsgId", batch.batch_number)
    _add(header, "CreDtTm", batch.created_at.astimezone(UTC).isoformat(timespec="seconds"))
    _add(header, "NbOfTxs", str(batch.count))
    _add(header, "CtrlSum", yuan(batch.total_fen))
    _add_path(header, "InitgPty/Nm", batch.debtor.name)


def _add_instruction(message: etree._Element, batch: PaymentBatch) -> None:
    instruction = _add(message, "PmtInf")
    _add(instruction, "PmtInfId", batch.batch_number)
    _add(instruction, "PmtMtd", "TRF")
    _add(instruction, "NbOfTxs", str(batch.count))
    _add(instruction, "CtrlSum", yuan(batch.total_fen))
    _add_path(instruction, "ReqdExctnDt/Dt", batch.execute_on.isoformat())
    _add_path(instruction, "Dbtr/Nm", batch.debtor.name)
    _add_path(instruction, "DbtrAcct/Id/Othr/Id", batch.debtor.number)
    _add_bank(_add(instruction, "DbtrAgt"), batch.debtor)
    _add(instruction, "ChrgBr", CHARGES_TO_DEBTOR)
    for line in batch.lines:
        _add_payment(instruction, line)


def _add_payment(instruction: etree._Element, line: PaymentLine) -> None:
    payment = _add(instruction, "CdtTrfTxInf")
    _add_path(payment, "PmtId/EndToEndId", line.serial)
    amount = _add(_add(payment, "Amt"), "InstdAmt", yuan(line.amount_fen))
    amount.set("Ccy", CURRENCY)
    _add_bank(_add(payment, "CdtrAgt"), line.payee)
    _add_path(payment, "Cdtr/Nm", line.payee.name)
    _add_path(payment, "CdtrAcct/Id/Othr/Id", line.payee.number)
    _add_path(payment, "RmtInf/Ustrd", line.purpose)


def _add_bank(agent: etree._Element, account: Account) -> None:
    bank = _add(agent, "FinInstnId")
    member = _add(bank, "ClrSysMmbId")
    _add_path(member, "ClrSysId/Cd", CLEARING_SYSTEM)
    _add(member, "MmbId", account.bank_code)
    if account.bank_name:
        _add(bank, "Nm", account.bank_name)


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return list(element.iterfind(path, _IN))


def _place(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)


def _find_total_problems(document: etree._Element) -> Iterator[Problem]:
    yield from _find_amount_problems(document)
    for header in _all(document, ".//p:GrpHdr"):
        yield from _judge_sums(header, payments=_all(document, ".//p:CdtTrfTxInf"))
    for instruction in _all(document, ".//p:PmtInf"):
        yield from _judge_sums(instruction, payments=_all(instruction, "p:CdtTrfTxInf"))


def _judge_sums(header: etree._Element, *, payments: list[etree._Element]) -> Iterator[Problem]:
    """Both figures are optional to the schema; we demand them, since the bank checks them."""
    count = header.findtext("p:NbOfTxs", namespaces=_IN)
    if count is None or int(count) != len(payments):
        yield Problem(ProblemCode.COUNT_DIFFERS, line_no=_place(header))
    total_fen = sum(_fen(payment.findtext("p:Amt/p:InstdAmt", namespaces=_IN)) or 0 for payment in payments)
    if _fen(header.findtext("p:CtrlSum", namespaces=_IN)) != total_fen:
        yield Problem(ProblemCode.TOTAL_DIFFERS, line_no=_place(header))


def _find_amount_problems(document: etree._Element) -> Iterator[Problem]:
    for payment in _all(document, ".//p:CdtTrfTxInf"):
        amount = payment.find("p:Amt/p:InstdAmt", _IN)
        if amount is None or not _fen(amount.text):
            yield Problem(ProblemCode.AMOUNT, line_no=_place(payment))
        if amount is None or amount.get("Ccy") != CURRENCY:
            yield Problem(ProblemCode.CURRENCY, line_no=_place(payment))


def _fen(text: str | None) -> int | None:
    try:
        return fen_from_yuan(text or "")
    except ValueError:
        return None


def _find_serial_problems(document: etree._Element) -> Iterator[Problem]:
    serials = Counter(element.text or "" for element in _all(document, ".//p:EndToEndId"))
    for serial, times in serials.items():
        if times > 1:
            yield Problem(ProblemCode.SERIAL_DOUBLED, serial=serial)


def _find_length_problems(document: etree._Element) -> Iterator[Problem]:
    """The schema allows a purpose of 140 characters, the banks 40."""
    limits = (("p:Cdtr/p:Nm", "name", MAX_NAME), ("p:RmtInf/p:Ustrd", "purpose", MAX_PURPOSE))
    for payment in _all(document, ".//p:CdtTrfTxInf"):
        for path, field, limit in limits:
            if any(len(element.text or "") > limit for element in _all(payment, path)):
                yield Problem(ProblemCode.TOO_LONG, line_no=_place(payment), field=field)
