"""A phone's outbox: it keeps each record until the server has answered it, and counts what was accepted."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from app.kernel import clock
from demo.world import ZONE
from tests.checkin.factories import API
from tests.storm.proxy import NUMBER
from tests.storm.script import Made, PhoneScript

COUNTED = {"clock_in": "clock_events", "clock_out": "clock_events", "clock_event": "clock_events"}
COUNTED |= {"item": "items", "care_day": "care_days", "checks": "checks", "attempt": "attempts"}
COUNTED |= {"stated_end": "statements", "confirmation": "statements", "help_call": "help_calls", "photo": "photos"}
PATIENCE_S = 20.0
A_DAY = timedelta(days=1)


@dataclass
class Phone:
    """One phone in a storm. `forgets` is a control: what got no answer is thrown away."""

    script: PhoneScript
    seed: str
    http: httpx.Client
    now: Callable[[], datetime]
    token: Callable[[], str]
    forgets: bool = False
    made: dict[str, Made] = field(default_factory=dict)
    waiting: dict[str, Made] = field(default_factory=dict)
    accepted: dict[str, Made] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    failures: Counter[int] = field(default_factory=Counter)
    sent: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(f"{self.seed}:{self.script.name}")

    def make(self, *, until: datetime) -> None:
        """Put into the outbox what happened meanwhile."""
        new = {each.id: each for each in self.script.records if each.made_at < until and each.id not in self.made}
        self.made |= new
        self.waiting |= new

    def send_some(self) -> None:
        """Some of the outbox in some order: together, or one request each."""
        if not self.waiting:
            return
        some = self._dice.sample([*self.waiting.values()], self._dice.randint(1, len(self.waiting)))
        if self._dice.random() < 0.7:
            self.sync(some)
        else:
            for record in some[:3]:
                self.send(record)

    def send_all(self) -> None:
        """The whole outbox together."""
        if self.waiting:
            self.sync([*self.waiting.values()])

    def sync(self, records: Sequence[Made]) -> None:
        """Records together, each answered by itself."""
        answer = self.ask("POST", "/sync", json={"records": [each.line for each in records]})
        if answer is None:
            self._forget(records)
        elif answer.status_code == 200:
            for record, told in zip(records, answer.json()["answers"], strict=True):
                self._note(record, told["status"])

    def send(self, record: Made) -> None:
        """A record by a request of its own."""
        path, body = record.request
        answer = self.ask("POST", path, json=body)
        if answer is None:
            self._forget([record])
        else:
            self._note(record, answer.status_code)

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response | None:
        """An answer that came whole, or None."""
        self.sent += 1
        headers = {
            "Authorization": f"Bearer {self.token()}",
            "Phone-Sent-At": self.script.clock.shows(self.now()).isoformat(),
            NUMBER: f"{self.script.name} {self.sent}",
            "Connection": "close",
        }
        with suppress(httpx.TransportError):
            answer = self.http.request(method, f"{API}{path}", headers=headers, **request)
            self.failures[answer.status_code] += answer.status_code >= 500
            return answer
        return None

    def count_own(self) -> Counter[str]:
        """How many records of each kind it believes to be with the server."""
        return Counter(COUNTED[each.kind] for each in self.accepted.values() if each.kind in COUNTED)

    def count_held(self) -> Counter[str]:
        """How many of each kind the server says it holds, of all days that the phone has ever shown."""
        instants = (datetime.fromisoformat(each.content["occurred_at"]) for each in self.made.values())
        days = {clock.local_date(instant, ZONE) for instant in instants}
        total: Counter[str] = Counter()
        for day in days:
            answer = self.ask("GET", "/sent-records", params={"day_from": day.isoformat(), "day_to": day.isoformat()})
            assert answer is not None
            assert answer.status_code == 200, answer.text
            total += Counter(answer.json())
        return total

    def _note(self, record: Made, status: int) -> None:
        if status < 300:
            self.accepted[record.id] = record
        elif status < 500:
            self.refused[record.id] = status
        else:
            self.failures[status] += 1
            return
        self.waiting.pop(record.id, None)

    def _forget(self, records: Sequence[Made]) -> None:
        for record in records if self.forgets else ():
            self.waiting.pop(record.id)
