from dataclasses import replace
from datetime import date

import pytest

from app.gateways.bank import answers
from app.gateways.bank.problems import AnswerFileRejected, Problem, ProblemCode
from app.gateways.bank.types import FailureReason, Outcome
from tests.gateways.bank.factories import a_batch, a_line, answer_rows, as_file

BATCH = a_batch()
FIRST_ROW = 2  # after the header and the headings
SERIAL, NAME, AMOUNT, OUTCOME, REFERENCE, REASON_CODE, REASON, SETTLED = range(1, 9)


def with_cell(row, column, value, *, batch=BATCH):
    rows = answer_rows(batch)
    rows[row][column] = value
    return rows


def returned_rows(*places, batch=BATCH):
    """A returns file of these payments, with header figures that fit."""
    rows = answer_rows(replace(batch, lines=tuple(batch.lines[place] for place in places)))
    for row in rows[FIRST_ROW:]:
        row[OUTCOME], row[REASON] = "退票", "账户已销户"
    return rows


def problems_of(rows, *, batch=BATCH, match=answers.match):
    with pytest.raises(AnswerFileRejected) as refusal:
        match(answers.read(as_file(rows)), batch=batch)
    return list(refusal.value.reasons)


def test_an_answer_that_all_was_paid_is_matched_line_by_line():
    matched = answers.match(answers.read(as_file(answer_rows(BATCH))), batch=BATCH)

    assert [line.payment for line in matched.lines] == list(BATCH.lines)
    assert [line.answer.serial for line in matched.lines] == [line.serial for line in BATCH.lines]
    assert {line.answer.outcome for line in matched.lines} == {Outcome.PAID}
    assert matched.lines[0].answer.bank_reference == "BK000001"
    assert matched.lines[0].answer.settled_on == date(2026, 12, 4)
    assert matched.total_fen(Outcome.PAID) == BATCH.total_fen


def test_each_word_of_the_bank_has_one_meaning():
    rows = answer_rows(BATCH)
    for row, word in zip(rows[FIRST_ROW:], ["失败", "处理中", "退票"], strict=True):
        row[OUTCOME], row[REASON_CODE], row[REASON] = word, "E9", "账户冻结"

    lines = answers.read(as_file(rows)).lines

    assert [line.outcome for line in lines] == [Outcome.FAILED, Outcome.UNKNOWN, Outcome.RETURNED]
    assert [line.reason_code for line in lines] == [FailureReason.ACCOUNT_FROZEN, None, FailureReason.ACCOUNT_FROZEN]
    assert {line.bank_reason_code for line in lines} == {"E9"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("户名不符", FailureReason.NAME_MISMATCH),
        ("收款人账号户名不符", FailureReason.NAME_MISMATCH),
        ("账号不存在", FailureReason.NO_SUCH_ACCOUNT),
        ("账户已销户", FailureReason.ACCOUNT_CLOSED),
        ("账户状态异常", FailureReason.ACCOUNT_ABNORMAL),
        ("账户冻结", FailureReason.ACCOUNT_FROZEN),
        ("行号错误", FailureReason.BAD_BANK_CODE),
        ("收款人类型错误", FailureReason.PAYEE_TYPE),
        ("系统繁忙", FailureReason.OTHER),
        ("", FailureReason.OTHER),
    ],
)
def test_the_banks_wording_is_mapped_and_kept(text, reason):
    rows = with_cell(FIRST_ROW, OUTCOME, "失败")
    rows[FIRST_ROW][REASON] = text

    line = answers.read(as_file(rows)).lines[0]

    assert (line.reason_code, line.reason_text) == (reason, text)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_the_encoding_is_told_from_the_file(encoding):
    answer = answers.read(as_file(answer_rows(BATCH), encoding))

    assert [line.name for line in answer.lines] == [line.payee.name for line in BATCH.lines]


