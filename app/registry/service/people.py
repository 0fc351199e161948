"""Human beings: one row each, found again by the ID number, and their full identity for those who may read it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.service.accounts import PhoneInvalid, forget_phone
from app.kernel import codes
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.registry.commands import PersonEntry, PhoneEntry
from app.registry.conditions import holds
from app.registry.models import Client, HomePlace, Person
from app.registry.queries import one_or_not_found, visible_people
from app.registry.service.scopes import note, today_of
from app.registry.shown import Identity, PersonPhone
from app.registry.views import name_of

ID_NUMBER, NAME, PHONE = "person.id_number", "person.name", "person.phone"


class PersonDiffers(DomainError):
    """The ID number belongs to a person registered under another name; which name is not told."""

    kind, code = ErrorKind.CONFLICT, "person_differs"


class PhoneDiffers(DomainError):
    """The person is registered with another mobile number; which one is not told. The fund corrects it."""

    kind, code = ErrorKind.CONFLICT, "phone_differs"


class IdNumberInvalid(DomainError):
    """Not a resident ID number, or of somebody born after today; `reason` says which."""

    kind, code = ErrorKind.INVALID, "id_number_invalid"


def find_or_add_person(session: Session, *, entry: PersonEntry, actor: AnyActor, at: datetime) -> Person:
    """The person with this ID number, added when new. A phone is taken over only where none is known.

    Raises PersonDiffers when the number is known under another name, and PhoneDiffers when the person has another
    phone: whoever holds the phone may log in, so that the fund alone changes it.
    """
    new = new_person(entry, actor=actor, at=at)
    known = _find(session, new.number) or _insert(session, new)
    if name_of(known, keys=current_settings().key_ring) != normal_name(entry.name):
        raise PersonDiffers
    if entry.phone is not None and known.phone_enc is not None:
        checked_phone(known, entry.phone)
    if known.phone_enc is None and new.values["phone_enc"] is not None:
        known.phone_enc, known.phone_index = new.values["phone_enc"], new.values["phone_index"]
        session.flush()
    return known


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as a row that is not there yet, and the ID number in its normal form."""

    number: str = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)


def new_person(entry: PersonEntry, *, actor: AnyActor, at: datetime) -> NewPerson:
    """The row a person would be. Raises IdNumberInvalid, PhoneInvalid."""
    keys = current_settings().key_ring
    try:
        number = codes.normal_resident_id(entry.id_number, on=today_of(actor, at=at))
    except codes.BadCode as error:
        raise IdNumberInvalid(reason=error.reason) from None
    phone = None if entry.phone is None else normal_phone(entry.phone)
    values = {
        "id": new_id(at=at),
        "id_number_enc": keys.encrypt(number, context=ID_NUMBER),
        "id_number_index": keys.blind_index(number, purpose=ID_NUMBER),
        "name_enc": keys.encrypt(normal_name(entry.name), context=NAME),
        "phone_enc": None if phone is None else keys.encrypt(phone, context=PHONE),
        "phone_index": None if phone is None else keys.blind_index(phone, purpose=PHONE),
        "sex": codes.sex_of(number),
        "born_on": codes.birth_date_of(number),
        "created_at": at,
    }
    return NewPerson(number, values)


def normal_name(name: str) -> str:
    """A name as it is compared: NFKC, without spaces around it, one space between the parts of a foreign name."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def checked_phone(person: Person, phone: str) -> str:
    """The number in its normal form, if it is the one on file. Raises PhoneInvalid, PhoneDiffers."""
    number = normal_phone(phone)
    if phone_of(person) != number:
        raise PhoneDiffers
    return number


def correct_phone(
    session: Session, command: PhoneEntry, *, person_id: UUID, actor: AnyActor, at: datetime
) -> PersonPhone:
    """Put another number on file, or None; nobody is let in by the old one any more. Raises PhoneInvalid.

    Whoever is logged in stays so: he is known by his WeChat, not by his phone.
    """
    keys = current_settings().key_ring
    person = one_or_not_found(session, visible_people(actor).where(Person.id == person_id))
    session.refresh(person, with_for_update=True)
    phone = None if command.phone is None else normal_phone(command.phone)
    person.phone_enc = None if phone is None else keys.encrypt(phone, context=PHONE)
    person.phone_index = None if phone is None else keys.blind_index(phone, purpose=PHONE)
    session.flush()
    forget_phone(session, person_id=person_id, actor=actor)
    note(session, "person.phone_corrected", subject=("person", person_id), actor=actor, at=at, reason=command.reason)
    return PersonPhone(person_id, None if phone is None else codes.mask_phone(phone))


def phone_of(person: Person) -> str | None:
    """A person's phone in clear text."""
    keys = current_settings().key_ring
    return None if person.phone_enc is None else keys.decrypt(person.phone_enc, context=PHONE)


def read_identity(session: Session, *, person_id: UUID, actor: AnyActor, at: datetime) -> Identity:
    """A person's full identity with the homes of today; each reading is audited. NotFound outside the actor's scope."""
    keys = current_settings().key_ring
    person = one_or_not_found(session, visible_people(actor).where(Person.id == person_id))
    homes = session.scalars(
        select(HomePlace.address_enc)
        .join(Client, Client.id == HomePlace.client_id)
        .where(Client.person_id == person_id, holds(HomePlace, on=today_of(actor, at=at)))
        .order_by(HomePlace.id)
    )
    note(session, "identity.read", subject=("person", person_id), actor=actor, at=at)
    return Identity(
        person_id=person.id,
        name=name_of(person, keys=keys),
        id_number=keys.decrypt(person.id_number_enc, context=ID_NUMBER),
        phone=phone_of(person),
        addresses=tuple(keys.decrypt(home, context="home_place.address") for home in homes),
    )


def _find(session: Session, number: str) -> Person | None:
    indexes = current_settings().key_ring.blind_indexes(number, purpose=ID_NUMBER)
    return session.scalars(select(Person).where(Person.id_number_index.in_(indexes))).one_or_none()


def _insert(session: Session, new: NewPerson) -> Person:
    """Insert the person, or wait for a twin's insert and take that one."""
    statement = insert(Person).values(**new.values).on_conflict_do_nothing(index_elements=["id_number_index"])
    inserted = session.scalars(statement.returning(Person)).one_or_none()
    if inserted is not None:
        return inserted
    return session.scalars(select(Person).where(Person.id_number_index == new.values["id_number_index"])).one()


def normal_phone(text: str) -> str:
    """A mobile number in its normal form. Raises PhoneInvalid."""
    try:
        return codes.normal_mobile(text)
    except codes.BadCode:
        raise PhoneInvalid from None
