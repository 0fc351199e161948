"""Policy files for tests: a nation that says every key, and small layers under it."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.policies.oversight_codes import CaseloadCount
from app.policies.rules import PolicyBook
from app.policies.service import SHIPPED, load_book
from app.policies.terms import CarerTerms

ORIGIN = 'assumed = true\nreason = "test"'
VALUES_OF_FUNDS = {
    "subsidy.kind": '"per_day"',
    "subsidy.amount_fen": "1000",
    "subsidy.payee": '"insured_person"',
}


def head(layer: str, code: str, *, start: str = "2024-01-01", end: str | None = None, **names: str) -> str:
    lines = [f'layer = "{layer}"', f'code = "{code}"', f'name = "{code}"', *(f'{k} = "{v}"' for k, v in names.items())]
    until = f"valid_to = {end}\n" if end else ""
    return "\n".join(lines) + f"\n[validity]\nvalid_from = {start}\n{until}{ORIGIN}\n"


def entry(key: str, value: str, *, start: str | None = None, end: str | None = None, more: str = "") -> str:
    """One entry of a key's list of dated values."""
    dates = (f"valid_from = {start}\n" if start else "") + (f"valid_to = {end}\n" if end else "")
    return f"\n[[{key}]]\nvalue = {value}\n{dates}{ORIGIN}\n{more}\n"


def carer_terms(**values: Any) -> CarerTerms:
    """Certified carers and no bounds, but for what a test says."""
    terms = CarerTerms(
        certificate_required=True,
        uncertified_until=None,
        uncertified_employed_before=False,
        home_care_began_on=None,
        caseload_min=None,
        caseload_max=None,
        caseload_counts=CaseloadCount.SEVERELY_DISABLED,
        severe_from_level=3,
    )
    return replace(terms, **values)


def a_fund(code: str = "east", *, body: str = "", skip: str = "", parent: str = "CN", **head_values: str) -> str:
    required = "".join(entry(key, value) for key, value in VALUES_OF_FUNDS.items() if key != skip)
    region = head_values.pop("region", code)
    return head("fund", code, parent=parent, region=region, **head_values) + required + body


def a_district(code: str = "320101", *, body: str = "", **head_values: str) -> str:
    return head("district", code, **({"parent": "east", "region": "east"} | head_values)) + body


def write(folder: Path, **files: str) -> Path:
    """Write files by stem; the shipped nation is among them unless `cn` is given."""
    texts = {"cn": (SHIPPED / "cn.toml").read_text(encoding="utf-8")} | files
    for stem, text in texts.items():
        (folder / f"{stem}.toml").write_text(text, encoding="utf-8")
    return folder


def tianjin_with(folder: Path, line: str, *, after: str) -> PolicyBook:
    """The shipped rules of Tianjin with one line more, behind another."""
    shipped = (SHIPPED / "tianjin.toml").read_text(encoding="utf-8")
    assert shipped.count(f"\n{after}\n") == 1
    return load_book(write(folder, tianjin=shipped.replace(f"\n{after}\n", f"\n{after}\n{line}\n")))


def limited(folder: Path, limit: str) -> PolicyBook:
    """With one more limit of agency care, such as `period = "week", minutes = 90`."""
    row = f'{{ home_type = "agency_care", {limit} }},'
    return tianjin_with(folder, row, after="[entitlement.home_limits]\nvalue = [")


def priced(folder: Path, rows: str = '{ unit = "hour", amount_fen = 6500 }', *, limit: str = "") -> PolicyBook:
    """Where agency care has a price: 65 yuan an hour; with one more limit, such as `period = "week", visits = 1`."""
    shipped = (SHIPPED / "tianjin.toml").read_text(encoding="utf-8")
    (line,) = (each for each in shipped.splitlines() if each.startswith("prices = "))
    text = shipped.replace(line, f'prices = {{ value = [{rows}], assumed = true, reason = "test" }}')
    if limit:
        table = "[entitlement.home_limits]\nvalue = ["
        assert text.count(table) == 1
        text = text.replace(table, f'{table}\n    {{ home_type = "agency_care", {limit} }},')
    return load_book(write(folder, tianjin=text))


def asking_for_share(folder: Path) -> PolicyBook:
    """Where clients confirm what they bear themselves."""
    line = 'own_share_confirmed = { value = true, assumed = true, reason = "test" }'
    return tianjin_with(folder, line, after="[settlement]")


def asking_for_rating(folder: Path, duty: str) -> PolicyBook:
    """Where clients rate visits: each, or only asked."""
    return tianjin_with(folder, f'rating = {{ value = "{duty}", assumed = true, reason = "test" }}', after="[service]")


def prompting(folder: Path, weight: str = "witness") -> PolicyBook:
    """Where family carers are asked three times a week where they are."""
    values = {"prompts_per_week": "3", "position_weight": f'"{weight}"'}
    lines = "\n".join(
        f'{key} = {{ value = {value}, assumed = true, reason = "test" }}' for key, value in values.items()
    )
    return tianjin_with(folder, lines, after="[family]")


def checking_everything(folder: Path) -> PolicyBook:
    """Where limbs are checked and risks told before service, beside the identity."""
    asked = ("limb_check_required", "risk_notice_required")
    lines = "\n".join(f'{key} = {{ value = true, assumed = true, reason = "test" }}' for key in asked)
    return tianjin_with(folder, lines, after="[service]")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