def test_a_byte_order_mark_in_front_of_gb18030_does_no_harm():
    data = "\ufeff".encode("gb18030") + as_file(answer_rows(BATCH))

    assert answers.read(data).batch_number == BATCH.batch_number


@pytest.mark.parametrize("data", [b"\xff\xfe" + "批号".encode("utf-16-le"), b"\x80\xff\x81"])
def test_another_encoding_is_refused(data):
    with pytest.raises(AnswerFileRejected) as refusal:
        answers.read(data)

    assert [reason.code for reason in refusal.value.reasons] == [ProblemCode.ENCODING]


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", "批号,B1".encode(), '批号,"B1\r\n'.encode(), b"x" * 200_000])
def test_what_is_no_sheet_is_refused(data):
    with pytest.raises(AnswerFileRejected) as refusal:
        answers.read(data)

    assert {reason.code for reason in refusal.value.reasons} == {ProblemCode.NOT_CSV}


def test_text_after_a_closing_quote_refuses_the_file_with_its_line():
    data = as_file(answer_rows(BATCH)).decode("gb18030").replace("陈玉兰", '"陈玉兰"她')

    with pytest.raises(AnswerFileRejected) as refusal:
        answers.read(data.encode())

    assert refusal.value.reasons == (Problem(ProblemCode.NOT_CSV, 3),)


def test_padding_blank_lines_other_columns_and_full_width_brackets_do_no_harm():
    rows = [[*row, "x"] if place else row for place, row in enumerate(answer_rows(BATCH))]
    rows[1][AMOUNT], rows[1][-1] = "金额（元）", "备注"
    rows[0][4] = "总金额（元）"
    rows[FIRST_ROW][SERIAL] += "\t"
    rows[FIRST_ROW][NAME] += "  "
    rows.insert(FIRST_ROW + 1, ["", "", ""])

    matched = answers.match(answers.read(as_file([*rows, []])), batch=BATCH)

    assert [line.answer.line_no for line in matched.lines] == [3, 5, 6]


def test_dates_are_read_in_both_forms_banks_write():
    rows = with_cell(FIRST_ROW, SETTLED, "2026-12-05")
    rows[FIRST_ROW + 1][SETTLED] = ""

    lines = answers.read(as_file(rows)).lines

    assert [line.settled_on for line in lines] == [date(2026, 12, 5), None, date(2026, 12, 4)]


@pytest.mark.parametrize("value", ["", "abc", "-1.00", "0.00", "1,750.00", "7.5E+02", "７５０.00", "750.001", "750元"])
def test_an_unreadable_amount_refuses_the_file(value):
    assert problems_of(with_cell(FIRST_ROW, AMOUNT, value)) == [Problem(ProblemCode.UNREADABLE_NUMBER, 3, "amount")]


@pytest.mark.parametrize(("column", "field"), [(3, "count"), (5, "total")])
@pytest.mark.parametrize("value", ["-3", "３", "3.0.0", "1e3", "三"])
def test_an_unreadable_header_number_refuses_the_file(column, field, value):
    assert problems_of(with_cell(0, column, value)) == [Problem(ProblemCode.UNREADABLE_NUMBER, 1, field)]


@pytest.mark.parametrize("word", ["", "成功了", "paid", "成 功", "未知"])
def test_an_unknown_outcome_word_refuses_the_file(word):
    assert problems_of(with_cell(FIRST_ROW, OUTCOME, word)) == [Problem(ProblemCode.UNKNOWN_OUTCOME, 3)]


@pytest.mark.parametrize(
    "value", ["2026-13-01", "20261301", "昨天", "2026/12/4", "２０２６１２０４", "２０２６1204", "2026-12-4 "]
)
def test_an_unreadable_date_refuses_the_file(value):
    assert problems_of(with_cell(FIRST_ROW, SETTLED, value)) == [Problem(ProblemCode.UNREADABLE_DATE, 3, "settled_on")]


