"""Selects about clients' own shares."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import exists, false, select, true
from sqlalchemy.orm import Session

from app.checkin.models import CareFact, ExceptionFound
from app.checkin.queries.fact_statements import STILL_HOLDS
from app.checkin.share_models import ShareConfirmation
from app.checkin.types import ExceptionCode
from app.kernel.permissions import Actor, ScopeKind
from app.policies.entry_codes import LimitPeriod
from app.registry.conditions import AGREEING, guards, touches
from app.registry.models import Client, ServiceAgreement
from app.registry.queries import one_or_not_found, visible_clients
from app.schedules.rules import days_of


def check_may_confirm(
    session: Session, *, client_id: UUID, agency_id: UUID, month: date, actor: Actor, on: date
) -> None:
    """Raise NotFound but for a client whom the agency served in the month: of an agency its own, of a guardian one for
    whom he may agree to what costs money."""
    first, beyond = days_of(LimitPeriod.MONTH, on=month)
    served = exists().where(
        ServiceAgreement.client_id == Client.id,
        ServiceAgreement.agency_id == agency_id,
        touches(ServiceAgreement, first=first, beyond=beyond),
    )
    statement = visible_clients(actor, on=on).where(Client.id == client_id, served)
    if actor.scope.kind is ScopeKind.AGENCY:
        statement = statement.where(true() if actor.scope.agency_id == agency_id else false())
    else:
        statement = statement.where(guards(Client.id, person_id=actor.person_id, on=on, extents=AGREEING))
    one_or_not_found(session, statement)


def is_confirmed(session: Session, *, client_id: UUID, agency_id: UUID, month: date) -> bool:
    """Whether a client's share of a month is confirmed, unscoped."""
    found = exists().where(
        ShareConfirmation.client_id == client_id,
        ShareConfirmation.agency_id == agency_id,
        ShareConfirmation.month == month,
    )
    return bool(session.scalar(select(found)))


def list_confirmed(session: Session, *, client_ids: Collection[UUID]) -> set[tuple[UUID, UUID, date]]:
    """Whose shares by which agency of which months are confirmed, unscoped."""
    confirmed = ShareConfirmation
    statement = select(confirmed.client_id, confirmed.agency_id, confirmed.month)
    rows = session.execute(statement.where(confirmed.client_id.in_(client_ids)))
    return {(row[0], row[1], row[2]) for row in rows}


def list_unconfirmed_visits(session: Session, *, client_id: UUID, agency_id: UUID, month: date) -> list[UUID]:
    """The visits of a month of which it is told that the share is not confirmed, in order of their ids; unscoped."""
    statement = (
        select(CareFact.id)
        .join(ExceptionFound, ExceptionFound.fact_id == CareFact.id)
        .where(CareFact.client_id == client_id, CareFact.agency_id == agency_id)
        .where(ExceptionFound.code == ExceptionCode.SHARE_NOT_CONFIRMED, STILL_HOLDS)
        .where(ExceptionFound.details["month"].astext == month.isoformat())
    )
    return list(session.scalars(statement.order_by(CareFact.id)))
