"""Giving and withdrawing a consent."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.consent_models import Consent
from app.accounts.consent_types import AskedPerson, ConsentAct, ConsentGiver, Consents, ConsentView, PersonAsked
from app.accounts.consents import find_last, list_consents, present_texts
from app.kernel import audit
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role
from app.kernel.settings import current_settings

CARERS = frozenset({Role.CARER, Role.FAMILY_CARER})


class ConsentNotAsked(DomainError):
    """Nobody asks this person about this purpose."""

    kind, code = ErrorKind.INVALID, "consent_not_asked"


class ConsentOutdated(DomainError):
    """The words have changed since they were read: they are to be shown again."""

    kind, code = ErrorKind.CONFLICT, "consent_outdated"


def list_own(session: Session, *, actor: Actor) -> Consents:
    """What the actor himself is asked, and what he said; only carers are asked about themselves."""
    return list_consents(session, _own(actor)) if actor.role in CARERS else Consents(())


def answer_own(session: Session, command: ConsentAct, *, actor: Actor, at: datetime) -> ConsentView:
    """Keep what a carer says of himself. Raises ConsentNotAsked, ConsentOutdated."""
    if actor.role not in CARERS:
        raise ConsentNotAsked(purpose=command.purpose.value)
    return answer(session, command, about=_own(actor), giver=ConsentGiver.SELF, actor=actor, at=at)


def answer(
    session: Session, command: ConsentAct, *, about: PersonAsked, giver: ConsentGiver, actor: Actor, at: datetime
) -> ConsentView:
    """Keep what is said of a person whom the caller has found by his actor; said again, it changes nothing.

    A withdrawal counts for whatever words, a consent for the present ones. Raises ConsentNotAsked, ConsentOutdated.
    """
    text = present_texts()[command.purpose]
    if about.person_id is None or about.asked not in text.asked_of:
        raise ConsentNotAsked(purpose=command.purpose.value)
    if command.is_given and command.version != text.version:
        raise ConsentOutdated(purpose=command.purpose.value, version=text.version)
    while True:  # who comes second finds the number taken, and looks again
        last = find_last(session, person_id=about.person_id, purpose=command.purpose)
        if last is not None and (last.is_given, last.version) == (command.is_given, text.version):
            break
        row = {
            "id": new_id(at=at),
            "person_id": about.person_id,
            "purpose": command.purpose,
            "seq": 1 if last is None else last.seq + 1,
            "version": text.version,
            "text_digest": text.digest,
            "is_given": command.is_given,
            "giver": giver,
            "account_id": actor.account_id,
            "recorded_at": at,
        }
        statement = insert(Consent).values(row).on_conflict_do_nothing(index_elements=["person_id", "purpose", "seq"])
        if session.scalar(statement.returning(Consent.id)) is not None:
            _note(session, command, about=about, actor=actor, at=at)
            break
    return next(each for each in list_consents(session, about).items if each.text is text)


def _own(actor: Actor) -> PersonAsked:
    return PersonAsked(actor.person_id, AskedPerson.CARER)


def _note(session: Session, command: ConsentAct, *, about: PersonAsked, actor: Actor, at: datetime) -> None:
    action = "consent.given" if command.is_given else "consent.withdrawn"
    subject, details = ("person", about.person_id), {"purpose": command.purpose.value}
    audit.record(
        session, action, actor=actor, at=at, subject=subject, details=details, keys=current_settings().key_ring
    )
