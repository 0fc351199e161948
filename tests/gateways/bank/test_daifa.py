import csv
import io

import pytest

from app.gateways.bank import daifa, pain001
from app.gateways.bank.problems import BatchNotWritable, Problem, ProblemCode
from tests.gateways.bank.factories import a_batch, a_line, an_account

GOLDEN = (
    "批号,B20261203001,笔数,3,总金额(元),1450.06,币种,CNY,付款账号,12050160000000001234,"
    "付款户名,静海区长期护理保险支出户,付款行行号,105110000015,执行日期,2026-12-04\r\n"
    "序号,流水号,户名,证件号码,账号,开户行行号,开户行名称,金额(元),用途\r\n"
    "1,P202611000001,陈玉兰,,6222021000112345672,102110000018,工商银行静海支行,750.00,11月亲情护理补助\r\n"
    "2,P202611000002,买买提·吐尔逊,,6217001234567890122,105110000015,,700.01,11月亲情护理补助\r\n"
    "3,P202611000003,欧阳䶮,,403000123456,403110000017,,0.05,11月亲情护理补助\r\n"
)


def refusal_of(batch, **options):
    with pytest.raises(BatchNotWritable) as refusal:
        daifa.write(batch, **options)
    return refusal.value.reasons


def test_the_file_is_the_golden_one_byte_for_byte():
    assert daifa.write(a_batch()) == GOLDEN.encode("gb18030")


def test_the_encoding_can_be_chosen():
    assert daifa.write(a_batch(), encoding="utf-8") == GOLDEN.encode()


@pytest.mark.parametrize("name", ['陈,玉"兰', '"', "a;b", "Maria O'Neil", "陈  玉兰", "1-2=3"])
def test_separators_and_quotes_inside_a_name_survive(name):
    content = daifa.write(a_batch(a_line(payee=an_account(name=name))))

    rows = list(csv.reader(io.StringIO(content.decode("gb18030"), newline="")))
    assert len(rows) == 3
    assert rows[2][2] == name


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("field", ["name", "bank_name", "purpose"])
def test_a_text_that_begins_like_a_formula_is_refused(sign, field):
    text = f"{sign}SUM(A1)"
    line = a_line(purpose=text) if field == "purpose" else a_line(payee=an_account(**{field: text}))

    assert refusal_of(a_batch(line)) == (Problem(ProblemCode.FORMULA_CELL, line_no=1, field=field),)


def test_a_tab_in_front_of_a_name_is_refused():
    reasons = refusal_of(a_batch(a_line(payee=an_account(name="\t陈玉兰"))))

    assert ProblemCode.FORMULA_CELL in {reason.code for reason in reasons}


def test_a_formula_behind_a_space_is_refused_as_one():
    reasons = refusal_of(a_batch(a_line(payee=an_account(name=" =1+1"))))

    assert [reason.code for reason in reasons] == [ProblemCode.FORMULA_CELL, ProblemCode.OUTER_SPACE]


@pytest.mark.parametrize("hidden", ["\n", "\r\n", "\x00", "\x85", "\u2028", "\u200b", "\u202e", "\ufeff", "\uffff"])
def test_line_breaks_and_invisible_characters_are_refused(hidden):
    reasons = refusal_of(a_batch(a_line(payee=an_account(name=f"陈{hidden}玉兰"))))

    assert Problem(ProblemCode.FORBIDDEN_CHARACTER, line_no=1, field="name") in reasons


@pytest.mark.parametrize("name", [" 陈玉兰", "陈玉兰 ", "陈玉兰\u3000"])
def test_a_name_with_outer_spaces_is_refused(name):
    reasons = refusal_of(a_batch(a_line(payee=an_account(name=name))))

    assert reasons == (Problem(ProblemCode.OUTER_SPACE, line_no=1, field="name"),)


def test_a_character_the_encoding_lacks_is_refused_with_its_place():
    lines = (a_line(), a_line(serial="P2", payee=an_account(name="𠮷田")))

    assert refusal_of(a_batch(*lines), encoding="gbk") == (Problem(ProblemCode.NOT_ENCODABLE, line_no=2, field="name"),)


def test_rare_characters_are_written_in_gb18030():
    content = daifa.write(a_batch(a_line(payee=an_account(name="𠮷田䶮"))))

    assert "𠮷田䶮" in content.decode("gb18030")


def test_a_lone_surrogate_is_refused_by_both_writers():
    batch = a_batch(a_line(payee=an_account(name="陈\ud800")))

    assert ProblemCode.NOT_ENCODABLE in {reason.code for reason in refusal_of(batch)}
    with pytest.raises(BatchNotWritable):
        pain001.write(batch)


def test_all_problems_are_told_at_once_and_without_the_text_itself():
    lines = (a_line(payee=an_account(name="=陈玉兰")), a_line(serial="P2", purpose="补助\n"))

    with pytest.raises(BatchNotWritable) as refusal:
        daifa.write(a_batch(*lines))

    assert [reason.line_no for reason in refusal.value.reasons] == [1, 2, 2]
    assert "陈玉兰" not in str(refusal.value)
    assert refusal.value.reasons[0].sentence("zh") == "第 1 行：户名以公式符号（= + - @）开头，不能写入文件，请更正"
    assert refusal.value.reasons[0].sentence("en").startswith("line 1: payee name starts with a formula sign")


def test_the_debtors_name_is_judged_too():
    batch = a_batch(debtor=an_account(name="@支出户"))

    assert refusal_of(batch) == (Problem(ProblemCode.FORMULA_CELL, field="debtor_name"),)
