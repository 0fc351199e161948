"""The agency's demo on a cut that still meets each accident: two days of twelve clients in each region.

Each of three carers' eight clients is visited once a day, and one at each midnight: eighteen visits. Four families log
their two days; one forgets a day, another tells a day on two phones.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import openpyxl
import pytest

from app.kernel.geo import CoordinateSystem
from demo import cast, family
from demo.agency import families, report
from demo.agency.accidents import Accident
from demo.agency.families import FamilyDay
from demo.agency.month import Holder
from demo.agency.people import Client
from demo.agency.phones import Phone
from demo.client import Json
from demo.family import Family
from demo.processes import ROOT
from demo.staff import hire
from demo.world import MONTH, World
from tests.conftest import Clone
from tests.journeys.installation import living

ACCIDENTS = {
    "forgotten_out": 1,
    "swapped": 1,
    "far_away": 1,
    "no_position": 1,
    "unconfirmed": 1,
    "day_forgotten": 1,
    "two_phones": 1,
    "offline": 2,
    "over_midnight": 1,
    "over_month_end": 1,
    "hospital_told_late": 1,
    "resent": 7,
    "lost_answer": 4,
}
COUNTED = {
    "上门 visits：状态 states": {"done": 18},
    # Six of eight homes have a guardian's phone. C: four visits without one, one unconfirmed, one without position.
    "上门 visits：佐证等级 grades": {"B": 11, "C": 6, "D": 1},
    "上门 visits：结论 standings": {"accepted": 17, "refused": 1},
    # Late are both taps of the three visits of the carer without a net.
    "上门 visits：待核实事项 exceptions": {
        "early_out": 1,
        "late_sync": 6,
        "no_clock_out": 1,
        "no_location": 2,
        "outside_fence": 2,
        "swapped": 1,
        "too_late": 1,
    },
    "照护日 care days：佐证等级 grades": {"A": 7, "B": 1},
    "照护日 care days：结论 standings": {"accepted": 7, "open": 1},
    "照护日 care days：待核实事项 exceptions": {"late_sync": 2, "new_device": 1, "risk_found": 1, "second_care_day": 1},
    "不属于上门的打卡 taps of no visit：结论 standings": {"open": 4},
    "不属于上门的打卡 taps of no visit：待核实事项 exceptions": {"late_sync": 2, "new_device": 2},
}
SAMPLED = {
    "照护日 care days：结论 standings": {"accepted": 8},
    "照护日 care days：待核实事项 exceptions": {"late_sync": 2, "new_device": 1, "risk_found": 1, "second_care_day": 2},
}
DAYS = [MONTH + timedelta(days=number) for number in range(8)]
BOXES = 1 + 3 * 2 + 6  # the ground, three carers' two days, and the legend
CLIENT = Client(cast.FAMILY_CLIENT, cast.TIANJIN_HOME, CoordinateSystem.WGS84, "示例路1号", is_family=True)


def test_an_agencys_days_come_to_what_their_accidents_explain(tmp_path: Path):
    command = [sys.executable, "-m", "demo", "--agency", "--exit", "--days", "2", "--clients", "12"]

    done = subprocess.run(
        [*command, "--output", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=170, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    tianjin, huaian = sections(done.stdout, "上门服务与照护日 Visits and care days")
    for region in (tianjin, huaian):
        accidents = counts_of(region, "计划的意外 planned accidents")
        sampled = accidents.pop("sampled", 0)  # a day told on two phones, in one run of ten
        assert accidents == ACCIDENTS
        assert {name: counts_of(region, name) for name in COUNTED} == COUNTED | (SAMPLED if sampled else {})
        assert "agree: 7 / 7" in region
        assert "≠" not in region
    assert payments_of(tianjin) == {"paid": 2, "failed（name_mismatch）": 1, "returned（account_closed）": 1}
    assert payments_of(huaian) == {"paid": 4}
    assert balances_of(tianjin) == ("483.86", "483.86")
    assert balances_of(huaian) == ("360.00", "360.00")
    for code, region in (("tianjin", tianjin), ("huaian", huaian)):
        visits, planned, recorded = re.search(r"list of visits (\d+) .*planned (\d+).*recorded (\d+)", region).groups()
        assert sums_of(tmp_path / f"{code}-staff-load.xlsx") == (int(visits), int(planned), int(recorded))
        assert (tmp_path / f"{code}-staff-load.svg").read_text(encoding="utf-8").count("<rect") == BOXES


@pytest.mark.slow
def test_a_phone_that_loses_a_record_is_told_apart_from_one_that_sends_it_twice(own_database: Clone, tmp_path: Path):
    with living(own_database, tmp_path) as here:
        here.world.move_to(MONTH, 7)
        staff = hire(here.world, region="tianjin", number=1)
        plan = family.Plan(cast.FAMILY_CLIENT, cast.FAMILY_CARER, cast.TIANJIN_HOME, 11, frozenset())
        registered = family.register(here.world, staff, plan)
        honest, wiped = (kind(registered.carer.user, Random(1)) for kind in (Phone, LosesItsOuts))

        of_honest = log_days(here.world, registered, honest, days=DAYS[:4])
        of_wiped = log_days(here.world, registered, wiped, days=DAYS[4:])

        assert honest.accidents == {Accident.RESENT: 1, Accident.LOST_ANSWER: 1}
        assert of_honest[0].endswith("打卡 taps 8 / 8，照护日 days 4 / 4  =")
        assert of_honest[-1].endswith("agree: 1 / 1")
        assert of_wiped[0].endswith("打卡 taps 8 / 4，照护日 days 4 / 4  ≠")
        assert of_wiped[-1].endswith("agree: 0 / 1")


@pytest.mark.parametrize("found", [{"no_clock_out": 2}, {"no_clock_out": 1, "overlap": 1}, {}])
def test_what_no_accident_explains_shows_in_the_report(found: dict[str, int]):
    line = report.beside("待核实事项 exceptions", Counter(found), Counter(no_clock_out=1))

    assert line.endswith("≠ 计划 planned no_clock_out 1")


class LosesItsOuts(Phone):
    """Its clock-outs never leave it; its own count has them."""

    def _send(self, path: str, body: Json) -> None:
        if body.get("kind") != "out":
            super()._send(path, body)


def log_days(world: World, registered: Family, phone: Phone, *, days: Sequence[date]) -> list[str]:
    """Live through a family's days with a phone; what the report says of its count."""
    for day in days:
        each = FamilyDay(day, 0, CLIENT, registered.client_id)
        for step in families.steps_of(each, phone=phone, second=None):
            world.clock.move_to(step.at)
            step.act()
    held = phone.count_held(first=days[0], last=days[-1])
    return list(report.compare_records([Holder(cast.FAMILY_CARER, [phone])], [held]))


