"""Finds records by the numbers people know them by, set by set, within what an actor may see."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.policies.codes import HomeType
from app.registry.models import Agency, Assignment, Carer, Client, Entitlement, FamilyTraining, Person, ServiceAgreement
from app.registry.queries import visible_agencies, visible_carers, visible_clients, visible_people
from app.registry.service.people import normal_name
from app.registry.types import CarerKind, TrainingStage
from app.registry.views import name_of

ID_NUMBER = "person.id_number"


def find_agencies(session: Session, *, credit_codes: Collection[str], actor: AnyActor) -> dict[str, UUID]:
    """Ids of agencies by unified social credit code."""
    rows = session.scalars(visible_agencies(actor).where(Agency.credit_code.in_(credit_codes)))
    return {row.credit_code: row.id for row in rows}


def find_clients(session: Session, *, id_numbers: Collection[str], actor: AnyActor) -> dict[str, UUID]:
    """Ids of clients by ID number."""
    statement = visible_clients(actor).join(Person, Person.id == Client.person_id)
    return _by_number(session, statement, Client.id, id_numbers)


def find_carers(session: Session, *, id_numbers: Collection[str], kind: CarerKind, actor: AnyActor) -> dict[str, UUID]:
    """Ids of carers of a kind by ID number."""
    statement = visible_carers(actor).join(Person, Person.id == Carer.person_id).where(Carer.kind == kind)
    return _by_number(session, statement, Carer.id, id_numbers)


def find_people(session: Session, *, id_numbers: Collection[str], actor: AnyActor) -> dict[str, UUID]:
    """Ids of people by ID number."""
    return _by_number(session, visible_people(actor), Person.id, id_numbers)


def is_named(session: Session, *, person_id: UUID, name: str) -> bool:
    """Whether a person has this name; which other name it is, is not told. Unscoped, as `is_agreed`."""
    keys = current_settings().key_ring
    return name_of(session.get_one(Person, person_id), keys=keys) == normal_name(name)


def is_client(session: Session, *, client_id: UUID, id_number: str) -> bool:
    """Whether this is a client's ID number. Unscoped, as `is_agreed`."""
    indexes = current_settings().key_ring.blind_indexes(id_number, purpose=ID_NUMBER)
    statement = select(Client.id).join(Person, Person.id == Client.person_id)
    found = session.scalars(statement.where(Client.id == client_id, Person.id_number_index.in_(indexes)))
    return found.first() is not None


def identity_hash(id_number: str) -> bytes:
    """The keyed hash that people are found by, of whoever it is."""
    return current_settings().key_ring.blind_index(id_number, purpose=ID_NUMBER)


def is_agreed(session: Session, *, client_id: UUID, agency_id: UUID, home_type: HomeType, valid_from: date) -> bool:
    """Whether just this agreement is on file. Unscoped: asked about a client of the actor's."""
    statement = select(ServiceAgreement.id).where(
        ServiceAgreement.client_id == client_id,
        ServiceAgreement.agency_id == agency_id,
        ServiceAgreement.home_type == home_type,
        ServiceAgreement.valid_from == valid_from,
    )
    return session.scalars(statement).first() is not None


def is_assigned(session: Session, *, client_id: UUID, carer_id: UUID, valid_from: date) -> bool:
    """Whether just this assignment is on file. Unscoped, as `is_agreed`."""
    statement = select(Assignment.id).where(
        Assignment.client_id == client_id, Assignment.carer_id == carer_id, Assignment.valid_from == valid_from
    )
    return session.scalars(statement).first() is not None


def is_entitled(session: Session, *, client_id: UUID, concluded_on: date) -> bool:
    """Whether the entitlement of just this conclusion is on file. Unscoped, as `is_agreed`."""
    statement = select(Entitlement.id).where(
        Entitlement.client_id == client_id, Entitlement.concluded_on == concluded_on
    )
    return session.scalars(statement).first() is not None


def is_trained(session: Session, *, client_id: UUID, carer_id: UUID, stage: TrainingStage) -> bool:
    """Whether a carer's stage for a client is on file and not over. Unscoped, as `is_agreed`."""
    statement = select(FamilyTraining.id).where(
        FamilyTraining.client_id == client_id,
        FamilyTraining.carer_id == carer_id,
        FamilyTraining.stage == stage,
        FamilyTraining.valid_to.is_(None),
    )
    return session.scalars(statement).first() is not None


def _by_number(
    session: Session, people: Select[Any], wanted: InstrumentedAttribute[UUID], id_numbers: Collection[str]
) -> dict[str, UUID]:
    keys = current_settings().key_ring
    numbers: Mapping[bytes, str] = {
        index: number for number in id_numbers for index in keys.blind_indexes(number, purpose=ID_NUMBER)
    }
    found = people.with_only_columns(Person.id_number_index, wanted).where(Person.id_number_index.in_(list(numbers)))
    return {numbers[index]: row_id for index, row_id in session.execute(found)}
