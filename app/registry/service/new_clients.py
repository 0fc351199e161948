"""Registers clients whom nobody knows yet, many by few statements.

Every check is the one that `clients`, `homes` and `entitlements` make for a single client. What only an earlier record
could refuse (another name, an overlap, a death) is left out, since there is none; whoever has one is registered singly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.audit import Action
from app.kernel.db import Base
from app.kernel.errors import DomainError
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.registry.commands import AgreementEntry, EntitlementEntry, RegisterClient
from app.registry.models import Client, Person
from app.registry.service.agencies import CheckServing, check_serving_once
from app.registry.service.clients import check_agreement_days, check_may_register, new_agreement, new_client
from app.registry.service.entitlements import first_entitlement
from app.registry.service.homes import first_home
from app.registry.service.people import ID_NUMBER, new_person
from app.registry.service.scopes import note_all


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A client to be registered, and what a conclusion gives him where there is one."""

    command: RegisterClient
    entitlement: EntitlementEntry | None = None


@dataclass
class _Rows:
    """What one enrolment would leave behind."""

    person: dict[str, Any] = field(repr=False)
    client: dict[str, Any]
    rest: list[Base] = field(default_factory=list)  # home and rights
    history: list[Base] = field(default_factory=list)  # of the home, which must be there first
    actions: list[Action] = field(default_factory=list)


def register_unknown(
    session: Session, enrolments: Sequence[Enrolment], *, actor: AnyActor, at: datetime
) -> dict[int, DomainError | None]:
    """Register those whose ID number is new here; answers by place in `enrolments` what refused them, or None.

    Whoever is known, or comes a second time, is not in the answer: he is registered singly.
    """
    check_serving = check_serving_once(session, actor=actor)
    refused: dict[int, DomainError | None] = {}
    built: dict[int, _Rows] = {}
    for place in _find_unknown(session, enrolments):
        try:
            built[place] = _build(enrolments[place], check_serving=check_serving, actor=actor, at=at)
        except DomainError as error:
            refused[place] = error
    return refused | dict.fromkeys(_insert(session, built, actor=actor, at=at))


def _find_unknown(session: Session, enrolments: Sequence[Enrolment]) -> list[int]:
    """Places of the enrolments whose number nobody has, each number's first one."""
    keys = current_settings().key_ring
    first: dict[str, int] = {}
    for place, enrolment in enumerate(enrolments):
        first.setdefault(enrolment.command.person.id_number, place)
    places = {
        index: place for number, place in first.items() for index in keys.blind_indexes(number, purpose=ID_NUMBER)
    }
    known = session.scalars(select(Person.id_number_index).where(Person.id_number_index.in_(list(places))))
    return sorted(set(first.values()) - {places[index] for index in known})


def _build(enrolment: Enrolment, *, check_serving: CheckServing, actor: AnyActor, at: datetime) -> _Rows:
    """Make all rows of one client, in the order in which a single registration checks; raises what refuses him."""
    command = enrolment.command
    check_may_register(command, actor=actor)
    person = dict(new_person(command.person, actor=actor, at=at).values)
    client = new_client(command, person_id=person["id"], at=at)
    rows = _Rows(person, client)
    if command.agreement is not None:
        rows.rest.append(_agree(command.agreement, client, check_serving=check_serving, actor=actor, at=at))
    if command.home is not None:
        home, change = first_home(client["id"], command.home, actor=actor, at=at)
        rows.rest.append(home)
        rows.history.append(change)
    subject = ("client", client["id"])
    rows.actions.append(Action("client.registered", subject))
    if enrolment.entitlement is not None:
        entitlement = first_entitlement(
            enrolment.entitlement,
            client_id=client["id"],
            district_code=command.district_code,
            actor=actor,
            at=at,
        )
        rows.rest.append(entitlement)
        rows.actions.append(Action("client.entitled", subject, {"entitlement_id": entitlement.id}))
    return rows


def _agree(
    entry: AgreementEntry, client: dict[str, Any], *, check_serving: CheckServing, actor: AnyActor, at: datetime
) -> Base:
    check_agreement_days(entry, actor=actor, at=at)
    check_serving(entry.agency_id, entry.home_type, client["district_code"], entry.valid_from)
    return new_agreement(entry, client_id=client["id"], at=at)


def _insert(session: Session, built: dict[int, _Rows], *, actor: AnyActor, at: datetime) -> list[int]:
    """Insert all rows; answers the places of those that went in: a twin may have registered somebody just now."""
    if not built:
        return []
    statement = insert(Person).on_conflict_do_nothing(index_elements=["id_number_index"]).returning(Person.id)
    people = sorted((rows.person for rows in built.values()), key=lambda person: person["id_number_index"])
    inserted = set(session.scalars(statement, people))
    written = {place: rows for place, rows in built.items() if rows.person["id"] in inserted}
    if written:
        session.execute(insert(Client), [rows.client for rows in written.values()])
        session.add_all([row for rows in written.values() for row in rows.rest])
        session.flush()
        session.add_all([row for rows in written.values() for row in rows.history])
        session.flush()
    actions = [action for rows in written.values() for action in rows.actions]
    note_all(session, actions, actor=actor, at=at)
    return list(written)
