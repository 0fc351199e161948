"""What the statements of client, carer and agency about a visit mean. Nothing that is said refuses anything."""

from dataclasses import dataclass
from datetime import datetime

from app.checkin.statements import StatedConfirmation
from app.checkin.types import ExceptionCode, Found
from app.policies.terms import VisitTerms

TIMES, ITEMS, SERVICE = "times", "items", "service"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A confirmation is a witness (true), a denial (false) or neither (None); and what a person should know."""

    holds: bool | None
    found: tuple[Found, ...] = ()


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
