"""Tables in CSV and XLSX: what is read, what is refused, and that nothing we write runs as a formula."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from app.kernel import sheets
from app.kernel.sheets import SheetProblem, UnreadableSheet, read_rows, write_csv, write_xlsx

A_DAY = datetime(2026, 11, 1)  # noqa: DTZ001 - as a workbook keeps days
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", " =1", "\t=1"]


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_rows(content, most=100)]


def a_workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_any_encoding_an_office_writes(encoding: str):
    content = "姓名,身份证号\r\n王秀英,\u300011010519491231002X \r\n".encode(encoding)

    assert cells(content) == [("姓名", "身份证号"), ("王秀英", "11010519491231002X")]


def test_lines_are_counted_as_the_file_shows_them_and_blank_ones_are_passed_over():
    content = '姓名,住址\n王秀英,"一号\n二号"\n,\n李建国,三号\n'.encode()

    found = [(row.line, row.cells) for row in read_rows(content, most=10)]

    assert found == [(1, ("姓名", "住址")), (3, ("王秀英", "一号\n二号")), (5, ("李建国", "三号"))]


def test_a_workbooks_days_and_numbers_are_read_as_texts():
    content = a_workbook(
        ["a", "b", "c", "d", "e"],
        [A_DAY, date(2026, 11, 2), 5.0, 39.125, True],
        [None, " x ", 7, "", 0],
    )

    assert cells(content) == [
        ("a", "b", "c", "d", "e"),
        ("2026-11-01", "2026-11-02", "5", "39.125", "是"),
        ("", "x", "7", "", "0"),
    ]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("write", [lambda rows: write_csv(rows), lambda rows: write_xlsx({"导入": rows})])
def test_a_text_like_a_formula_is_written_as_text_and_read_back_as_it_was(write, text: str):
    content = write([["a"], [text]])

    assert cells(content)[1] == (text.strip(),)
    if content.startswith(sheets.ZIP_SIGNATURE):
        written = openpyxl.load_workbook(io.BytesIO(content)).active["A2"]
        assert (written.data_type, written.value[0]) == ("s", "'")
    else:
        assert content.decode("utf-8-sig").splitlines()[1].strip('"').startswith("'")


def test_long_numbers_stay_texts_in_a_workbook():
    content = write_xlsx({"导入": [["卡号"], ["6222020000000000003"]]})

    assert openpyxl.load_workbook(io.BytesIO(content)).active["A2"].value == "6222020000000000003"


def a_workbook_of(sheet: str) -> bytes:
    """A workbook whose first sheet holds these bytes of XML."""
    whole, out = zipfile.ZipFile(io.BytesIO(write_xlsx({"a": [["x"]]}))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in whole.namelist():
            packed.writestr(name, sheet if name.startswith("xl/worksheets/") else whole.read(name))
    return out.getvalue()


def a_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.LARGEST_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", SheetProblem.EMPTY),
        (b"\n,,\n", SheetProblem.EMPTY),
        (b"a\0b", SheetProblem.NOT_TEXT),
        (b"\xff\xff\xff\xff", SheetProblem.NOT_TEXT),
        (b'a,"b\n', SheetProblem.NOT_A_TABLE),
        (b"PK\x03\x04 no zip at all", SheetProblem.NOT_A_TABLE),
        (write_xlsx({"a": [["x"]]})[:-200], SheetProblem.NOT_A_TABLE),
        (a_workbook_of("<a>" * 100_000), SheetProblem.NOT_A_TABLE),
        (a_workbook_of(""), SheetProblem.NOT_A_TABLE),
        (a_workbook_of('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), SheetProblem.NOT_A_TABLE),
        (b"a\n" * 101, SheetProblem.TOO_MANY_ROWS),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, problem: SheetProblem):
    with pytest.raises(UnreadableSheet) as refused:
        cells(content)

    assert refused.value.problem is problem


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused():
    with pytest.raises(UnreadableSheet) as refused:
        cells(a_bomb())

    assert refused.value.problem is SheetProblem.TOO_LARGE
