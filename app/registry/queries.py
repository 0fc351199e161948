"""What other packages read of the registry, and who sees whom.

Every `visible_*` starts from the actor's scope. An agency sees whom it serves or served; a right withdrawn on its first
day never was.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.kernel.db import Base
from app.kernel.errors import NotFound
from app.kernel.permissions import AnyActor, ScopeKind, SystemActor
from app.kernel.settings import current_settings
from app.registry.models import (
    Agency,
    Assignment,
    BankAccount,
    Carer,
    Client,
    Dated,
    Employment,
    Guardian,
    Person,
    ServiceAgreement,
)
from app.registry.types import CarerKind, PayeeAccount

Row = TypeVar("Row", bound=Base)


def visible_clients(actor: AnyActor, *, on: date | None = None) -> Select[Client]:
    """Clients of the actor's scope. With `on`, whose guardianship or assignment is over sees nothing."""
    return select(Client).where(_client_in_scope(actor, on))


def visible_carers(actor: AnyActor) -> Select[Carer]:
    """Carers of the actor's scope: employed there, or family carers of clients there; a carer sees himself."""
    return select(Carer).where(_carer_in_scope(actor))


def visible_agencies(actor: AnyActor) -> Select[Agency]:
    """Agencies of the actor's scope; for families and carers those that serve their clients."""
    kind, key = actor.scope.kind, actor.scope.key
    if kind is ScopeKind.FUND:
        return select(Agency)
    if kind is ScopeKind.DISTRICT:
        return select(Agency).where(Agency.district_code == key)
    if kind is ScopeKind.AGENCY:
        return select(Agency).where(Agency.id == actor.scope.agency_id)
    served = exists().where(
        ServiceAgreement.agency_id == Agency.id,
        ServiceAgreement.client_id == Client.id,
        _happened(ServiceAgreement),
        _client_in_scope(actor, None),
    )
    return select(Agency).where(served)


def visible_people(actor: AnyActor) -> Select[Person]:
    """People behind the clients, carers and guardians of the actor's scope."""
    if actor.scope.kind is ScopeKind.FUND:
        return select(Person)
    clients = select(Client.person_id).where(_client_in_scope(actor, None))
    carers = select(Carer.person_id).where(_carer_in_scope(actor))
    guardians = (
        select(Guardian.person_id)
        .join(Client, Client.id == Guardian.client_id)
        .where(_client_in_scope(actor, None), _happened(Guardian))
    )
    return select(Person).where(or_(Person.id.in_(clients), Person.id.in_(carers), Person.id.in_(guardians)))


def one_or_not_found(session: Session, statement: Select[Row]) -> Row:
    """The one row of a scoped statement; NotFound when there is none for this actor."""
    row = session.scalars(statement).unique().one_or_none()
    if row is None:
        raise NotFound
    return row


def lock_client(session: Session, *, client_id: UUID) -> None:
    """Let one transaction at a time decide about a client. Unscoped: the caller has found the client by his actor."""
    session.execute(select(Client.id).where(Client.id == client_id).with_for_update())


def serving_agencies(session: Session, *, client_id: UUID, on: date) -> frozenset[UUID]:
    """Agencies that have an agreement with a client on a day. Unscoped: the caller has found the client."""
    live = (ServiceAgreement.client_id == client_id, holds(ServiceAgreement, on=on))
    return frozenset(session.scalars(select(ServiceAgreement.agency_id).where(*live)))


def find_payee_account(session: Session, *, person_id: UUID) -> PayeeAccount | None:
    """The live bank account of a payee, decrypted. Unscoped: for the payment file."""
    return find_payee_accounts(session, person_ids=(person_id,)).get(person_id)


