"""The demo's mini-program: what its host is told, what is planned to do there, what is said where it cannot be."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.kernel.geo import CoordinateSystem
from demo import cast, phones
from demo.invented import coordinates
from demo.phones import Holder, Shown

HOLDERS = (
    Holder(cast.CARER, "carer", cast.TIANJIN_HOME),
    Holder(cast.FAMILY_CARER, "family carer", cast.TIANJIN_SECOND_HOME),
    Holder(cast.GUARDIAN, "guardian", cast.TIANJIN_HOME),
)
SHOWN = Shown(HOLDERS, str(UUID(int=1)), str(UUID(int=2)), dispatcher=None)  # type: ignore[arg-type]  # asks nobody


@pytest.mark.parametrize(
    ("now", "first"),
    [("10:00", "10:15"), ("10:14", "10:15"), ("10:15", "10:30"), ("10:59", "11:00"), ("23:50", "00:00")],
)
def test_a_visit_begins_soon_and_one_on_each_of_the_next_days(now: str, first: str):
    at = datetime.fromisoformat(f"2026-11-05T{now}:30+00:00")

    visits = phones.visits_ahead(SHOWN, now=at)

    starts = [datetime.fromisoformat(each["planned_from"]) for each in visits]
    assert starts[0].strftime("%H:%M") == first
    assert timedelta(0) < starts[0] - at <= timedelta(minutes=15)
    assert [start - starts[0] for start in starts] == [timedelta(days=day) for day in range(4)]
    assert len({each["id"] for each in visits}) == 4


def test_the_host_knows_three_people_and_where_their_phones_lie():
    state = phones.state_of(HOLDERS, shift=timedelta(hours=-2))

    people = state["people"]
    assert isinstance(people, list)
    assert [each["openid"] for each in people] == [f"tianjin-{each.who.openid}" for each in HOLDERS]
    assert state["shift_ms"] == -7_200_000
    home = coordinates(cast.TIANJIN_SECOND_HOME, CoordinateSystem.GCJ02)
    assert 0 < abs(people[1]["place"]["latitude"] - home["latitude"]) < 0.0002
    assert people[0]["place"] == people[2]["place"] != people[1]["place"]


@pytest.mark.parametrize(
    ("there", "lacks"),
    [
        ((), "node"),
        (("node",), "node"),
        (("node", "npm"), "packages"),
        (("node", "npm", "make", "packages"), "build"),
    ],
)
def test_what_is_in_the_way_is_said_with_what_to_type(
    there: tuple[str, ...], lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Programs that only fail stand in for those that are there."""
    for name in ("node", "npm", "make"):
        if name in there or name == "make":
            (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
            (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(phones, "PACKAGES", str(tmp_path / ("node" if "packages" in there else "nothing")))

    found = phones.built(tmp_path / "client")

    assert found == lacks
    assert "type `" in phones.TO_TYPE[found]
