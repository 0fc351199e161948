"""Phones with wrong clocks send a day's work over a network that cuts, delays, doubles, reorders and loses answers.

Whatever it does, nothing is lost, doubled or halved in any moment, and at last everything stands as if it had been
sent over a good one. Controls show that the simulator sees: a phone that forgets, a network that lies or alters, and
servers that lack a guard. `make storm` tries many seeds.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.checkin.service import moves
from app.factory import create_app
from app.kernel.db import db
from tests.conftest import Clone, clone_of, drop, settings_for
from tests.storm.counts_arrival import count_arrival
from tests.storm.held import Held
from tests.storm.people import DAYS, People, settle_in
from tests.storm.proxy import Fault
from tests.storm.weather import Broken, Storm, a_place, calm

SEEDS = os.environ.get("ANHU_STORM_SEEDS", "1").split()
OF_STORM = DAYS[: int(os.environ.get("ANHU_STORM_DAYS", "1"))]
OF_CONTROLS = DAYS[-3:]
FORGETS, LIES, ALTERS = {Fault.DROP: 0.5}, {Fault.LIE: 0.5}, {Fault.ALTER: 0.5}


@dataclass(frozen=True)
class Settled:
    """A database with the people of a storm and no work yet, and the folder of its keys."""

    people: People
    name: str
    folder: Path


@pytest.fixture(scope="session")
def settled(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settled]:
    clone, folder = clone_of(template), tmp_path_factory.mktemp("storm")
    people = settle_in(create_app(settings_for(clone.urls, folder)))
    yield Settled(people, clone.name, folder)
    drop(clone)


@pytest.fixture
def stormy(settled: Settled) -> Iterator[Clone]:
    clone = clone_of(settled.name)
    yield clone
    drop(clone)


@pytest.fixture
def quiet(settled: Settled) -> Iterator[Clone]:
    clone = clone_of(settled.name)
    yield clone
    drop(clone)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_loses_doubles_and_changes_nothing_and_controls_are_seen(
    seed: str, settled: Settled, stormy: Clone, quiet: Clone, tmp_path: Path
):
    with a_place(settled.people, stormy, settled.folder, logs=tmp_path) as place:
        storm = Storm(place, seed, OF_STORM)
        after_storm = storm.rage()
        assert storm.faults.total() - storm.faults["pass"] > 10  # else nothing was tried

        with pytest.raises(Broken, match=r"was never answered|counts"):
            Storm(place, seed, OF_CONTROLS[:1], shares=FORGETS, forgets=True).rage()
        with pytest.raises(Broken, match="was accepted and is not held"):
            Storm(place, seed, OF_CONTROLS[1:2], shares=LIES).rage()
        with pytest.raises(Broken, match=r"was sent as .* and is held as"):
            Storm(place, seed, OF_CONTROLS[2:], shares=ALTERS).rage()

    storm.compare(after_storm, in_a_calm(storm, settled, quiet))


def in_a_calm(storm: Storm, settled: Settled, quiet: Clone) -> Held:
    """What is held when the records of a storm are sent over no network."""
    app = create_app(settings_for(quiet.urls, settled.folder))
    held = calm(app, quiet, storm)
    with app.app_context():
        db.engine.dispose()
    return held


WRONG_SERVERS = {
    "tests.storm.answers_as_new:application": "was made by no phone",
    "tests.journeys.commits_early:application": "names None, which|and has taps",
}


@pytest.mark.slow
@pytest.mark.parametrize("application", WRONG_SERVERS)
def test_a_server_that_lacks_a_guard_is_seen(application: str, settled: Settled, stormy: Clone, tmp_path: Path):
    with (
        a_place(settled.people, stormy, settled.folder, logs=tmp_path, application=application) as place,
        pytest.raises(Broken, match=WRONG_SERVERS[application]),
    ):
        Storm(place, "1").rage()


@pytest.mark.slow
def test_a_server_where_taps_count_when_they_arrive_is_seen(
    settled: Settled, stormy: Clone, quiet: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    application = "tests.storm.counts_arrival:make()"
    with a_place(settled.people, stormy, settled.folder, logs=tmp_path, application=application) as place:
        storm = Storm(place, "2", DAYS[:2])
        after_storm = storm.rage()

    monkeypatch.setattr(moves, "judge_clock", count_arrival)
    with pytest.raises(Broken, match=r"compared with a calm(.|\n)*times "):
        storm.compare(after_storm, in_a_calm(storm, settled, quiet))
