"""The page of all rules that policy officers read."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.main import main
from app.policies.kinds import Choice, Kind
from app.policies.registry import GROUPS, REGISTRY
from app.policies.service import SHIPPED, load_book
from app.policies.table_page import table_page
from app.policies.tables import Rows
from app.policies.words import GROUP_WORDS, WORDS, in_words

PAGE = Path(__file__).parents[2] / "docs/policy-table.md"
BOOK = load_book()
PLACES = 6  # four funds and two districts


def kinds() -> list[Kind]:
    columns = [column.kind for term in REGISTRY.values() if isinstance(term.kind, Rows) for column in term.kind.columns]
    return [*(term.kind for term in REGISTRY.values()), *columns]


def test_the_page_in_the_documents_is_current():
    assert PAGE.read_text(encoding="utf-8") == table_page(BOOK), "run `make policy-table`"


def test_the_command_writes_the_page():
    answer = CliRunner().invoke(main, ["policies", "table", str(SHIPPED)])

    assert (answer.exit_code, answer.output) == (0, table_page(BOOK))


@pytest.mark.parametrize("key", REGISTRY)
def test_each_key_is_told_for_each_place_with_its_clause_or_as_assumed(key):
    matrix = table_page(BOOK).split("## 二、")[0]
    row = next(line for line in matrix.splitlines() if f"`{key}`" in line)

    cells = row.removesuffix(" |").split(" | ")[1:]

    assert len(cells) == PLACES
    assert all(cell.endswith("）") and not cell.endswith("（）") for cell in cells)


def test_every_value_of_every_file_is_told_with_its_document_or_reason():
    origins = table_page(BOOK).split("## 二、")[1]
    values = [value for layer in BOOK.layers for dated in layer.values.values() for value in dated]

    assert origins.count("<br>`") == len(values)
    for value in values:
        assert (value.reason or (value.source and value.source.document.title) or "?") in origins


def test_the_dates_of_each_file_are_told_with_their_clause_or_as_assumed():
    origins = table_page(BOOK).split("## 二、")[1]

    assert origins.count("有效期：") == len(BOOK.layers)
    assert "有效期：2026-01-01 起，2028-01-01 前。依据：《关于进一步规范" in origins
    assert "有效期：2020-04-15 起，2021-01-01 前。依据：假定：方案未写施行与失效日" in origins


def test_every_code_and_group_has_a_chinese_word():
    enums = {kind.of for kind in kinds() if isinstance(kind, Choice)}

    assert enums == set(WORDS)
    assert all(set(WORDS[enum]) == {member.value for member in enum} for enum in enums)
    assert set(GROUP_WORDS) == set(GROUPS)


@pytest.mark.parametrize(
    ("key", "plain", "words"),
    [
        ("visit.shortest_share", "0.9", "90%"),
        ("visit.shortest_share", "1", "100%"),
        ("visit.shortest_share", "0.125", "12.5%"),
        ("visit.capped_at_planned", True, "是"),
        ("carer.caseload_max", None, "不设"),
        ("location.radius_m", 200, "200"),
        ("subsidy.payee", "family_carer", "亲情照护人员"),
        ("family.relations", ["spouse", "neighbour"], "配偶、邻里"),
        (
            "entitlement.combinations",
            ["agency_care", "agency_care+family_care"],
            "机构上门护理；机构上门护理＋亲情照护",
        ),
        ("supplement.steps", [], "不设"),
        (
            "supplement.steps",
            [{"over_months": 6, "to_months": None, "extra_minutes": 120, "cash_fen": 8000}],
            "连续居家超过（月） 6，每月增加（分钟） 120，或每月现金（分） 8000",
        ),
    ],
)
def test_a_value_is_told_in_words(key, plain, words):
    assert in_words(REGISTRY[key].kind, plain) == words
