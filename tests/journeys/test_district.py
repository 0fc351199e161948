"""The district's demo on a cut of eight days that still meets everything that a district's month must hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo.agency.counts import Count, CountMissed, check
from demo.processes import ROOT
from tests.journeys.test_agency import balances_of, counts_of, sections

FAILURES = ("failed account_closed", "failed name_mismatch", "returned account_closed", "unknown")
# Of each region; both live through the same accidents.
COUNTS = {
    "服务对象 clients": 42,
    "护理员 carers": 8,
    "亲情照护人员 family carers": 14,
    "位置不确定 uncertain positions": 10,
    "位置在围栏外 positions outside": 4,
    "没有定位 no position": 3,
    "忘记签退 forgotten check-outs": 4,
    "一小时后才上传 sent more than an hour late": 4,
    "住院 hospital stays": 4,
    "其中事后才知道 known late": 2,
    "去世 deaths": 1,
    "护理方式变更 mode changes": 3,
    "培训中的亲情照护人员 carers in training": 2,
    "其中转正 become formal": 1,
    "夫妻同住 couples at one address": 1,
    "住址登记有误 wrong home addresses": 1,
    "月中证书到期 certificates expiring": 1,
    "审核未通过 refused reviews": 3,
    f"银行未付成 bank failures（{'，'.join(f'{each} 1' for each in FAILURES)}）": 4,
}
VISITS = 77  # of which the shares are taken


@pytest.mark.slow
def test_a_districts_days_hold_everything_and_come_to_what_was_planned(tmp_path: Path):
    command = [sys.executable, "-m", "demo", "--district", "--exit", "--days", "8", "--clients", "42"]

    done = subprocess.run(
        [*command, "--output", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    regions = sections(done.stdout, "这个月里有什么 What the month holds")
    assert len(regions) == 2
    for region in regions:
        found = re.findall(r"^(.+)：(\d+)(?: / (\d+) = [\d.]+%)?，≥ \d+(?: %)?$", region, re.MULTILINE)
        assert {name: int(number) for name, number, _ in found} == COUNTS
        assert {among for _, _, among in found} == {"", str(VISITS)}
        assert counts_of(region, "上门 visits：状态 states") == {"done": VISITS, "cancelled": 1}
        assert [line for line in region.splitlines() if "≠" in line] == []
        assert region.count("= 与计划相符 as planned") == 10
        assert "agree: 22 / 22" in region
        assert len(set(balances_of(region))) == 1


@pytest.mark.parametrize(
    ("count", "is_met"),
    [
        (Count("clients", 200, 200), True),
        (Count("clients", 199, 200), False),
        (Count("uncertain", 8, 8, among=100), True),
        (Count("uncertain", 7, 8, among=88), False),
        (Count("uncertain", 8, 8, among=101), False),
        (Count("uncertain", 0, 8, among=0), True),
    ],
)
def test_a_share_is_of_all_and_what_is_missing_is_said(count: Count, is_met: bool):
    if is_met:
        check({"tianjin": [count]})
    else:
        with pytest.raises(CountMissed, match="tianjin"):
            check({"tianjin": [count]})
