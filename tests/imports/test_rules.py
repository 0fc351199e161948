"""How cells, headings and rows are read, boundaries included."""

from datetime import date

import pytest

from app.imports import cells
from app.imports.cells import BadCell
from app.imports.columns import CLIENTS, COLUMNS, CONTRACTS, HOME_TYPES
from app.imports.rules import find_repeated, match_headings, read_row
from app.imports.types import ImportKind, ReadRow, Reason
from app.kernel.codes import BadCode, CodeFault
from app.kernel.sheets import Row
from app.policies.codes import HomeType
from app.registry.types import ContractKind

HEADINGS = Row(1, tuple(column.heading for column in CLIENTS))
EXAMPLE = tuple(column.example for column in CLIENTS)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("2026/11/1", date(2026, 11, 1)),
        ("2026.1.31", date(2026, 1, 31)),
        ("2026年11月1日", date(2026, 11, 1)),
        ("20261101", date(2026, 11, 1)),
        ("２０２６-11-01", date(2026, 11, 1)),
        ("2026-11-01 00:00:00", date(2026, 11, 1)),
        ("2028-02-29", date(2028, 2, 29)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2099-12-31", date(2099, 12, 31)),
    ],
)
def test_a_day_is_read_however_an_office_writes_it(text: str, day: date):
    assert cells.day(text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2027-02-29", "cell_no_such_day"),
        ("2026-13-01", "cell_no_such_day"),
        ("1899-12-31", "cell_not_a_day"),
        ("2100-01-01", "cell_not_a_day"),
        ("11-01", "cell_not_a_day"),
        ("46327", "cell_not_a_day"),  # the number a spreadsheet keeps for a day
        ("2026111", "cell_not_a_day"),
        ("明天", "cell_not_a_day"),
    ],
)
def test_what_is_no_day_is_told(text: str, code: str):
    with pytest.raises(BadCell) as bad:
        cells.day(text)

    assert bad.value.code == code


def test_a_last_day_is_still_in():
    assert cells.last_day("2027-12-31") == date(2028, 1, 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [("39.125", 39.125), ("-90.000", -90.0), ("90.000", 90.0), ("117.2034567", None), ("39.12", None)],
)
def test_degrees_are_within_bounds_and_fine_enough(text: str, value: float | None):
    read = cells.degrees(limit=90)

    if value is not None:
        assert read(text) == value
        return
    with pytest.raises(BadCell):
        read(text)


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "三十九", "", "90.001"])
def test_what_are_no_degrees_is_told(text: str):
    with pytest.raises(BadCell):
        cells.degrees(limit=90)(text)


def test_words_are_chosen_and_a_refusal_names_them_all():
    assert cells.choice(CONTRACTS)("劳动 合同") is ContractKind.LABOUR
    assert cells.choices(HOME_TYPES)("机构上门护理、亲情照护") == (HomeType.AGENCY_CARE, HomeType.FAMILY_CARE)
    with pytest.raises(BadCell) as bad:
        cells.choice(CONTRACTS)("合同")
    assert bad.value.details["choices"] == "劳动合同、劳务合同、临时"
    with pytest.raises(BadCell):
        cells.choices(HOME_TYPES)("亲情照护、亲情服务")


@pytest.mark.parametrize("kind", list(ImportKind))
def test_every_template_reads_its_own_example(kind: ImportKind):
    columns = COLUMNS[kind]
    places, wrong = match_headings(Row(1, tuple(each.heading + "*" for each in columns)), kind=kind)

    row, reasons = read_row(Row(2, tuple(each.example for each in columns)), places=places, kind=kind)

    assert (wrong, reasons) == ([], [])
    assert row is not None
    assert None not in row.values.values()