def sections(said: str, heading: str) -> list[str]:
    """The parts of a report, region by region."""
    return re.split(rf"── .* {heading} ─+\n", said)[1:]


def counts_of(region: str, name: str) -> dict[str, int]:
    """What a line of the report counts; without the words that say whether it was planned."""
    (line,) = re.findall(rf"^{name}：(.*?)(?:  [=≠].*)?$", region, re.MULTILINE)
    return {key: int(count) for key, count in (each.rsplit(" ", 1) for each in line.split("，"))}


def payments_of(region: str) -> dict[str, int]:
    return Counter(re.findall(r"^P[0-9A-F]{32} .*：(\S+)$", region, re.MULTILINE))


def balances_of(region: str) -> tuple[str, str]:
    (found,) = re.findall(r"借方合计 debits (\S+) = 贷方合计 credits (\S+)", region)
    return found


def sums_of(workbook: Path) -> tuple[int, int, int]:
    """Visits, planned and recorded minutes, summed over the days of the sheets that have them day by day."""
    book = openpyxl.load_workbook(workbook)
    planned, recorded = (
        sum(sum(row[2:]) for row in book[name].iter_rows(min_row=2, values_only=True)) for name in ("计划", "已记录")
    )
    return sum(row[2] for row in book["合计"].iter_rows(min_row=2, values_only=True)), planned, recorded
