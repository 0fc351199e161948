"""What a payee reads of values that no document gives, in the funds where many are assumed."""

from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.payouts.models import Subsidy
from app.payouts.queries.subsidies import get_subsidy
from app.policies.rules import PolicyBook
from app.policies.service import EXTENSION, SHIPPED, keep_texts, load_book
from tests.payouts.rows import AT, a_family, an_actor, an_office

ASSUMED = "经办机构假定 / operator's assumption"


def under_rules_of(fund: str, folder: Path) -> PolicyBook:
    """The shipped files as if the region of the tests were this fund's."""
    for path in SHIPPED.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if 'layer = "district"' in text or path.stem == "tianjin":
            continue
        (folder / path.name).write_text(text.replace(f'region = "{fund}"', 'region = "tianjin"'), encoding="utf-8")
    return load_book(folder)


@pytest.mark.parametrize(
    ("fund", "label", "reason"),
    [
        ("changchun", "补助金额（分）", "省指导意见与市级文件都未见补助金额"),
        ("shanghai", "补助金额（分）", "第十四条转载没有按月或按日的补助"),
    ],
)
def test_a_day_that_rests_on_an_assumed_value_says_so_and_why(
    tianjin: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fund: str, label: str, reason: str
):
    book = under_rules_of(fund, tmp_path)
    monkeypatch.setitem(current_app.extensions, EXTENSION, book)
    keep_texts(tianjin, book, region="tianjin", at=AT)
    a_family(tianjin)

    an_office(tianjin).compute()

    subsidy_id = tianjin.scalars(select(Subsidy.id)).one()
    detail = get_subsidy(tianjin, subsidy_id=subsidy_id, actor=an_actor(), on=AT.date())

    assert detail.subsidy.amount_fen == 0
    assert {day.explanation for day in detail.days} == {f"{label}：{ASSUMED}"}
    assert [(rule.policy_key, rule.assumed) for rule in detail.rules] == [("subsidy.amount_fen", True)]
    assert reason in detail.rules[0].origin
