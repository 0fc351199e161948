"""The bank's side of pain.001: reads a customer credit transfer as strictly as it reads a 代发 file."""

import re
from datetime import date

from lxml import etree

from standins.bank.files import MAX_PURPOSE, Instruction, Order, Refused, check_orders, fen_of

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
IN = {"p": NAMESPACE}
PAYMENT_MUST = ("PmtId/EndToEndId", "Amt/InstdAmt", "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId", "Cdtr/Nm", "RmtInf/Ustrd")


def read_message(body: bytes, *, max_rows: int) -> Instruction:
    """Read and check a message of one instruction; raises Refused with the first thing that is wrong."""
    message = _message(body)
    instructions = message.findall("p:PmtInf", IN)
    if len(instructions) != 1:
        raise Refused("B002", "一个报文只能有一个付款指令")
    (instruction,) = instructions
    if _text(instruction, "PmtMtd") != "TRF":
        raise Refused("B002", "付款方式不符")
    for path in ("Dbtr/Nm", "DbtrAcct/Id/Othr/Id", "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId"):
        _text(instruction, path)
    orders = tuple(_order(payment) for payment in instruction.findall("p:CdtTrfTxInf", IN))
    for head in (_one(message, "GrpHdr"), instruction):
        total_fen = fen_of(_text(head, "CtrlSum"), line=head.sourceline)
        check_orders(orders, count=_text(head, "NbOfTxs"), total_fen=total_fen, max_rows=max_rows)
    return Instruction(
        number=_text(message, "GrpHdr/MsgId"), execute_on=_day(_text(instruction, "ReqdExctnDt/Dt")), orders=orders
    )


def _message(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        document = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise Refused("B001", "报文无法读取") from None
    if document.getroottree().docinfo.internalDTD is not None or document.tag != f"{{{NAMESPACE}}}Document":
        raise Refused("B001", "不是 pain.001.001.09 报文")
    return _one(document, "CstmrCdtTrfInitn")


def _order(payment: etree._Element) -> Order:
    line = payment.sourceline
    serial, amount, bank_code, name, purpose = (_text(payment, path) for path in PAYMENT_MUST)
    if _one(payment, "Amt/InstdAmt").get("Ccy") != "CNY":
        raise Refused("B003", "币种不支持", line=line)
    if not re.fullmatch(r"[0-9]{12}", bank_code):
        raise Refused("B010", "开户行行号格式错误", line=line)
    if len(purpose) > MAX_PURPOSE:
        raise Refused("B011", f"用途超过{MAX_PURPOSE}个字", line=line)
    amount_fen = fen_of(amount, line=line)
    if amount_fen == 0:
        raise Refused("B007", "金额不能为0", line=line)
    return Order(serial, name, _text(payment, "CdtrAcct/Id/Othr/Id"), bank_code, amount_fen, purpose)


def _one(element: etree._Element, path: str) -> etree._Element:
    found = element.find("/".join(f"p:{tag}" for tag in path.split("/")), IN)
    if found is None:
        raise Refused("B009", f"必填项为空：{path}", line=element.sourceline)
    return found


def _text(element: etree._Element, path: str) -> str:
    found = _one(element, path)
    if not found.text:
        raise Refused("B009", f"必填项为空：{path}", line=found.sourceline)
    return found.text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("B002", "执行日期格式错误") from None