def test_headings_are_found_in_any_order_under_any_of_their_names():
    places, reasons = match_headings(
        Row(
            1,
            (
                "备注",
                "身份证号码",
                "护理员姓名",
                "合同类型（劳动/劳务）",
                "合同开始日期 *",
                "统一社会信用代码",
                "退回原因",
            ),
        ),
        kind=ImportKind.STAFF,
    )

    assert {place: column.field for place, column in places.items()} == {
        1: "number",
        2: "name",
        3: "contract_kind",
        4: "employed_from",
        5: "agency_code",
    }
    assert reasons == [Reason(1, "A", "heading_unknown")]


def test_missing_and_doubled_headings_are_told_each():
    kept = [heading for heading in HEADINGS.cells if heading != "住址"]

    _, reasons = match_headings(Row(1, (*kept, "姓名")), kind=ImportKind.CLIENTS)

    assert {(each.column, each.code) for each in reasons} == {("住址", "heading_missing"), ("姓名", "heading_doubled")}


def test_headings_of_another_kind_are_not_listed_one_by_one():
    places, reasons = match_headings(Row(1, ("王秀英", "11010519491231002X")), kind=ImportKind.CLIENTS)

    assert (places, reasons) == ({}, [Reason(1, None, "file_of_another_kind")])


def changed(**texts: str) -> tuple[Row, dict[str, str]]:
    by_field = {column.field: column.heading for column in CLIENTS}
    row = [texts.get(column.field, column.example) for column in CLIENTS]
    return Row(7, tuple(row)), by_field


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"name": ""}, [("姓名", "cell_empty")]),
        ({"number": "110105194912310021"}, [("身份证号", "cell_not_an_id_number")]),
        ({"phone": "1390000"}, [("手机号", "cell_not_a_mobile")]),
        ({"district_code": "1201"}, [("区划代码", "cell_not_a_district_code")]),
        ({"latitude": "390"}, [("纬度", "cell_not_degrees")]),
        ({"system": "北京54"}, [("坐标系", "cell_not_a_choice")]),
        ({"agreed_to": "2025-12-31"}, [("协议到期日期", "cell_before")]),
        ({"agreed_to": "2026-01-01"}, []),  # a last day is still in
        ({"concluded_on": ""}, [("评估结论日期", "cell_empty")]),
        ({"level": "", "home_types": "", "concluded_on": "", "entitled_to": ""}, []),
        (
            {"name": "", "phone": "x", "agreed_from": "昨天"},
            [("姓名", "cell_empty"), ("手机号", "cell_not_a_mobile"), ("协议开始日期", "cell_not_a_day")],
        ),
    ],
)
def test_a_row_tells_all_that_is_wrong_with_it(texts: dict[str, str], expected: list[tuple[str, str]]):
    places, _ = match_headings(HEADINGS, kind=ImportKind.CLIENTS)
    row, _ = changed(**texts)

    read_as, reasons = read_row(row, places=places, kind=ImportKind.CLIENTS)

    assert [(each.column, each.code) for each in reasons] == expected
    assert (read_as is None) == bool(expected)
    assert {each.line for each in reasons} <= {7}


def test_a_row_shorter_than_the_headings_lacks_its_last_cells():
    places, _ = match_headings(HEADINGS, kind=ImportKind.CLIENTS)

    _, reasons = read_row(Row(2, EXAMPLE[:3]), places=places, kind=ImportKind.CLIENTS)

    assert {each.code for each in reasons} == {"cell_empty"}


def test_a_row_that_says_an_earlier_one_again_is_told_which():
    rows = [ReadRow(line, {"number": number}) for line, number in ((2, "a"), (3, "b"), (4, "a"), (5, "a"))]

    assert find_repeated(rows, kind=ImportKind.BANK_ACCOUNTS) == [
        Reason(4, None, "row_repeated", {"line": 2}),
        Reason(5, None, "row_repeated", {"line": 2}),
    ]


def test_a_number_is_never_repeated_in_what_is_told():
    with pytest.raises(BadCell) as bad:
        cells.coded(_refuse, "cell_not_an_id_number")("11010519491231002X")

    assert "1101" not in str(bad.value) + str(bad.value.details)


def _refuse(text: str) -> str:
    raise BadCode(CodeFault.FORM)
