"""What goes wrong in the month, planned beforehand, and what the server must find of it: nothing else may turn up.

Which visits and days are struck follows from their place in the month, so that every run is alike and a cut of two days
with twelve clients still meets each accident.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

VISITS_BETWEEN, DAYS_BETWEEN = 53, 17  # prime to the sizes of a day, so that it is not the same people each time
OFFLINE_EVERY = 6


class Accident(StrEnum):
    """One thing that goes wrong."""

    FORGOTTEN_OUT = "forgotten_out"  # the carer left without a clock-out: the worker closes the visit
    SWAPPED = "swapped"  # out tapped at the beginning, in at the end
    FAR_AWAY = "far_away"  # both taps 900 m from the door, and nobody at home confirms
    NO_POSITION = "no_position"
    UNCONFIRMED = "unconfirmed"  # the guardian has a phone, and does not confirm
    DAY_FORGOTTEN = "day_forgotten"
    TWO_PHONES = "two_phones"  # a family carer's day told on both of her phones
    OFFLINE = "offline"  # a phone without a net for a day: it sends in the evening
    OVER_MIDNIGHT = "over_midnight"
    OVER_MONTH_END = "over_month_end"
    HOSPITAL_TOLD_LATE = "hospital_told_late"
    RESENT = "resent"
    LOST_ANSWER = "lost_answer"


OF_VISITS: Mapping[int, Accident] = {
    2: Accident.FORGOTTEN_OUT,
    5: Accident.SWAPPED,
    8: Accident.FAR_AWAY,
    11: Accident.NO_POSITION,
    14: Accident.UNCONFIRMED,
}
FORGOTTEN_DAY = 7
# Exceptions that the server must find, beside the one for each tap that a phone kept for hours. Who taps out an hour
# early taps in an hour late.
LEAVES: Mapping[Accident, Mapping[str, int]] = {
    Accident.FORGOTTEN_OUT: {"no_clock_out": 1},
    Accident.SWAPPED: {"swapped": 1, "early_out": 1, "too_late": 1},
    Accident.FAR_AWAY: {"outside_fence": 2},
    Accident.NO_POSITION: {"no_location": 2},
}
UNPLACED = (Accident.FAR_AWAY, Accident.NO_POSITION)
UNWITNESSED = (Accident.FAR_AWAY, Accident.UNCONFIRMED)
LATE = "late_sync"


def of_visit(ordinal: int) -> Accident | None:
    """What befalls a region's visit, counted through the month."""
    return OF_VISITS.get(ordinal % VISITS_BETWEEN)


def is_day_forgotten(ordinal: int) -> bool:
    """Whether a family forgets to log a day, counted through the month."""
    return ordinal % DAYS_BETWEEN == FORGOTTEN_DAY


def is_offline(order: int, *, day: int, among: int) -> bool:
    """Whether the phone of the carer of this order has no net on a day of the month, counted from 0."""
    turn, left = divmod(day, OFFLINE_EVERY)
    return left == 1 and order == (turn + 1) % among


def two_phones_on(days: int) -> Collection[int]:
    """The days, counted from 0, on which a family carer uses two phones."""
    return {3, 17} if days > 17 else {0}


@dataclass
class Explained:
    """What the server must have found of one kind of fact."""

    grades: Counter[str] = field(default_factory=Counter)
    standings: Counter[str] = field(default_factory=Counter)
    exceptions: Counter[str] = field(default_factory=Counter)

    def add_visit(self, accident: Accident | None, *, has_guardian: bool) -> None:
        """A visit that is over. Where the carer was and what the client's guardian says witness it."""
        witnesses = (accident not in UNPLACED) + (has_guardian and accident not in UNWITNESSED)
        self._add("DCB"[witnesses], standing="refused" if accident is Accident.FAR_AWAY else "accepted")
        self.exceptions.update(LEAVES.get(accident, {}) if accident else {})

    def add_day(self) -> None:
        """A family carer's day with both taps at home."""
        self._add("A", standing="accepted")

    def add_second_day(self) -> None:
        """The same day told once more: the first counts, this one stays undecided."""
        self._add("A", standing="open")
        self.exceptions["second_care_day"] += 1

    def add_late_taps(self, count: int) -> None:
        """Taps of no visit that were sent hours later: each is a fact of its own, beside the day that names it."""
        self.standings["open"] += count
        self.exceptions[LATE] += count

    def _add(self, grade: str, *, standing: str) -> None:
        self.grades[grade] += 1
        self.standings[standing] += 1
