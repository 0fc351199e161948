"""Confirms what a client bears himself of a month's care, and settles the visits that waited for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.careplans.service.plans import check_way
from app.checkin.queries import shares as queries
from app.checkin.service.settling import settle_visit
from app.checkin.share_models import ShareConfirmation
from app.checkin.shares import ShareEntry, ShareView
from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.queries import lock_client
from app.schedules.queries import find_visits
from app.schedules.service import progress


class ShareConfirmed(DomainError):
    """The share of this agency's care in this month was confirmed before."""

    kind, code = ErrorKind.CONFLICT, "share_confirmed"


class ShareMonthAhead(DomainError):
    """A share is confirmed in its month or later."""

    kind, code = ErrorKind.INVALID, "share_month_ahead"


def confirm_share(session: Session, command: ShareEntry, *, client_id: UUID, actor: Actor, at: datetime) -> ShareView:
    """Confirm a month's share: a guardian who may agree to costs on the own phone, the agency's head from signed paper.

    The month's visits that waited for it are settled again. Raises NotFound, ConfirmationWayWrong, ShareMonthAhead
    and ShareConfirmed.
    """
    agency_id, month, today = command.agency_id, command.month, clock.local_date(at, zone_of(actor.region))
    queries.check_may_confirm(session, client_id=client_id, agency_id=agency_id, month=month, actor=actor, on=today)
    check_way(command.way, command.document, actor=actor)
    if month > today:
        raise ShareMonthAhead(month=month)
    lock_client(session, client_id=client_id)
    if queries.is_confirmed(session, client_id=client_id, agency_id=agency_id, month=month):
        raise ShareConfirmed(client_id=client_id)
    row = ShareConfirmation(
        id=new_id(at=at),
        client_id=client_id,
        agency_id=agency_id,
        month=month,
        share_fen=command.share_fen,
        way=command.way,
        document=command.document,
        account_id=actor.account_id,
        person_id=actor.person_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    _audit(session, row, actor=actor, at=at)
    _settle_waiting(session, row, region=actor.region, at=at)
    return ShareView(row.id, client_id, agency_id, month, row.share_fen, row.way, row.document, at)


def _settle_waiting(session: Session, row: ShareConfirmation, *, region: str, at: datetime) -> None:
    """Settle what waited. A visit that another holds is left out: who settles it waits for the client, locked here,
    and finds the confirmation."""
    waiting = queries.list_unconfirmed_visits(
        session, client_id=row.client_id, agency_id=row.agency_id, month=row.month
    )
    visits = find_visits(session, ids=waiting)
    for visit_id in waiting:
        if progress.lock(session, visit_id=visit_id, wait=False):
            settle_visit(session, visits[visit_id], region=region, at=at)


def _audit(session: Session, row: ShareConfirmation, *, actor: Actor, at: datetime) -> None:
    details = {"share_id": row.id, "month": row.month.isoformat(), "share_fen": row.share_fen, "way": row.way.value}
    about, keys = ("client", row.client_id), current_settings().key_ring
    audit.record(session, "client.confirmed_share", actor=actor, at=at, subject=about, details=details, keys=keys)
