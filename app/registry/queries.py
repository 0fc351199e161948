"""What other packages read of the registry, and who sees whom.

Every `visible_*` starts from the actor's scope. An agency sees whom it serves or served; a right withdrawn on its first
day never was.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TypeVar
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
    BankAccount,
    Carer,
    Certificate,
    Client,
    Entitlement,
    Guardian,
    Person,
    ServiceAgreement,
)
from app.registry.types import CertificateKind, EntitlementView, PayeeAccount, Period
from app.registry.views import (
    BANK_HOLDER,
    BANK_NUMBER,
    entitlement_view,
)

Row = TypeVar("Row", bound=Base)


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
    lock_clients(session, client_ids=(client_id,))


def lock_clients(session: Session, *, client_ids: Collection[UUID]) -> None:
    """As `lock_client`; always in the order of ids, so that two who lock several do not wait for each other."""
    # key_share: taps that name the client by foreign key do not wait.
    wanted = select(Client.id).where(Client.id.in_(client_ids)).order_by(Client.id)
    session.execute(wanted.with_for_update(key_share=True))


def list_entitlements(
    session: Session, *, client_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, tuple[EntitlementView, ...]]:
    """What clients are entitled to on days of `[first, last]`. Unscoped: the caller has found them by his actor."""
    beyond = last + timedelta(days=1)
    wanted = (Entitlement.client_id.in_(client_ids), touches(Entitlement, first=first, beyond=beyond))
    found: dict[UUID, tuple[EntitlementView, ...]] = {}
    for row in session.scalars(select(Entitlement).where(*wanted)):
        found[row.client_id] = (*found.get(row.client_id, ()), entitlement_view(row))
    return found


def list_certified(
    session: Session, *, carer_ids: Collection[UUID], kind: CertificateKind
) -> dict[UUID, tuple[Period, ...]]:
    """When carers hold such a certificate. Unscoped."""
    wanted = select(Certificate).where(Certificate.carer_id.in_(carer_ids), Certificate.kind == kind)
    found: dict[UUID, tuple[Period, ...]] = {}
    for row in session.scalars(wanted):
        found[row.carer_id] = (*found.get(row.carer_id, ()), Period(row.valid_from, row.valid_to))
    return found


def serving_agencies(session: Session, *, client_id: UUID, on: date) -> frozenset[UUID]:
    """Agencies that have an agreement with a client on a day. Unscoped: the caller has found the client."""
    live = (ServiceAgreement.client_id == client_id, holds(ServiceAgreement, on=on))
    return frozenset(session.scalars(select(ServiceAgreement.agency_id).where(*live)))


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