def test_an_invisible_character_or_an_endless_text_refuses_the_file():
    hidden, endless = with_cell(FIRST_ROW, REASON, "户名\x00不符"), with_cell(FIRST_ROW, REASON, "长" * 141)

    assert problems_of(hidden) == [Problem(ProblemCode.FORBIDDEN_CHARACTER, 3, "reason_text")]
    assert problems_of(endless) == [Problem(ProblemCode.TOO_LONG, 3, "reason_text")]


@pytest.mark.parametrize(("column", "field"), [(0, "batch_number"), (2, "count"), (4, "total")])
def test_a_header_label_that_is_missing_refuses_the_file(column, field):
    assert problems_of(with_cell(0, column, "别的")) == [Problem(ProblemCode.HEADER_MISSING, 1, field)]


def test_a_doubled_header_label_counts_as_missing():
    rows = answer_rows(BATCH)
    rows[0] += ["批号", "B2"]

    assert problems_of(rows) == [Problem(ProblemCode.HEADER_MISSING, 1, "batch_number")]


def test_a_missing_column_refuses_the_file():
    assert problems_of(with_cell(1, OUTCOME, "别的")) == [Problem(ProblemCode.COLUMN_MISSING, 2, "outcome")]


def test_a_doubled_column_refuses_the_file():
    assert problems_of(with_cell(1, 0, "金额(元)")) == [Problem(ProblemCode.COLUMN_DOUBLED, 2, "amount")]


@pytest.mark.parametrize("shape", [lambda row: row[:-1], lambda row: [*row, ""]])
def test_a_row_of_another_length_refuses_the_file(shape):
    rows = answer_rows(BATCH)
    rows[FIRST_ROW] = shape(rows[FIRST_ROW])

    assert problems_of(rows) == [Problem(ProblemCode.CELL_COUNT, 3)]


def test_another_batchs_number_refuses_the_file():
    assert problems_of(with_cell(0, 1, "B20261203002")) == [Problem(ProblemCode.OTHER_BATCH, 1)]


def test_another_batchs_whole_file_is_refused():
    other = a_batch(a_line(serial="Q1"), batch_number="B20261203002")

    codes = {problem.code for problem in problems_of(answer_rows(other))}

    assert codes >= {ProblemCode.OTHER_BATCH, ProblemCode.UNKNOWN_SERIAL, ProblemCode.LINE_MISSING}


def test_a_changed_header_count_refuses_the_file():
    assert problems_of(with_cell(0, 3, "2")) == [
        Problem(ProblemCode.COUNT_DIFFERS, 1),
        Problem(ProblemCode.COUNT_CHANGED, 1),
    ]


def test_a_changed_header_total_refuses_the_file():
    assert problems_of(with_cell(0, 5, "1450.07")) == [
        Problem(ProblemCode.TOTAL_DIFFERS, 1),
        Problem(ProblemCode.TOTAL_CHANGED, 1),
    ]


def test_a_changed_amount_refuses_the_file_even_when_the_header_follows():
    rows = with_cell(FIRST_ROW, AMOUNT, "750.01")
    rows[0][5] = "1450.07"

    assert problems_of(rows) == [
        Problem(ProblemCode.TOTAL_CHANGED, 1),
        Problem(ProblemCode.AMOUNT_CHANGED, 3, serial="P202611000001"),
    ]


def test_two_amounts_exchanged_refuse_the_file_though_every_total_agrees():
    rows = answer_rows(BATCH)
    rows[2][AMOUNT], rows[3][AMOUNT] = rows[3][AMOUNT], rows[2][AMOUNT]

    assert [problem.code for problem in problems_of(rows)] == [ProblemCode.AMOUNT_CHANGED] * 2


