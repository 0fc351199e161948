"""Selects about a carer's own work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, CareFact
from app.checkin.queries.facts import page_of_facts, visible_facts
from app.checkin.shown import FactView
from app.kernel.paging import Page, PageRequest
from app.kernel.permissions import Actor
from app.registry.models import Carer
from app.schedules.models import STARTS_AT, Visit
from app.schedules.queries import view_of, visible_visits
from app.schedules.types import VisitState, VisitView


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFilter(PageRequest):
    """Query keys: local days, both included."""

    day_from: date
    day_to: date


def page_of_work(
    session: Session, *, actor: Actor, wanted: WorkFilter, begin: datetime, beyond: datetime
) -> Page[FactView]:
    """Facts of the actor's own visits that begin in `[begin, beyond)` and of his care days, in order of their ids."""
    visits = visible_visits(actor).where(begin <= STARTS_AT, beyond > STARTS_AT).with_only_columns(Visit.id)
    own = select(Carer.id).where(Carer.person_id == actor.person_id)
    days = select(CareDay.id).where(CareDay.carer_id.in_(own), CareDay.day.between(wanted.day_from, wanted.day_to))
    statement = visible_facts(actor).where(or_(CareFact.id.in_(visits), CareFact.id.in_(days)))
    return page_of_facts(session, statement, limit=wanted.limit, after=wanted.after)


def list_worked(session: Session, *, actor: Actor, begin: datetime, beyond: datetime) -> list[VisitView]:
    """The actor's own visits that begin in `[begin, beyond)`, without cancelled ones."""
    statement = visible_visits(actor).where(begin <= STARTS_AT, beyond > STARTS_AT, Visit.state != VisitState.CANCELLED)
    return [view_of(row) for row in session.scalars(statement)]


def find_days(session: Session, *, care_day_ids: Collection[UUID]) -> dict[UUID, date]:
    """The days of care days. Unscoped: the caller has found them by his actor."""
    rows = session.execute(select(CareDay.id, CareDay.day).where(CareDay.id.in_(care_day_ids)))
    return {care_day_id: day for care_day_id, day in rows}


def facts_of(session: Session, *, actor: Actor, visit_ids: Collection[UUID]) -> tuple[FactView, ...]:
    """The facts of visits, of those that have one."""
    statement = visible_facts(actor).where(CareFact.id.in_(visit_ids))
    return page_of_facts(session, statement, limit=max(len(visit_ids), 1), after=None).items
