import pytest

from app.policies.service import load_book
from app.policies.types import PolicyFilesInvalid
from tests.policies.factories import ORIGIN, a_district, a_fund, entry, head, write

RADIUS = "location.radius_m"
FINAL = "final = true"


def found(folder):
    with pytest.raises(PolicyFilesInvalid) as invalid:
        load_book(folder)
    return [(each.file, each.key, each.code.value) for each in invalid.value.problems]


def radius(value="200", origin=ORIGIN):
    return f"\n[{RADIUS}]\nvalue = {value}\n{origin}\n"


def limits(*rows):
    return entry(LIMITS, f"[{', '.join(f'{{ {row} }}' for row in rows)}]")


def supplement(*rows, level="5", by="by_client"):
    chosen = entry("supplement.chosen_by", f'"{by}"') + entry("supplement.from_level", level)
    return chosen + entry(STEPS, f"[{', '.join(rows)}]")


LIMITS, STEPS = "entitlement.home_limits", "supplement.steps"
LEVELS = "subsidy.level_amounts"
COUNTERS = "payment.counters"
PRICES = "settlement.prices"
HOURLY = '{ unit = "hour", amount_fen = 6500 }'
NURSING = '{ unit = "hour", staff = "nurse", amount_fen = 8000 }'
WEEKLY = 'home_type = "family_care", period = "week", visits = 1'
LADDER = 'trigger = "violation", target = "agency", measure = "talk"'
TWO = 'source = { document = "d", clause = "一" }\nassumed = true\nreason = "test"\n[documents.d]\ntitle = "D"'
NO_CLAUSE = 'source = { document = "d" }\n[documents.d]\ntitle = "D"'
IN_FUND = [
    (entry("location.radius", "200"), "location.radius", "unknown_key"),
    (f"\n[weather.rain]\nvalue = 1\n{ORIGIN}\n", None, "unknown_field"),
    (radius('"200"'), RADIUS, "bad_value"),
    (radius("200.0"), RADIUS, "bad_value"),
    (radius("true"), RADIUS, "bad_value"),
    (radius("19"), RADIUS, "bad_value"),
    (radius("5001"), RADIUS, "bad_value"),
    (entry("visit.shortest_share", "0.9"), "visit.shortest_share", "bad_value"),
    (entry("visit.shortest_share", '"1.1"'), "visit.shortest_share", "bad_value"),
    (entry("visit.capped_at_planned", "1"), "visit.capped_at_planned", "bad_value"),
    (entry("family.clock_events_per_day", "true"), "family.clock_events_per_day", "bad_value"),
    (entry("plan.author_role", '"doctor"'), "plan.author_role", "bad_value"),
    (entry("family.relations", "[]"), "family.relations", "bad_value"),
    (entry("family.relations", '["spouse", "spouse"]'), "family.relations", "bad_value"),
    (entry("family.relations", "[[1]]"), "family.relations", "bad_value"),
    (entry("entitlement.combinations", '["family_care+hotel"]'), "entitlement.combinations", "bad_value"),
    (entry("entitlement.combinations", '["family_care+family_care"]'), "entitlement.combinations", "bad_value"),
    (entry("carer.uncertified_until", '"soon"'), "carer.uncertified_until", "bad_value"),
    (entry("carer.uncertified_until", "2025-07-01T00:00:00"), "carer.uncertified_until", "bad_value"),
    (entry("payment.purpose", f'"{"长" * 41}"'), "payment.purpose", "bad_value"),
    (entry("payment.purpose", '"two\\nlines"'), "payment.purpose", "bad_value"),
    (entry("payment.pay_by_days", '"none"'), "payment.pay_by_days", "bad_value"),
    (radius(origin=""), RADIUS, "no_origin"),
    (radius(origin="assumed = true"), RADIUS, "no_origin"),
    (radius(origin='reason = "test"'), RADIUS, "no_origin"),
    (radius(origin='assumed = false\nreason = "test"'), RADIUS, "no_origin"),
    (radius(origin=TWO), RADIUS, "two_origins"),
    (radius(origin=NO_CLAUSE), RADIUS, "no_clause"),
    (radius(origin='source = { document = "d", clause = "一" }'), RADIUS, "unknown_document"),
    (radius(origin=f'{ORIGIN}\nsorce = "?"'), RADIUS, "unknown_field"),
    (f"\n[{RADIUS}]\n{ORIGIN}\n", RADIUS, "missing_field"),
    ("\n[location]\nradius_m = 200\n", RADIUS, "bad_field"),
    (entry(RADIUS, "90") + entry(RADIUS, "80"), RADIUS, "overlap"),
    (
        entry(RADIUS, "90", end="2024-06-02") + entry(RADIUS, "80", start="2024-06-01"),
        RADIUS,
        "overlap",
    ),
    (entry(RADIUS, "90", start="2023-12-31"), RADIUS, "outside_file"),
    (entry(RADIUS, "90", end="2025-01-02"), RADIUS, "outside_file"),
    (entry(RADIUS, "90", start="2024-06-01", end="2024-06-01"), RADIUS, "empty_period"),
    (
        entry("carer.caseload_min", "9") + entry("carer.caseload_max", "8"),
        "carer.caseload_min",
        "inconsistent",
    ),
    (
        entry("carer.uncertified_until", "2024-12-01") + entry("carer.uncertified_employed_before", "true"),
        "carer.home_care_began_on",
        "inconsistent",
    ),
    (entry("grading.a_outcome", '"pays_sampled"'), "grading.a_sample_share", "inconsistent"),
    (entry("subsidy.package_share", '"0.4"'), "subsidy.package_share", "inconsistent"),
    (entry("entitlement.home_types", '["agency_care"]'), "entitlement.combinations", "inconsistent"),
    (limits('home_type = "family_care", period = "day", visits = 1'), LIMITS, "bad_value"),
    (limits('home_type = "family_care", visits = 1'), LIMITS, "bad_value"),
    (limits('home_type = "family_care", period = "week", visits = 0'), LIMITS, "bad_value"),
    (limits('home_type = "family_care", period = "week", fund_share = 0.9'), LIMITS, "bad_value"),
    (limits('home_type = "family_care", period = "week", visits = 1, hours = 1'), LIMITS, "bad_value"),
    (limits(WEEKLY, WEEKLY), LIMITS, "bad_value"),
    (entry(LIMITS, "7"), LIMITS, "bad_value"),
    (entry(LIMITS, "[7]"), LIMITS, "bad_value"),
    (entry(PRICES, f"[{HOURLY}, {HOURLY}]"), PRICES, "bad_value"),
    (entry(PRICES, '[{ unit = "day", amount_fen = 1 }]'), PRICES, "bad_value"),
    (entry(PRICES, '[{ unit = "hour", amount_fen = 0 }]'), PRICES, "bad_value"),
    (entry(PRICES, f"[{HOURLY}, {NURSING}]"), PRICES, "inconsistent"),
    (limits('home_type = "family_care", period = "week"'), LIMITS, "inconsistent"),
    (limits(f'{WEEKLY}, combination = ["agency_care"]'), LIMITS, "inconsistent"),
    (limits(f"{WEEKLY}, level_from = 4, level_to = 3"), LIMITS, "inconsistent"),
    (
        entry("entitlement.combinations", '["family_care"]')
        + limits(f'{WEEKLY}, combination = ["agency_care", "family_care"]'),
        LIMITS,
        "inconsistent",
    ),
    (entry("location.verdicts", '[{ verdict = "inside", effect = "passes" }]'), "location.verdicts", "inconsistent"),
    (supplement("{ over_months = 1, extra_minutes = 60, cash_fen = 1 }", level='"none"'), STEPS, "inconsistent"),
    (supplement("{ over_months = 1, to_months = 1, extra_minutes = 60, cash_fen = 1 }"), STEPS, "inconsistent"),
    (
        supplement(
            "{ over_months = 1, to_months = 6, extra_minutes = 60, cash_fen = 1 }",
            "{ over_months = 5, extra_minutes = 120, cash_fen = 2 }",
        ),
        STEPS,
        "inconsistent",
    ),
    (entry("sanction.ladder", f"[{{ {LADDER}, step = 2 }}]"), "sanction.ladder", "inconsistent"),
    (entry(LEVELS, "[{ level = 0, amount_fen = 1 }]"), LEVELS, "bad_value"),
    (entry(LEVELS, "[{ level = 3 }]"), LEVELS, "bad_value"),
    (entry(LEVELS, "[{ level = 3, amount_fen = 1 }, { level = 3, amount_fen = 2 }]"), LEVELS, "inconsistent"),
    (entry(COUNTERS, '[{ area = "310114" }]'), COUNTERS, "bad_value"),
    (entry(COUNTERS, '[{ area = "310114", name = "A" }, { area = "310114", name = "B" }]'), COUNTERS, "inconsistent"),
    (entry(COUNTERS, '[{ area = "3101140", name = "A" }]'), COUNTERS, "inconsistent"),
]


