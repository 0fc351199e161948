"""A storm and a calm: the same phones with the same records, over a bad network to real processes, and over none."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
from flask import Flask
from sqlalchemy import create_engine

from app.kernel import clock, tokens
from app.kernel.permissions import Actor, Permission
from app.kernel.settings import Settings
from demo.installation import DemoTime
from demo.processes import ROOT, Door, start_listener, start_server
from tests.checkin.factories import API
from tests.conftest import Clone, settings_for
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, headers
from tests.storm.held import Held, read_held
from tests.storm.invariants import find_broken, find_differences, find_unsettled
from tests.storm.people import DAYS, People
from tests.storm.phones import Phone
from tests.storm.proxy import CONTROL, Fault
from tests.storm.script import Made, PhoneScript, steps_of, write_script

SHARES: Mapping[Fault, float] = {
    Fault.CUT: 0.06,
    Fault.HALF: 0.04,
    Fault.BUSY: 0.05,
    Fault.DELAY: 0.1,
    Fault.DOUBLE: 0.15,
    Fault.PARK: 0.1,
    Fault.LEAVE: 0.07,
    Fault.DROP: 0.15,
    Fault.TORN: 0.05,
}
ROUNDS = 3  # of each step: what every phone tries once
MOST_ROUNDS = 30  # of a network that is well


class Broken(AssertionError):
    """What must never be; the text says what and how to see it again."""


@dataclass(frozen=True)
class Place:
    """A running server with a bad network before it, and the people of its database."""

    people: People
    database: Clone
    settings: Settings
    proxy_url: str
    time: DemoTime
    http: httpx.Client
    made: dict[str, Made] = field(default_factory=dict)  # by the phones of all storms here

    def network(self, what: str, **said: Any) -> Counter[str]:
        """Tell the proxy; what it has done to how many requests so far."""
        return Counter(self.http.post(f"{CONTROL}/{what}", json=said).raise_for_status().json())

    def token(self, actor: Actor) -> str:
        """As if just logged in."""
        keys, at = self.settings.token_keys, self.time.now()
        return tokens.issue(actor, grants_version=1, keys=keys, at=at, lifetime=HOUR)


@contextmanager
def a_place(
    people: People, database: Clone, folder: Path, *, logs: Path, application: str = "wsgi:application"
) -> Iterator[Place]:
    """Start server and proxy; `folder` has the keys of the database."""
    with ExitStack() as stack:
        time = DemoTime(database.urls.owner)
        stack.callback(time.close)
        time.move_to(steps_of(DAYS[:1])[0])
        door = Door()
        stack.callback(door.close)
        environment = os.environ | {
            "DATABASE_URL": database.urls.runtime,
            "ANHU_DATA_DIR": str(folder),
            "ANHU_DEMO_CLOCK": "on",
            "ANHU_LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }
        port = door.url.rpartition(":")[2]
        proxy, url = start_listener("proxy", [sys.executable, "-m", "tests.storm.proxy", "--upstream", port], logs=logs)
        stack.callback(proxy.stop)
        server = start_server(door, environment=environment, logs=logs, application=application)
        stack.callback(server.stop)
        http = stack.enter_context(httpx.Client(base_url=url, timeout=20, trust_env=False))
        yield Place(people, database, settings_for(database.urls, folder), url, time, http)


@dataclass
class Storm:
    """One storm over a place. `forgets` is a control, as are some faults."""

    place: Place
    seed: str
    days: Sequence[date] = DAYS[:1]
    shares: Mapping[Fault, float] = field(default_factory=lambda: SHARES)
    forgets: bool = False
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.script = write_script(self.seed, self.place.people, days=self.days)
        self.phones = [self._phone(each) for each in self.script]
        self._engine = create_engine(self.place.database.urls.owner)

    def rage(self) -> Held:
        """Step by step to empty outboxes; what is held then. Raises Broken."""
        try:
            for step in steps_of(self.days):
                self._step(step)
            self.place.network("heal")
            self._drain()
            held = self._check("at the end")
            self._check_counts()
            return held
        finally:
            self._engine.dispose()

    def _step(self, step: datetime) -> None:
        """A bad network for some rounds; what is still in it at the end arrives."""
        self.place.time.move_to(step)
        self.place.network("storm", seed=f"{self.seed}:{step}", **self.shares)
        online = [phone for phone in self.phones if step in phone.script.online_at]
        for phone in online:
            phone.make(until=step)
            self.place.made.update(phone.made)
        for number in range(ROUNDS):
            self._all(online, Phone.send_some)
            self._check(f"{step:%d %H:%M}, round {number + 1}")
        self.faults += self.place.network("flush")
        self._check(f"{step:%d %H:%M}, later")

    def _drain(self) -> None:
        for _ in range(MOST_ROUNDS):
            if not any(phone.waiting for phone in self.phones):
                return
            self._all(self.phones, Phone.send_all)
        self._tell("drained", [f"{each.script.name} has no answer for {[*each.waiting]}" for each in self.phones])

    def _phone(self, script: PhoneScript) -> Phone:
        place = self.place

        def token() -> str:
            return place.token(script.actor)

        return Phone(script, self.seed, place.http, place.time.now, token, forgets=self.forgets)

    def _all(self, phones: Sequence[Phone], work: Callable[[Phone], None]) -> None:
        with ThreadPoolExecutor(len(phones)) as at_once:
            list(at_once.map(work, phones))

    def _check(self, when: str) -> Held:
        accepted = {each for phone in self.phones for each in phone.accepted}
        held = read_held(self._engine, self.place.settings)
        broken = find_broken(held, made=self.place.made, accepted=accepted)
        if when == "at the end":
            made = {each: record for phone in self.phones for each, record in phone.made.items()}
            refused = {each: status for phone in self.phones for each, status in phone.refused.items()}
            broken += find_unsettled(made=made, accepted=accepted, refused=refused)
            broken += [f"{each.script.name} was answered 500" for each in self.phones if each.failures[500]]
        self._tell(when, broken)
        return held

    def _check_counts(self) -> None:
        for phone in self.phones:
            if phone.script.actor.may(Permission.CLOCK_IN):
                own, there = phone.count_own(), phone.count_held()
                if own != there:
                    self._tell("counted", [f"{phone.script.name} counts {dict(own)}, the server {dict(there)}"])

    def _tell(self, when: str, broken: Sequence[str]) -> None:
        if broken:
            again = f'make storm ARGS="--seed {self.seed} --days {len(self.days)}"'
            raise Broken("\n".join([f"Seed {self.seed}, {when}. To see it again: {again}", *broken]))

    def compare(self, stormy: Held, calm: Held) -> None:
        """Raises Broken where the storm changed what came of the records."""
        self._tell("compared with a calm", find_differences(stormy, calm))


def calm(app: Flask, database: Clone, storm: Storm) -> Held:
    """The same records over no network, in the order in which they were made; what is held then."""
    sent: set[str] = set()
    client = app.test_client()
    for step in steps_of(storm.days):
        with clock_at(step):
            for phone in storm.script:
                due = [each for each in phone.records if each.made_at < step and each.id not in sent]
                if due and step in phone.online_at:
                    who = headers(app, phone.actor) | {"Phone-Sent-At": phone.clock.shows(clock.now()).isoformat()}
                    answer = client.post(f"{API}/sync", json={"records": [each.line for each in due]}, headers=who)
                    told = [each["status"] for each in answer.json["answers"]]
                    assert told == [422 if each.is_broken else 201 for each in due], answer.json
                    sent |= {each.id for each in due}
    engine = create_engine(database.urls.owner)
    held = read_held(engine, storm.place.settings)
    engine.dispose()
    return held
