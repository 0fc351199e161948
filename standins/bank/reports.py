"""The bank's side of pain.002.001.10: the status of each payment, with amount and payee of the one it speaks of."""

from datetime import UTC, datetime

from lxml import etree

from standins.bank.files import Result

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
STATUSES = {"成功": "ACSC", "失败": "RJCT", "处理中": "PDNG"}
REASONS = {"户名不符": "BE01", "账号不存在": "AC01", "账户已销户": "AC04", "账户冻结": "AC06", "行号错误": "RC01"}
NARRATIVE = "NARR"


def write_report(number: str, results: list[Result]) -> bytes:
    """A report on one message of one instruction; count and total are those of its payments."""
    document = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    report = _add(document, "CstmrPmtStsRpt")
    header = _add(report, "GrpHdr")
    _add(header, "MsgId", f"S{number}")
    _add(header, "CreDtTm", _now())
    group = _add(report, "OrgnlGrpInfAndSts")
    _add(group, "OrgnlMsgId", number)
    _add(group, "OrgnlMsgNmId", "pain.001.001.09")
    _add(group, "OrgnlNbOfTxs", str(len(results)))
    _add(group, "OrgnlCtrlSum", _yuan(sum(result.order.amount_fen for result in results)))
    instruction = _add(report, "OrgnlPmtInfAndSts")
    _add(instruction, "OrgnlPmtInfId", number)
    for result in results:
        _add_status(instruction, result)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_status(instruction: etree._Element, result: Result) -> None:
    status = _add(instruction, "TxInfAndSts")
    _add(status, "OrgnlEndToEndId", result.order.serial)
    _add(status, "TxSts", STATUSES[result.word])
    if result.reason:
        why = _add(status, "StsRsnInf")
        _add(_add(why, "Rsn"), "Cd", REASONS.get(result.reason, NARRATIVE))
        _add(why, "AddtlInf", result.reason)
    _add(status, "AcctSvcrRef", result.reference)
    original = _add(status, "OrgnlTxRef")
    if result.settled_on is not None:
        _add(original, "IntrBkSttlmDt", result.settled_on.isoformat())
    amount = _add(_add(original, "Amt"), "InstdAmt", _yuan(result.order.amount_fen))
    amount.set("Ccy", "CNY")
    _add(_add(_add(original, "Cdtr"), "Pty"), "Nm", result.order.name)
    _add(_add(_add(_add(original, "CdtrAcct"), "Id"), "Othr"), "Id", result.order.account)


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    child.text = text
    return child


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - the bank has a clock of its own


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