def test_a_changed_name_refuses_the_file_and_is_not_repeated():
    rows = with_cell(FIRST_ROW, NAME, "陈玉蘭")

    (problem,) = problems_of(rows)

    assert problem == Problem(ProblemCode.NAME_CHANGED, 3, serial="P202611000001")
    assert problem.sentence("zh") == "第 3 行：流水号 P202611000001 的户名与本批次不符"
    assert problem.sentence("en") == "line 3: the name of serial P202611000001 is not the one we sent"


def test_a_missing_line_refuses_the_file_even_when_the_header_follows():
    rows = answer_rows(BATCH)
    rows[0][3], rows[0][5] = "2", "1450.01"

    assert problems_of(rows[:-1]) == [
        Problem(ProblemCode.COUNT_CHANGED, 1),
        Problem(ProblemCode.TOTAL_CHANGED, 1),
        Problem(ProblemCode.LINE_MISSING, serial="P202611000003"),
    ]


def test_an_unknown_serial_refuses_the_file():
    assert problems_of(with_cell(FIRST_ROW, SERIAL, "P9")) == [
        Problem(ProblemCode.UNKNOWN_SERIAL, 3),
        Problem(ProblemCode.LINE_MISSING, serial="P202611000001"),
    ]


def test_a_doubled_serial_refuses_the_file():
    rows = answer_rows(BATCH)
    rows.append(list(rows[FIRST_ROW]))
    rows[0][3], rows[0][5] = "4", "2200.06"

    assert Problem(ProblemCode.SERIAL_DOUBLED, 6, serial="P202611000001") in problems_of(rows)


def test_a_serial_doubled_in_place_of_another_refuses_the_file():
    same = a_batch(a_line(serial="A"), a_line(serial="B"))

    assert problems_of(with_cell(FIRST_ROW + 1, SERIAL, "A", batch=same), batch=same) == [
        Problem(ProblemCode.SERIAL_DOUBLED, 4, serial="A"),
        Problem(ProblemCode.LINE_MISSING, serial="B"),
    ]


def test_a_file_without_lines_is_refused():
    rows = answer_rows(BATCH)[:FIRST_ROW]
    rows[0][3], rows[0][5] = "0", "0.00"

    assert Problem(ProblemCode.NO_LINES) in problems_of(rows)
    assert problems_of(rows, match=answers.match_returns) == [Problem(ProblemCode.NO_LINES)]


def test_every_reason_is_told_at_once():
    rows = with_cell(FIRST_ROW, AMOUNT, "x")
    rows[FIRST_ROW + 2][OUTCOME] = "x"

    assert [(problem.code, problem.line_no) for problem in problems_of(rows)] == [
        (ProblemCode.UNREADABLE_NUMBER, 3),
        (ProblemCode.UNKNOWN_OUTCOME, 5),
    ]


def test_a_returns_file_may_list_only_some_payments():
    matched = answers.match_returns(answers.read(as_file(returned_rows(1))), batch=BATCH)

    (line,) = matched.lines
    assert line.payment == BATCH.lines[1]
    assert line.answer.reason_code is FailureReason.ACCOUNT_CLOSED
    assert matched.total_fen(Outcome.RETURNED) == 70_001


def test_a_returns_file_is_no_answer_file():
    problems = problems_of(returned_rows(1), match=answers.match)

    assert {problem.code for problem in problems} >= {ProblemCode.COUNT_CHANGED, ProblemCode.LINE_MISSING}


@pytest.mark.parametrize("word", ["成功", "失败", "处理中"])
def test_a_returns_file_with_any_other_outcome_is_refused(word):
    rows = returned_rows(0, 1)
    rows[FIRST_ROW][OUTCOME] = word

    assert problems_of(rows, match=answers.match_returns) == [
        Problem(ProblemCode.NOT_A_RETURN, 3, serial="P202611000001")
    ]


