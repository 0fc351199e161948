import pytest
from click.testing import CliRunner

from app.cli.main import main
from demo.installation import lay_policies
from tests.policies.factories import a_fund, entry, write


def run(*words, env=None):
    return CliRunner().invoke(main, ["policies", *words], env={"ANHU_POLICIES_DIR": None} | (env or {}))


def test_the_shipped_files_pass_the_check():
    answer = run("check")

    assert answer.exit_code == 0
    assert "tianjin" in answer.output
    assert "2029-12-06" in answer.output


def test_a_folder_with_problems_fails_the_check_and_names_them(tmp_path):
    answer = run("check", str(write(tmp_path, fund=a_fund(body=entry("visit.speed", "1")))))

    assert answer.exit_code == 1
    assert "fund.toml: visit.speed: 没有这个键" in answer.output


def test_show_names_the_clause_the_secondary_source_and_what_is_assumed(tmp_path):
    words = ["show", "tianjin", "--district", "120101", "--on", "2026-11-03"]
    lines = run(*words, env={"ANHU_POLICIES_DIR": str(lay_policies(tmp_path))}).output.splitlines()

    shown = {line.split()[0]: line for line in lines if line.strip()}
    assert "二（四）" in shown["carer.caseload_max"]
    assert "二手来源" in shown["subsidy.amount_fen"]
    assert "75000" in shown["subsidy.amount_fen"]
    assert "经办机构假定" in shown["subsidy.day_divisor"]
    assert "district 120101" in shown["location.radius_m"]
    assert "6000" in shown["settlement.prices"]  # the demo's own


@pytest.mark.parametrize("on", ["2024-12-05", "2029-12-06"])
def test_show_of_a_day_without_rules_fails_with_a_sentence(on):
    answer = run("show", "tianjin", "--on", on)

    assert answer.exit_code == 1
    assert "tianjin" in answer.output


def test_a_folder_in_the_environment_replaces_the_shipped_files(tmp_path):
    write(tmp_path, fund=a_fund())

    answers = [
        run(*words, env={"ANHU_POLICIES_DIR": str(tmp_path)})
        for words in (["check"], ["show", "tianjin", "--on", "2026-01-01"])
    ]

    assert "east" in answers[0].output
    assert answers[1].exit_code == 1
