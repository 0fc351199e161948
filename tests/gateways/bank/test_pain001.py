import io
from datetime import datetime, timedelta, timezone

import pytest
import sepaxml
import xmlschema
from lxml import etree

from app.gateways.bank import pain001
from app.gateways.bank.problems import BatchNotWritable, Problem, ProblemCode
from tests.gateways.bank.factories import FUND, PAYEES, a_batch, a_line, an_account

NAMES = {"p": pain001.NAMESPACE}
SCHEMA_FILE = f"{sepaxml.__path__[0]}/schemas/pain.001.001.09.xsd"


@pytest.fixture(scope="module")
def schema():
    return pain001.load_schema()


@pytest.fixture(scope="module")
def second_validator():
    return xmlschema.XMLSchema(SCHEMA_FILE)


def codes(xml, schema):
    return [problem.code for problem in pain001.check(xml, schema=schema)]


def changed(old, new, *, times=1, batch=None):
    """The batch's message with one text replaced; `times` guards that the text was there."""
    xml = pain001.write(batch or a_batch()).decode()
    assert xml.count(old) == times
    return xml.replace(old, new).encode()


def texts(xml, path):
    return [element.text for element in etree.fromstring(xml).iterfind(path, NAMES)]


BATCHES = [
    a_batch(),
    a_batch(a_line()),
    a_batch(a_line(serial="P" * 35, amount_fen=1, purpose="补" * 40, payee=an_account(name="陈" * 140))),
    a_batch(a_line(payee=an_account(name="<陈> & '玉\"兰", bank_name=None, number="NRA-00001"))),
    a_batch(created_at=datetime(2026, 12, 3, 9, 30, 0, 123456, timezone(timedelta(hours=8)))),
    a_batch(*(a_line(serial=f"P{place}", amount_fen=10**11) for place in range(1000))),
]


@pytest.mark.parametrize("batch", BATCHES)
def test_what_we_write_passes_both_validators_and_our_rules(batch, schema, second_validator):
    xml = pain001.write(batch)

    assert pain001.check(xml, schema=schema) == []
    assert schema.validate(etree.fromstring(xml))
    second_validator.validate(io.BytesIO(xml))


def test_both_validators_refuse_a_message_without_a_debtor(schema, second_validator):
    xml = changed("<Dbtr>", "<Dbtx>").replace(b"</Dbtr>", b"</Dbtx>")

    assert set(codes(xml, schema)) == {ProblemCode.SCHEMA}
    assert not second_validator.is_valid(io.BytesIO(xml))


def test_the_same_batch_gives_the_same_bytes_in_utf_8():
    xml = pain001.write(a_batch())

    assert xml == pain001.write(a_batch())
    assert xml.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


def test_the_instant_is_written_in_utc():
    batch = a_batch(created_at=datetime(2026, 12, 3, 9, 30, tzinfo=timezone(timedelta(hours=8))))

    assert texts(pain001.write(batch), ".//p:CreDtTm") == ["2026-12-03T01:30:00+00:00"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".//p:MsgId", ["B20261203001"]),
        (".//p:CreDtTm", ["2026-12-03T01:30:00+00:00"]),
        (".//p:NbOfTxs", ["3", "3"]),
        (".//p:CtrlSum", ["1450.06", "1450.06"]),
        (".//p:ReqdExctnDt/p:Dt", ["2026-12-04"]),
        (".//p:Dbtr/p:Nm", [FUND.name]),
        (".//p:DbtrAcct/p:Id/p:Othr/p:Id", [FUND.number]),
        (".//p:DbtrAgt//p:MmbId", [FUND.bank_code]),
        (".//p:ClrSysId/p:Cd", ["CNAPS"] * 4),
        (".//p:ChrgBr", ["DEBT"]),
        (".//p:EndToEndId", ["P202611000001", "P202611000002", "P202611000003"]),
        (".//p:InstdAmt", ["750.00", "700.01", "0.05"]),
        (".//p:Cdtr/p:Nm", [payee.name for payee in PAYEES]),
        (".//p:CdtrAcct/p:Id/p:Othr/p:Id", [payee.number for payee in PAYEES]),
        (".//p:CdtrAgt//p:MmbId", [payee.bank_code for payee in PAYEES]),
        (".//p:RmtInf/p:Ustrd", ["11月亲情护理补助"] * 3),
    ],
)
def test_every_field_of_the_batch_stands_in_its_place(path, expected):
    assert texts(pain001.write(a_batch()), path) == expected


def test_every_amount_is_in_yuan_renminbi():
    xml = etree.fromstring(pain001.write(a_batch()))

    assert {element.get("Ccy") for element in xml.iterfind(".//p:InstdAmt", NAMES)} == {"CNY"}


