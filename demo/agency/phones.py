"""A carer's phone with the small accidents of real ones: it counts what it made, and sends some of it twice.

Every seventh record is sent again although the answer came; every eleventh loses its answer and is sent again. The
phone's count is of records, so it must agree with the server's, whatever was sent twice.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from demo.client import Json, User
from demo.invented import coordinates, east_of, north_of

RESENT_EVERY, LOST_EVERY = 7, 11
NOISE_M = 15.0


@dataclass
class Phone:
    """One carer's phone; `made` counts its records by kind."""

    user: User
    random: Random
    made: Counter[str] = field(default_factory=Counter)
    accidents: Counter[str] = field(default_factory=Counter)
    _sent: int = 0

    def tap(self, path: str, *, at: datetime, near: Point | None, **more: Any) -> Json:
        """Clock in or out somewhere near a point, or without a position; answers what the server says."""
        body = {"id": str(new_id(at=at)), "occurred_at": at.isoformat(), "fix": near and self._fix(near, at), **more}
        return self._send(path, body, kind="clock_events")

    def log_items(self, path: str, items: list[Json]) -> None:
        """Log what was done in a visit."""
        self._send(path, {"items": items}, kind="items", count=len(items))

    def log_day(self, body: Json) -> Json:
        """Log a family carer's day."""
        return self._send("/care-days", body, kind="care_days")

    def agrees(self, *, first: date, last: date) -> bool:
        """Whether the server holds as many records of these days as the phone made."""
        held = self.user.get("/sent-records", day_from=first, day_to=last)
        return all(held[kind] == self.made[kind] for kind in ("clock_events", "items", "care_days"))

    def _send(self, path: str, body: Json, *, kind: str, count: int = 1) -> Json:
        self.made[kind] += count
        self._sent += 1
        if self._sent % LOST_EVERY == 0:
            self.user.lose(path, body)
            self.accidents["lost_answer"] += 1
        answer: Json = self.user.post(path, body)
        if self._sent % RESENT_EVERY == 0:
            again, _ = self.user.resend(path, body)
            self.accidents["resent"] += 1
            if again != answer:
                raise AnswerDiffers(f"{path}: first {answer}, then {again}")
        return answer

    def _fix(self, near: Point, at: datetime) -> Json:
        """Some fifteen metres off, as phones are; GCJ-02, as WeChat gives it."""
        place = east_of(north_of(near, self.random.gauss(0, NOISE_M)), self.random.gauss(0, NOISE_M))
        return {
            **coordinates(place, CoordinateSystem.GCJ02),
            "accuracy_m": self.random.randint(10, 45),
            "fixed_at": at.isoformat(),
            "source": "simulated",
        }


class AnswerDiffers(RuntimeError):
    """A resend was not answered as the first time."""
