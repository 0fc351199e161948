"""Selects about fee lists: the recorded visits of a client, and the confirmations of his months."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import PayableTime, ServiceRecord
from app.checkin.queries.fact_statements import LAST_WORD, SUPERSEDED
from app.checkin.types import Decision
from app.claims.models import FeeConfirmation
from app.claims.types import FeeConfirmationView
from app.kernel.permissions import Actor
from app.registry.conditions import AGREEING, guards
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients
from app.schedules.models import Visit
from app.schedules.queries import view_of, visible_visits
from app.schedules.types import VisitView


@dataclass(frozen=True, slots=True)
class Recorded:
    """A visit with its record, the minutes of it that may be paid (None: none), and whether the actor may see it."""

    visit: VisitView
    service_on: date
    began_at: datetime | None
    minutes: int
    payable: int | None
    is_visible: bool


def check_visible(session: Session, *, client_id: UUID, actor: Actor, on: date) -> None:
    """Raise NotFound for a client outside the actor's scope on a day."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))


def check_may_confirm(session: Session, *, client_id: UUID, actor: Actor, on: date) -> None:
    """Raise NotFound but for a guardian who may agree to what costs money."""
    may_agree = guards(Client.id, person_id=actor.person_id, on=on, extents=AGREEING)
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id, may_agree))


def list_recorded(session: Session, *, client_id: UUID, first: date, beyond: date, actor: Actor) -> list[Recorded]:
    """Recorded visits of a client on days of `[first, beyond)`, in order of day, start and id. All of them: the limits
    count what other agencies did as well; what the actor may not see is marked."""
    of_client = Visit.client_id == client_id
    visible = visible_visits(actor).where(of_client).with_only_columns(Visit.id)
    began_at = func.coalesce(func.lower(PayableTime.during), ServiceRecord.began_at)
    statement = (
        select(
            Visit, ServiceRecord.service_on, began_at, ServiceRecord.minutes, PayableTime.minutes, Visit.id.in_(visible)
        )
        .join(ServiceRecord, ServiceRecord.visit_id == Visit.id)
        .outerjoin(PayableTime, PayableTime.visit_id == Visit.id)
        .where(of_client, ServiceRecord.service_on >= first, ServiceRecord.service_on < beyond, ~SUPERSEDED)
        .order_by(ServiceRecord.service_on, began_at, Visit.id)
    )
    return [Recorded(view_of(row[0]), *row[1:]) for row in session.execute(statement)]


def list_refused(session: Session, *, visit_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these visits that a person refused last. Unscoped: the caller has found them by his actor."""
    rows = LAST_WORD.rows(session, {"fact_ids": list(visit_ids)}) if visit_ids else ()
    return frozenset(row.fact_id for row in rows if row.decision == Decision.REFUSED)


def find_confirmation(session: Session, *, client_id: UUID, month: date, digest: str) -> FeeConfirmationView | None:
    """The confirmation of the list with this digest, else the newest of the month. Unscoped, as above."""
    confirmed = FeeConfirmation
    statement = (
        select(confirmed)
        .where(confirmed.client_id == client_id, confirmed.month == month)
        .order_by((confirmed.list_digest == digest).desc(), confirmed.recorded_at.desc(), confirmed.id.desc())
    )
    row = session.scalars(statement.limit(1)).one_or_none()
    return None if row is None else confirmation_view(row)


def confirmation_view(row: FeeConfirmation) -> FeeConfirmationView:
    """A confirmation's row as others see it."""
    return FeeConfirmationView(
        row.id, row.client_id, row.month, row.list_digest, row.personal_fen, row.extra_fen, row.recorded_at
    )