RULES = [
    ("<NbOfTxs>3<", "<NbOfTxs>2<", 2, [ProblemCode.COUNT_DIFFERS] * 2),
    ("<CtrlSum>1450.06<", "<CtrlSum>1450.07<", 2, [ProblemCode.TOTAL_DIFFERS] * 2),
    ("<CtrlSum>1450.06<", "<CtrlSum>1450.060<", 2, [ProblemCode.TOTAL_DIFFERS] * 2),
    (">700.01<", ">700.02<", 1, [ProblemCode.TOTAL_DIFFERS] * 2),
    (">0.05<", ">0.00<", 1, [ProblemCode.AMOUNT, *[ProblemCode.TOTAL_DIFFERS] * 2]),
    (">0.05<", ">0.055<", 1, [ProblemCode.AMOUNT, *[ProblemCode.TOTAL_DIFFERS] * 2]),
    ('Ccy="CNY">0.05', 'Ccy="EUR">0.05', 1, [ProblemCode.CURRENCY]),
    (">P202611000002<", ">P202611000001<", 1, [ProblemCode.SERIAL_DOUBLED]),
    ("11月亲情护理补助", "补" * 41, 3, [ProblemCode.TOO_LONG] * 3),
]


@pytest.mark.parametrize(("old", "new", "times", "expected"), RULES)
def test_what_the_schema_lets_pass_our_rules_find(old, new, times, expected, schema, second_validator):
    xml = changed(old, new, times=times)

    assert second_validator.is_valid(io.BytesIO(xml))
    assert codes(xml, schema) == expected


@pytest.mark.parametrize(("old", "new", "times"), [(">0.05<", ">0.5<", 1), ("1450.06", "1450.51", 2)])
def test_totals_may_change_only_together(old, new, times, schema):
    """The control of the rule above: each change alone is found, both together are sound."""
    both = changed(">0.05<", ">0.50<").replace(b"1450.06", b"1450.51")

    assert codes(changed(old, new, times=times), schema) == [ProblemCode.TOTAL_DIFFERS] * 2
    assert codes(both, schema) == []


@pytest.mark.parametrize("missing", ["NbOfTxs>3</NbOfTxs", "CtrlSum>1450.06</CtrlSum"])
def test_the_instructions_own_figures_may_not_be_left_out(missing, schema, second_validator):
    xml = pain001.write(a_batch()).decode()
    start = xml.index("<PmtInf>")
    xml = (xml[:start] + xml[start:].replace(f"<{missing}>", "")).encode()

    assert second_validator.is_valid(io.BytesIO(xml))
    assert len(codes(xml, schema)) == 1


def test_payments_of_a_second_instruction_count_in_the_group_header(schema):
    xml = pain001.write(a_batch()).decode()
    start, end = xml.index("<PmtInf>"), xml.index("</CstmrCdtTrfInitn>")
    second = xml[start:end].replace("P20261100000", "Q20261100000")

    found = pain001.check((xml[:end] + second + xml[end:]).encode(), schema=schema)

    assert [problem.code for problem in found] == [ProblemCode.COUNT_DIFFERS, ProblemCode.TOTAL_DIFFERS]
    assert {problem.line_no for problem in found} == {4}


@pytest.mark.parametrize("xml", [b"", b"<", b"no xml", b"\x00", "<?xml version='1.0'?>".encode("utf-16")])
def test_what_is_no_xml_is_told(xml, schema):
    assert codes(xml, schema) == [ProblemCode.NOT_XML]


def test_another_document_is_refused_by_the_schema(schema):
    assert set(codes(b"<Document/>", schema)) == {ProblemCode.SCHEMA}


def test_a_schema_problem_is_told_by_its_line_and_never_repeats_the_value(schema):
    (problem,) = pain001.check(changed("<MsgId>B20261203001<", f"<MsgId>{'陈玉兰' * 20}<"), schema=schema)

    assert problem == Problem(ProblemCode.SCHEMA, line_no=5)
    assert problem.sentence("zh") == "第 5 行：不符合 pain.001.001.09 的格式要求"


XXE = '<!DOCTYPE Document [<!ENTITY name SYSTEM "file://{path}">]>\n<Document'
BOMB = '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<Document'


def test_an_external_entity_is_neither_read_nor_let_in(tmp_path, schema):
    secret = tmp_path / "secret"
    secret.write_text("陈玉兰")
    xml = changed("<Document", XXE.format(path=secret)).replace("<Nm>陈玉兰</Nm>".encode(), b"<Nm>&name;</Nm>")

    assert b"&name;" in xml
    assert codes(xml, schema) == [ProblemCode.DOCTYPE]


def test_the_file_behind_an_external_entity_is_not_even_opened(tmp_path, schema):
    """The control: a parser that resolves entities stumbles over what stands in the file."""
    broken = tmp_path / "broken"
    broken.write_text("<open")
    xml = changed("<Document", XXE.format(path=broken)).replace("<Nm>陈玉兰</Nm>".encode(), b"<Nm>&name;</Nm>")

    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(xml, etree.XMLParser(resolve_entities=True, load_dtd=True))
    assert codes(xml, schema) == [ProblemCode.DOCTYPE]


def test_a_doctype_alone_is_refused_too(schema):
    assert codes(changed("<Document", BOMB), schema) == [ProblemCode.DOCTYPE]


def test_what_the_batch_file_refuses_this_one_refuses_too():
    with pytest.raises(BatchNotWritable):
        pain001.write(a_batch(a_line(payee=an_account(name="=陈玉兰"))))
