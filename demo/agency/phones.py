"""A carer's phone with the small accidents of real ones: it counts what it made, and sends some of it twice.

Every seventh record is sent again although the answer came; every eleventh loses its answer and is sent again. A phone
without a net keeps its records and sends them when it has one. Its count is of records made, so it must agree with the
server's, whatever was sent twice or late.

Positions say that they come from WeChat, as a real phone's do: "simulated" would put a mark on every visit that no
real one has. That all is made up is said by the names, the addresses and the headings of what the demo writes.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from demo.agency.accidents import Accident
from demo.client import Json, User
from demo.invented import coordinates, east_of, north_of
from demo.professional import AnswerDiffers

RESENT_EVERY, LOST_EVERY = 7, 11
NOISE_M, ROUGH_M = 15.0, 160
KINDS = ("clock_events", "items", "care_days")


@dataclass
class Phone:
    """One phone of a carer's; `made` counts her records by kind, `late_taps` those that were sent hours later."""

    user: User
    random: Random
    made: Counter[str] = field(default_factory=Counter)
    accidents: Counter[Accident] = field(default_factory=Counter)
    late_taps: int = 0
    _is_offline: bool = False
    _kept: list[tuple[str, Json]] = field(default_factory=list)
    _sent: int = 0

    def tap(self, path: str, *, at: datetime, near: Point | None, is_rough: bool = False, **more: Any) -> str:
        """Clock in or out somewhere near a point, or without a position; answers the event's id."""
        fix = near and self._fix(near, at, is_rough=is_rough)
        body = {"id": str(new_id(at=at)), "occurred_at": at.isoformat(), "fix": fix, **more}
        self.late_taps += self._is_offline
        self._record(path, body, kind="clock_events")
        return str(body["id"])

    def log_items(self, path: str, items: list[Json]) -> None:
        """Log what was done in a visit."""
        self._record(path, {"items": items}, kind="items", count=len(items))

    def tell_checks(self, path: str, body: Json) -> None:
        """Tell what was checked before service; the server counts none of it in what it holds."""
        if self._is_offline:
            self._kept.append((path, body))
        else:
            self.user.post(path, body)

    def log_day(self, body: Json) -> None:
        """Log a family carer's day."""
        self._record("/care-days", body, kind="care_days")

    def go_offline(self) -> None:
        """Keep what is recorded from now on."""
        self._is_offline = True

    def go_online(self) -> None:
        """Send what was kept, in order."""
        self.accidents[Accident.OFFLINE] += bool(self._kept)
        self._is_offline = False
        while self._kept:
            self._send(*self._kept.pop(0))

    def count_held(self, *, first: date, last: date) -> dict[str, int]:
        """How many of the carer's records of these days the server holds, by kind."""
        held = self.user.get("/sent-records", day_from=first, day_to=last)
        return {kind: held[kind] for kind in KINDS}

    def _record(self, path: str, body: Json, *, kind: str, count: int = 1) -> None:
        self.made[kind] += count
        if self._is_offline:
            self._kept.append((path, body))
        else:
            self._send(path, body)

    def _send(self, path: str, body: Json) -> None:
        self._sent += 1
        if self._sent % LOST_EVERY == 0:
            self.user.lose(path, body)
            self.accidents[Accident.LOST_ANSWER] += 1
        answer = self.user.post(path, body)
        if self._sent % RESENT_EVERY == 0:
            again, _ = self.user.resend(path, body)
            self.accidents[Accident.RESENT] += 1
            if again != answer:
                raise AnswerDiffers(f"{path}: first {answer}, then {again}")

    def _fix(self, near: Point, at: datetime, *, is_rough: bool) -> Json:
        """Some fifteen metres off, as phones are; GCJ-02, as WeChat gives it."""
        place = east_of(north_of(near, self.random.gauss(0, NOISE_M)), self.random.gauss(0, NOISE_M))
        return {
            **coordinates(place, CoordinateSystem.GCJ02),
            "accuracy_m": ROUGH_M if is_rough else self.random.randint(10, 45),
            "fixed_at": at.isoformat(),
            "source": "wechat",
        }
