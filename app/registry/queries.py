"""What other packages read of the registry, and who sees whom.

Every `visible_*` starts from the actor's scope. An agency sees whom it serves or served; a right withdrawn on its first
day never was.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from app.kernel.db import Base
from app.kernel.errors import NotFound
from app.kernel.permissions import AnyActor, ScopeKind
from app.kernel.settings import current_settings
from app.registry.conditions import carer_in_scope, client_in_scope, happened, holds, touches
from app.registry.models import (
    Agency,
    Assignment,
    BankAccount,
    Carer,
    Client,
    Entitlement,
    FamilyTraining,
    Guardian,
    Person,
    ServiceAgreement,
    Stay,
    Suspension,
)
from app.registry.types import CarerKind, ClientMonth, FamilyPair, PayeeAccount
from app.registry.views import (
    BANK_HOLDER,
    BANK_NUMBER,
    assignment_view,
    entitlement_view,
    period_of,
    stay_view,
    suspension_view,
    training_view,
)

Row = TypeVar("Row", bound=Base)
View = TypeVar("View")
Right = type[Entitlement] | type[Suspension] | type[Stay] | type[Assignment] | type[FamilyTraining]

VIEWS: dict[Right, Callable[[Any], Any]] = {
    Entitlement: entitlement_view,
    Suspension: suspension_view,
    Stay: stay_view,
    Assignment: assignment_view,
    FamilyTraining: training_view,
}


def visible_clients(actor: AnyActor, *, on: date | None = None) -> Select[Client]:
    """Clients of the actor's scope. With `on`, whose guardianship or assignment is over sees nothing."""
    return select(Client).where(client_in_scope(actor, on))


def visible_carers(actor: AnyActor) -> Select[Carer]:
    """Carers of the actor's scope: employed there, or family carers of clients there; a carer sees himself."""
    return select(Carer).where(carer_in_scope(actor))


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
        happened(ServiceAgreement),
        client_in_scope(actor, None),
    )
    return select(Agency).where(served)


def visible_people(actor: AnyActor) -> Select[Person]:
    """People behind the clients, carers and guardians of the actor's scope."""
    if actor.scope.kind is ScopeKind.FUND:
        return select(Person)
    clients = select(Client.person_id).where(client_in_scope(actor, None))
    carers = select(Carer.person_id).where(carer_in_scope(actor))
    guardians = (
        select(Guardian.person_id)
        .join(Client, Client.id == Guardian.client_id)
        .where(client_in_scope(actor, None), happened(Guardian))
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
    # key_share: taps that name the client by foreign key do not wait.
    session.execute(select(Client.id).where(Client.id == client_id).with_for_update(key_share=True))


def serving_agencies(session: Session, *, client_id: UUID, on: date) -> frozenset[UUID]:
    """Agencies that have an agreement with a client on a day. Unscoped: the caller has found the client."""
    live = (ServiceAgreement.client_id == client_id, holds(ServiceAgreement, on=on))
    return frozenset(session.scalars(select(ServiceAgreement.agency_id).where(*live)))


def family_pairs(session: Session, *, first: date, beyond: date) -> tuple[FamilyPair, ...]:
    """Assignments of family carers live on a day of `[first, beyond)`, ordered by client. Unscoped: for jobs."""
    rows = session.execute(
        select(Assignment, Carer.person_id, Client.person_id, Client.district_code)
        .join(Carer, Carer.id == Assignment.carer_id)
        .join(Client, Client.id == Assignment.client_id)
        .where(Carer.kind == CarerKind.FAMILY, touches(Assignment, first=first, beyond=beyond))
        .order_by(Assignment.client_id, Assignment.valid_from, Assignment.id)
    )
    return tuple(
        FamilyPair(
            assignment_id=row.id,
            client_id=row.client_id,
            carer_id=row.carer_id,
            carer_person_id=carer_person_id,
            client_person_id=client_person_id,
            district_code=district_code,
            period=period_of(row),
        )
        for row, carer_person_id, client_person_id, district_code in rows
    )


def load_family_months(
    session: Session, *, client_ids: Collection[UUID], first: date, beyond: date
) -> dict[UUID, ClientMonth]:
    """The rights of the clients that touch `[first, beyond)`, by client. Unscoped: for computations of a whole fund.

    A stay that ends on `first` is there too, since the policy may not pay the day of discharge.
    """
    clients = session.execute(
        select(Client.id, Client.district_code, Person.died_on)
        .join(Person, Person.id == Client.person_id)
        .where(Client.id.in_(client_ids))
    ).all()
    found = {
        model: _by_client(session, model, view, client_ids, first=first, beyond=beyond) for model, view in VIEWS.items()
    }
    return {
        row.id: ClientMonth(
            client_id=row.id,
            district_code=row.district_code,
            died_on=row.died_on,
            entitlements=tuple(found[Entitlement][row.id]),
            suspensions=tuple(found[Suspension][row.id]),
            stays=tuple(found[Stay][row.id]),
            assignments=tuple(found[Assignment][row.id]),
            trainings=tuple(found[FamilyTraining][row.id]),
        )
        for row in clients
    }


def find_payee_accounts(session: Session, *, person_ids: Collection[UUID]) -> dict[UUID, PayeeAccount]:
    """The live bank accounts of many payees by person, in one statement. Unscoped: for the payment file."""
    keys = current_settings().key_ring
    rows = session.scalars(
        select(BankAccount).where(BankAccount.person_id.in_(person_ids), BankAccount.replaced_at.is_(None))
    ).all()
    numbers = {row.id: keys.decrypt(row.number_enc, context=BANK_NUMBER) for row in rows}
    return {
        row.person_id: PayeeAccount(
            id=row.id,
            person_id=row.person_id,
            number=numbers[row.id],
            name=keys.decrypt(row.name_enc, context=BANK_HOLDER),
            bank_code=row.bank_code,
            bank_name=row.bank_name,
            name_check=row.name_check,
            hold_until=row.hold_until,
            is_intact=row.number_index in keys.blind_indexes(numbers[row.id], purpose=BANK_NUMBER),
        )
        for row in rows
    }


def _by_client(
    session: Session,
    model: Right,
    view: Callable[[Any], View],
    client_ids: Collection[UUID],
    *,
    first: date,
    beyond: date,
) -> defaultdict[UUID, list[View]]:
    condition = touches(model, first=first, beyond=beyond)
    if model is Stay:
        condition = or_(condition, Stay.valid_to == first)
    rows: Iterable[Any] = session.scalars(
        select(model).where(model.client_id.in_(client_ids), condition).order_by(model.valid_from, model.id)
    )
    grouped: defaultdict[UUID, list[View]] = defaultdict(list)
    for row in rows:
        grouped[row.client_id].append(view(row))
    return grouped
