"""The runbook's table of states is the one that the code keeps."""

import re

from app.payouts.types import ALLOWED, PayoutState
from tests.conftest import ROOT

ROW = re.compile(r"^\| `(\w+)` \|.*\| ([^|]*)\|$", re.MULTILINE)


def test_the_runbook_tells_every_state_and_what_may_follow_it():
    page = (ROOT / "docs" / "runbooks" / "payouts.md").read_text()

    told = {PayoutState(state): frozenset(re.findall(r"`(\w+)`", following)) for state, following in ROW.findall(page)}

    assert told == ALLOWED