@pytest.mark.parametrize(("body", "key", "code"), IN_FUND)
def test_a_wrong_entry_is_named_with_its_file_and_key(tmp_path, body, key, code):
    write(tmp_path, fund=a_fund(end="2025-01-01", body=body))

    assert found(tmp_path) == [("fund.toml", key, code)]


def test_a_subsidy_by_continuous_months_needs_its_steps(tmp_path):
    write(tmp_path, fund=a_fund(skip="subsidy.kind", body=entry("subsidy.kind", '"continuous_months"')))

    assert found(tmp_path) == [("fund.toml", "subsidy.kind", "inconsistent")]


def test_a_subsidy_by_continuous_months_has_no_amounts_of_levels(tmp_path):
    terms = {"subsidy.kind": '"continuous_months"', "subsidy.amount_fen": "0", "subsidy.payee": '"insured_person"'}
    steps = supplement("{ over_months = 1, extra_minutes = 60, cash_fen = 1 }")
    body = "".join(entry(key, value) for key, value in (terms | {LEVELS: "[{ level = 5, amount_fen = 1 }]"}).items())
    write(tmp_path, fund=head("fund", "east", parent="CN", region="east") + body + steps)

    assert found(tmp_path) == [("fund.toml", LEVELS, "inconsistent")]