def find_payee_accounts(session: Session, *, person_ids: Collection[UUID]) -> dict[UUID, PayeeAccount]:
    """The live bank accounts of many payees by person, in one statement. Unscoped: for the payment file."""
    keys = current_settings().key_ring
    rows = session.scalars(
        select(BankAccount).where(BankAccount.person_id.in_(person_ids), BankAccount.replaced_at.is_(None))
    )
    return {
        row.person_id: PayeeAccount(
            id=row.id,
            person_id=row.person_id,
            number=keys.decrypt(row.number_enc, context="bank_account.number"),
            name=keys.decrypt(row.name_enc, context="bank_account.name"),
            bank_code=row.bank_code,
            bank_name=row.bank_name,
            name_check=row.name_check,
            hold_until=row.hold_until,
        )
        for row in rows
    }


def touches(right: type[Dated] | Any, *, first: date, beyond: date | None) -> ColumnElement[bool]:
    """Condition: the right holds on a day of `[first, beyond)`; beyond None is open."""
    begins = true() if beyond is None else right.valid_from < beyond
    return and_(begins, or_(right.valid_to.is_(None), right.valid_to > first), _happened(right))


def holds(right: type[Dated] | Any, *, on: date) -> ColumnElement[bool]:
    """Condition: the right holds on a day."""
    return and_(right.valid_from <= on, or_(right.valid_to.is_(None), right.valid_to > on))


def _happened(right: Any) -> ColumnElement[bool]:
    return or_(right.valid_to.is_(None), right.valid_to > right.valid_from)


def _client_in_scope(actor: AnyActor, on: date | None) -> ColumnElement[bool]:
    kind, key = actor.scope.kind, actor.scope.key
    if kind is ScopeKind.FUND:
        return true()
    if kind is ScopeKind.DISTRICT:
        return Client.district_code == key
    if kind is ScopeKind.STREET:
        return Client.street_code == key
    if kind is ScopeKind.AGENCY:
        return _served_by(actor.scope.agency_id)
    if isinstance(actor, SystemActor) or actor.person_id is None:
        return false()
    if kind is ScopeKind.SELF:
        return Client.person_id == actor.person_id
    return or_(_cared_for_by(actor.person_id, on), _guarded_by(actor.person_id, on))


def _served_by(agency_id: UUID | None) -> ColumnElement[bool]:
    agreement = aliased(ServiceAgreement)
    return exists().where(agreement.client_id == Client.id, agreement.agency_id == agency_id, _happened(agreement))


def _cared_for_by(person_id: UUID, on: date | None) -> ColumnElement[bool]:
    assignment, carer = aliased(Assignment), aliased(Carer)
    live = _happened(assignment) if on is None else touches(assignment, first=on, beyond=None)
    return exists().where(
        assignment.client_id == Client.id,
        assignment.carer_id == carer.id,
        carer.person_id == person_id,
        live,
    )


def _guarded_by(person_id: UUID, on: date | None) -> ColumnElement[bool]:
    guardian = aliased(Guardian)
    live = _happened(guardian) if on is None else holds(guardian, on=on)
    return exists().where(guardian.client_id == Client.id, guardian.person_id == person_id, live)


def _carer_in_scope(actor: AnyActor) -> ColumnElement[bool]:
    kind, key = actor.scope.kind, actor.scope.key
    if kind is ScopeKind.FUND:
        return true()
    of_a_client = exists().where(
        Assignment.carer_id == Carer.id,
        Assignment.client_id == Client.id,
        _happened(Assignment),
        _client_in_scope(actor, None),
    )
    if kind is ScopeKind.AGENCY:
        return or_(_employed_by(actor.scope.agency_id), and_(Carer.kind == CarerKind.FAMILY, of_a_client))
    if kind is ScopeKind.DISTRICT:
        in_district = exists().where(
            Employment.carer_id == Carer.id,
            Employment.agency_id == Agency.id,
            Agency.district_code == key,
            _happened(Employment),
        )
        return or_(in_district, of_a_client)
    if isinstance(actor, SystemActor) or actor.person_id is None:
        return of_a_client
    return or_(Carer.person_id == actor.person_id, of_a_client)


def _employed_by(agency_id: UUID | None) -> ColumnElement[bool]:
    return exists().where(Employment.carer_id == Carer.id, Employment.agency_id == agency_id, _happened(Employment))
