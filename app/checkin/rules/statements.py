"""What the statements of client, carer and agency about a visit mean. Nothing that is said refuses anything."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.checkin.statements import Speaker, StatedConfirmation, StatementView
from app.checkin.types import ExceptionCode, Found
from app.policies.terms import VisitTerms

TIMES, ITEMS, SERVICE = "times", "items", "service"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A confirmation is a witness (true), a denial (false) or neither (None); and what a person should know."""

    holds: bool | None
    found: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedTimes:
    """The times that stand in for taps that lack; None: nobody's word does. Whatever else stands in for the end, it is
    not later than `latest`, what the carer himself says."""

    began_at: datetime | None = None
    ended_at: datetime | None = None
    latest: datetime | None = None

    @property
    def settled(self) -> frozenset[ExceptionCode]:
        """What need not be told any more."""
        ends = ((self.began_at, ExceptionCode.NO_CLOCK_IN), (self.ended_at, ExceptionCode.NO_CLOCK_OUT))
        return frozenset(code for told, code in ends if told is not None)

    def change(self, *, recorded_end: datetime | None, is_lacking: bool) -> bool:
        """Say whether a record is another by these words than it was made; `is_lacking`: its end is looked for."""
        if self.ended_at is not None:
            return is_lacking or recorded_end != self.ended_at
        return self.latest is not None and recorded_end is not None and recorded_end > self.latest


def weigh(said: StatedConfirmation, *, is_late: bool, on_carers_phone: bool) -> Weighed:
    """Say what the client's or guardian's statements mean.

    Who denies the service or its times denies the visit, whenever and from whatever phone. Who confirms both is a
    witness, also where he does not know of the items or denies them; that is told besides. Not a witness is who says
    less, says it too late, or from the phone of the very carer, which is told.
    """
    denied = [part for part, word in ((SERVICE, said.service), (TIMES, said.times)) if word is False]
    found = [Found(ExceptionCode.CLIENT_DENIES, {"statement": part}) for part in denied]
    if said.items is False:
        found.append(Found(ExceptionCode.ITEMS_DENIED))
    if denied:
        return Weighed(holds=False, found=tuple(found))
    confirms = said.times is True and said.service is True
    if confirms and on_carers_phone:
        found.append(Found(ExceptionCode.CONFIRMED_ON_CARERS_PHONE))
    return Weighed(holds=True if confirms and not is_late and not on_carers_phone else None, found=tuple(found))


def is_late(*, ended_at: datetime, known_at: datetime, at: datetime, terms: VisitTerms) -> bool:
    """Say whether a confirmation comes too late to be a witness. `known_at` is when the visit's record was first there
    to be confirmed: a phone that tells late costs the client no time."""
    return at > max(ended_at, known_at) + terms.confirmation_within


def ends_told(said: Sequence[StatementView]) -> dict[Speaker, datetime]:
    """Give the end of a visit by the newest word of each who named one, from statements in the order they came.

    A client who is a witness and names no end of his own means the one that the carer had stated by then; his denial
    takes his word back.
    """
    ends: dict[Speaker, datetime] = {}
    for each in said:
        if each.speaker is not Speaker.CLIENT:
            end = each.ended_at
        elif each.holds:
            end = each.ended_at or ends.get(Speaker.CARER)
        else:
            end = None
            if each.holds is False:
                ends.pop(Speaker.CLIENT, None)
        if end is not None:
            ends[each.speaker] = end
    return ends


def attested_end(ends: Collection[datetime], *, planned_to: datetime | None) -> datetime | None:
    """Give the latest end that two different witnesses attest, at most the planned one; None where fewer speak."""
    attested = sorted(ends, reverse=True)[1:2]
    return min([*attested, planned_to or attested[0]]) if attested else None


def stated_times(
    said: Sequence[StatementView], *, began_at: datetime | None, planned_to: datetime | None
) -> StatedTimes:
    """Give the times that stand in for the taps a visit lacks: what the agency entered by hand, and the end that two
    attest. An end that is not after the beginning stands in for nothing."""
    ends = ends_told(said)
    entered = next((each for each in reversed(said) if each.speaker is Speaker.AGENCY), None)
    begin = began_at or (entered.began_at if entered else None)
    end = attested_end(ends.values(), planned_to=planned_to) or (entered.ended_at if entered else None)
    if begin is None or (end is not None and end <= begin):
        end = None
    return StatedTimes(None if began_at else begin, end, ends.get(Speaker.CARER))