@pytest.mark.parametrize("by", ["cash_only", "hours_only"])
def test_cash_by_continuous_months_is_the_clients_choice(tmp_path, by):
    terms = {"subsidy.kind": '"continuous_months"', "subsidy.amount_fen": "0", "subsidy.payee": '"insured_person"'}
    steps = supplement("{ over_months = 1, extra_minutes = 60, cash_fen = 1 }", by=by)
    body = "".join(entry(key, value) for key, value in terms.items())
    write(tmp_path, fund=head("fund", "east", parent="CN", region="east") + body + steps)

    assert found(tmp_path) == [("fund.toml", "supplement.chosen_by", "inconsistent")]


FUND = a_fund()
SETS = [
    ({"fund": "layer = "}, ("fund.toml", None, "bad_toml")),
    ({"fund": FUND.replace('layer = "fund"', 'layer = "county"')}, ("fund.toml", None, "bad_field")),
    ({"fund": FUND.replace('layer = "fund"\n', "")}, ("fund.toml", None, "missing_field")),
    ({"fund": FUND.replace('region = "east"\n', "")}, ("fund.toml", None, "missing_field")),
    ({"fund": FUND.replace('region = "east"', 'region = "East; drop"')}, ("fund.toml", None, "bad_field")),
    ({"fund": a_fund(start="2024-01-01", end="2024-01-01")}, ("fund.toml", "validity", "empty_period")),
    ({"fund": FUND.replace(ORIGIN, "", 1)}, ("fund.toml", "validity", "no_origin")),
    ({"fund": a_fund(parent="nowhere")}, ("fund.toml", None, "bad_parent")),
    ({"fund": FUND, "d": a_district(parent="CN")}, ("d.toml", None, "bad_parent")),
    ({"fund": FUND, "d": a_district(region="west")}, ("d.toml", None, "bad_region")),
    ({"fund": FUND, "d": a_district(code="east")}, ("d.toml", None, "bad_field")),
    ({"fund": FUND, "p": head("province", "p", parent="CN", region="p")}, ("p.toml", None, "bad_field")),
    ({"fund": FUND, "twin": a_fund(code="twin", region="east")}, ("twin.toml", None, "same_region")),
    (
        {"fund": FUND, "d": a_district(body=entry("subsidy.amount_fen", "1"))},
        ("d.toml", "subsidy.amount_fen", "not_local"),
    ),
    ({"fund": FUND, "later": a_fund(start="2025-01-01")}, ("later.toml", None, "file_overlap")),
    ({"fund": a_fund(end="2025-01-01"), "later": a_fund(start="2025-01-02")}, ("later.toml", None, "file_gap")),
    ({"fund": a_fund(skip="subsidy.payee")}, ("fund.toml", "subsidy.payee", "missing_key")),
    (
        {"fund": a_fund(skip="subsidy.payee", body=entry("subsidy.payee", '"insured_person"', start="2024-02-01"))},
        ("fund.toml", "subsidy.payee", "value_gap"),
    ),
    (
        {"fund": a_fund(body=entry(RADIUS, "90", more=FINAL)), "d": a_district(body=entry(RADIUS, "80"))},
        ("d.toml", RADIUS, "final"),
    ),
]


