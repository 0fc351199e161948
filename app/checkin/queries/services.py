"""Reads what was done for a client in a month, as it is told to him."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.careplans.queries import catalogue
from app.checkin.models import ItemDone, ServiceRecord
from app.checkin.queries.events import list_payable_times
from app.checkin.queries.fact_statements import SUPERSEDED
from app.checkin.queries.ratings import MonthPage
from app.checkin.shown import ServiceLine, ServiceView
from app.kernel.paging import Page, fetch_page
from app.kernel.permissions import AnyActor
from app.policies.entry_codes import LimitPeriod
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients
from app.schedules.models import Visit
from app.schedules.queries import visible_visits
from app.schedules.rules import days_of


def list_services(
    session: Session, *, client_id: UUID, wanted: MonthPage, actor: AnyActor, on: date
) -> Page[ServiceView]:
    """Recorded visits of a client in a month, those that the actor may see, in order of their ids; five statements.

    NotFound outside the actor's scope on the day `on`.
    """
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    first, beyond = days_of(LimitPeriod.MONTH, on=wanted.month)
    visits = visible_visits(actor).where(Visit.client_id == client_id).with_only_columns(Visit.id)
    statement = select(ServiceRecord).where(
        ServiceRecord.visit_id.in_(visits),
        ServiceRecord.service_on >= first,
        ServiceRecord.service_on < beyond,
        ~SUPERSEDED,
    )
    found = fetch_page(
        session,
        statement,
        key=ServiceRecord.visit_id,
        limit=wanted.limit,
        after=wanted.after,
        view=lambda row: row,
        key_of=lambda row: row.visit_id,
    )
    ids = [row.visit_id for row in found.items]
    lines = _lines(session, visit_ids=ids)
    accepted = {each.visit_id: each.minutes for each in list_payable_times(session, visit_ids=ids)}
    return Page(
        tuple(
            ServiceView(
                row.visit_id,
                row.service_on,
                row.began_at,
                row.ended_at,
                row.minutes,
                accepted.get(row.visit_id),
                lines[row.visit_id],
            )
            for row in found.items
        ),
        found.next_after,
    )


def _lines(session: Session, *, visit_ids: Collection[UUID]) -> defaultdict[UUID, tuple[ServiceLine, ...]]:
    """What was told last of each item of these visits, in order of the codes."""
    told = {
        (row.visit_id, row.item_code): row
        for row in session.scalars(
            select(ItemDone).where(ItemDone.visit_id.in_(visit_ids)).order_by(ItemDone.occurred_at, ItemDone.id)
        )
    }
    known = catalogue(session, codes={code for _, code in told})
    found: defaultdict[UUID, tuple[ServiceLine, ...]] = defaultdict(tuple)
    for (visit_id, code), row in sorted(told.items()):
        name = known[code].name if code in known else None
        found[visit_id] += (ServiceLine(code, name, row.outcome, row.minutes, row.consented),)
    return found