@pytest.mark.parametrize(
    ("row", "column", "value", "expected"),
    [
        (0, 1, "B2", [ProblemCode.OTHER_BATCH]),
        (0, 3, "3", [ProblemCode.COUNT_DIFFERS]),
        (0, 5, "750.01", [ProblemCode.TOTAL_DIFFERS]),
        (2, SERIAL, "P9", [ProblemCode.UNKNOWN_SERIAL]),
        (2, NAME, "陈玉蘭", [ProblemCode.NAME_CHANGED]),
        (2, AMOUNT, "750.01", [ProblemCode.TOTAL_DIFFERS, ProblemCode.AMOUNT_CHANGED]),
    ],
)
def test_a_returns_file_that_differs_from_the_batch_is_refused(row, column, value, expected):
    rows = returned_rows(0, 1)
    rows[row][column] = value

    assert [problem.code for problem in problems_of(rows, match=answers.match_returns)] == expected


def with_column(heading, *cells):
    rows = answer_rows(BATCH)
    return [rows[0], *([*row, cell] for row, cell in zip(rows[1:], (heading, *cells), strict=True))]


ACCOUNTS = [
    ("6222021000112345672", True),
    ("6222 0210 0011 2345 672", True),
    ("6222****5672", True),
    ("****5672", True),
    ("", True),
    ("6222021000112345673", False),
    ("622202100011234567", False),
    ("6222****5673", False),
    ("6223***********5672", False),
]


@pytest.mark.parametrize(("told", "is_ours"), ACCOUNTS)
def test_an_account_number_in_the_answer_must_be_the_payees(told, is_ours):
    rows = with_column("账号", told, "6217001234567890122", "403000123456")

    if is_ours:
        assert answers.match(answers.read(as_file(rows)), batch=BATCH)
    else:
        assert [problem.code for problem in problems_of(rows)] == [ProblemCode.ACCOUNT_CHANGED]


DAYS = [("20261203", False), ("20261204", True), ("20261206", True), ("20261207", False), ("", True)]


@pytest.mark.parametrize(("settled", "is_possible"), DAYS)
def test_a_payment_was_settled_between_the_fetch_of_the_file_and_today(settled, is_possible):
    answer = answers.read(as_file(with_cell(FIRST_ROW, SETTLED, settled)))
    days = (date(2026, 12, 4), date(2026, 12, 6))

    if is_possible:
        assert answers.match(answer, batch=BATCH, days=days)
    else:
        with pytest.raises(AnswerFileRejected) as refusal:
            answers.match(answer, batch=BATCH, days=days)
        assert [problem.code for problem in refusal.value.reasons] == [ProblemCode.DAY_IMPOSSIBLE]


@pytest.mark.parametrize("text", ["陈玉兰", "a b", "x" * 65, "R01;"])
def test_free_text_in_place_of_a_code_is_not_taken_over(text):
    rows = answer_rows(BATCH)
    rows[FIRST_ROW][REFERENCE] = rows[FIRST_ROW][REASON_CODE] = text

    line = answers.read(as_file(rows)).lines[0]

    assert (line.bank_reference, line.bank_reason_code) == ("", "")


def test_more_rows_than_payments_are_not_read():
    with pytest.raises(AnswerFileRejected) as refusal:
        answers.read(b"a\n" * 100_000, most_rows=3)

    assert refusal.value.reasons == (Problem(ProblemCode.TOO_MANY_ROWS, line_no=6),)


def test_a_file_wrong_in_every_row_is_told_by_its_first_reasons_and_a_short_message():
    rows = [*answer_rows(BATCH)[:2], *(["x"] * 9 for _ in range(1000))]

    with pytest.raises(AnswerFileRejected) as refusal:
        answers.read(as_file(rows))

    assert len(refusal.value.reasons) == 200
    assert len(str(refusal.value)) < 100


@pytest.mark.parametrize("code", list(ProblemCode))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_problem_has_a_sentence_in_both_languages(code, language):
    sentence = Problem(code, 3, field="name", serial="P1").sentence(language)

    assert "3" in sentence
    assert "{" not in sentence