@pytest.mark.parametrize(("files", "problem"), SETS)
def test_files_that_do_not_fit_together_are_named(tmp_path, files, problem):
    write(tmp_path, **files)

    assert found(tmp_path) == [problem]


def test_all_problems_of_all_files_are_reported_at_once(tmp_path):
    write(
        tmp_path,
        fund=a_fund(body=radius('"x"') + entry("visit.speed", "1"), skip="subsidy.payee"),
        d=a_district(body=entry("subsidy.least_days", "1")),
    )

    assert found(tmp_path) == [
        ("d.toml", "subsidy.least_days", "not_local"),
        ("fund.toml", RADIUS, "bad_value"),
        ("fund.toml", "visit.speed", "unknown_key"),
        ("fund.toml", "subsidy.payee", "missing_key"),
    ]


def test_a_key_with_a_wrong_value_is_not_called_missing_too(tmp_path):
    write(tmp_path, fund=a_fund(skip="subsidy.payee", body=entry("subsidy.payee", '"neighbour"')))

    assert found(tmp_path) == [("fund.toml", "subsidy.payee", "bad_value")]


def test_a_file_that_is_not_utf_8_is_named_and_its_children_are_not_blamed(tmp_path):
    write(tmp_path, fund=a_fund(parent="x"))
    (tmp_path / "x.toml").write_bytes("名".encode("gb18030"))

    assert found(tmp_path) == [("x.toml", None, "unreadable")]


def test_an_empty_folder_is_refused(tmp_path):
    assert found(tmp_path) == [(str(tmp_path), None, "no_files")]


def test_a_problem_says_in_two_languages_what_would_be_right(tmp_path):
    write(tmp_path, fund=a_fund(body=radius("200.0") + entry("location.radius", "1")))

    with pytest.raises(PolicyFilesInvalid) as invalid:
        load_book(tmp_path)

    assert "20 至 5000 的整数 / 200.0 (float) does not fit; expected a whole number from 20 to 5000" in str(
        invalid.value
    )
    assert "(location.radius_m?)" in str(invalid.value)
