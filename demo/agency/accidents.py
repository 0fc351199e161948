"""What goes wrong in the month, planned beforehand, and what the server must find of it: nothing else may turn up.

Which visits and days are struck follows from their place in the month, so that every run is alike and a cut of two days
with twelve clients still meets each accident.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DAYS_BETWEEN = 17  # prime to the sizes of a day, so that it is not the same people each time
OFFLINE_EVERY = 6
OFFLINE_OF = 12


class Accident(StrEnum):
    """One thing that goes wrong."""

    FORGOTTEN_OUT = "forgotten_out"  # the carer left without a clock-out: the worker closes the visit
    SWAPPED = "swapped"  # out tapped at the beginning, in at the end
    UNCERTAIN = "uncertain"  # both taps at the fence, and the phone itself says that it knows it only roughly
    WRONG_ADDRESS = "wrong_address"  # both taps at the home, which is not where the file says it is
    FAR_AWAY = "far_away"  # both taps 900 m from the door, and nobody at home confirms
    NO_POSITION = "no_position"
    UNCONFIRMED = "unconfirmed"  # the guardian has a phone, and does not confirm
    DAY_FORGOTTEN = "day_forgotten"
    TWO_PHONES = "two_phones"  # a family carer's day told on both of her phones
    SAMPLED = "sampled"  # the sample fell on such a day: a person accepts both tellings
    OFFLINE = "offline"  # a phone without a net for a day: it sends in the evening
    OVER_MIDNIGHT = "over_midnight"
    OVER_MONTH_END = "over_month_end"
    HOSPITAL_TOLD_LATE = "hospital_told_late"
    RESENT = "resent"
    LOST_ANSWER = "lost_answer"


FORGOTTEN_DAY = 7
# Exceptions that the server must find, beside the one for each tap that a phone kept for hours. Who taps out an hour
# early taps in an hour late.
LEAVES: Mapping[Accident, Mapping[str, int]] = {
    Accident.FORGOTTEN_OUT: {"no_clock_out": 1},
    Accident.SWAPPED: {"swapped": 1, "early_out": 1, "too_late": 1},
    Accident.UNCERTAIN: {"uncertain_location": 2},
    Accident.WRONG_ADDRESS: {"outside_fence": 2},
    Accident.FAR_AWAY: {"outside_fence": 2},
    Accident.NO_POSITION: {"no_location": 2},
}
UNPLACED = (Accident.UNCERTAIN, Accident.WRONG_ADDRESS, Accident.FAR_AWAY, Accident.NO_POSITION)
UNWITNESSED = (Accident.FAR_AWAY, Accident.UNCONFIRMED)
LATE, NEW_PHONE, RISK = "late_sync", "new_device", "risk_found"


def is_day_forgotten(ordinal: int) -> bool:
    """Whether a family forgets to log a day, counted through the month."""
    return ordinal % DAYS_BETWEEN == FORGOTTEN_DAY


def one_phone_now_and_then(order: int, day: int, among: int) -> bool:
    """Every sixth day the phone of one carer has no net, each time another's."""
    turn, left = divmod(day, OFFLINE_EVERY)
    return left == 1 and order == (turn + 1) % among


def some_phones_every_day(order: int, day: int, _: int) -> bool:
    """Every day one phone of twelve has no net."""
    return (order + day) % OFFLINE_OF == 0


@dataclass(frozen=True, slots=True)
class Table:
    """Which visits are struck, counted through a region's month, of each so many; and whether the phone of the carer of
    an order has no net on a day, counted from 0, among so many carers."""

    of_visits: Mapping[int, Accident]
    between: int
    is_offline: Callable[[int, int, int], bool]

    def of_visit(self, ordinal: int) -> Accident | None:
        """What befalls a visit."""
        return self.of_visits.get(ordinal % self.between)


OF_AGENCY = Table(
    {
        2: Accident.FORGOTTEN_OUT,
        5: Accident.SWAPPED,
        8: Accident.FAR_AWAY,
        11: Accident.NO_POSITION,
        14: Accident.UNCONFIRMED,
    },
    between=53,
    is_offline=one_phone_now_and_then,
)
OF_DISTRICT = Table(
    {
        1: Accident.UNCERTAIN,
        4: Accident.FORGOTTEN_OUT,
        7: Accident.FAR_AWAY,
        9: Accident.UNCERTAIN,
        11: Accident.NO_POSITION,
        14: Accident.SWAPPED,
        17: Accident.UNCERTAIN,
        20: Accident.UNCONFIRMED,
    },
    between=23,
    is_offline=some_phones_every_day,
)


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

    def add_day_in_hospital(self) -> None:
        """A day logged for somebody who was in hospital, as turned out later: found at night, it waits until somebody
        accepts it, and what was found stays."""
        self.add_day()
        self.exceptions[RISK] += 1

    def add_second_day(self) -> None:
        """The same day told once more, on a phone that nobody confirmed yet: the first counts, this one stays
        undecided, one grade lower."""
        self._add("B", standing="open")
        self.exceptions.update(("second_care_day", NEW_PHONE))

    def add_sampled_days(self, count: int) -> None:
        """Of how many such days the first telling was drawn, and both were accepted by a person: of the one that is not
        paid this is said once more."""
        self.standings.update({"open": -count, "accepted": count})
        self.exceptions["second_care_day"] += count

    def add_taps_of_a_new_phone(self, count: int) -> None:
        """Taps of no visit from such a phone: as `add_late_taps`."""
        self.standings["open"] += count
        self.exceptions[NEW_PHONE] += count

    def add_late_taps(self, count: int) -> None:
        """Taps of no visit that were sent hours later: each is a fact of its own, beside the day that names it."""
        self.standings["open"] += count
        self.exceptions[LATE] += count

    def _add(self, grade: str, *, standing: str) -> None:
        self.grades[grade] += 1
        self.standings[standing] += 1
