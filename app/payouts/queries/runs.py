"""Computations of months, and the clients that one of them comes to next."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, Uuid, exists, false, func, null, select, true, union
from sqlalchemy.orm import Session, aliased

from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import AnyActor, ScopeKind
from app.payouts.models import Subsidy
from app.payouts.run_models import MonthRun
from app.payouts.run_types import MonthRunView, RunState
from app.registry.choice_models import CashChoice
from app.registry.conditions import touches
from app.registry.models import Assignment, Carer, Client
from app.registry.types import CarerKind


def visible_runs(actor: AnyActor) -> Select[Any]:
    """All computations of the fund, or none: a month belongs to no district."""
    return select(MonthRun).where(true() if actor.scope.kind is ScopeKind.FUND else false())


def view_run(session: Session, *, run_id: UUID, actor: AnyActor) -> MonthRunView:
    """One computation; NotFound when there is none for this actor."""
    run = session.scalars(visible_runs(actor).where(MonthRun.id == run_id)).one_or_none()
    if run is None:
        raise NotFound
    return view_of(run)


def list_runs(session: Session, *, actor: AnyActor, page: PageRequest) -> Page[MonthRunView]:
    """Computations in the order in which they were asked for. One statement."""
    return fetch_page(session, visible_runs(actor), key=MonthRun.id, limit=page.limit, after=page.after, view=view_of)


def find_open(session: Session, *, month: date) -> UUID | None:
    """The computation of a month that is not finished. Unscoped: it stops whoever prepares or computes."""
    return session.scalars(select(MonthRun.id).where(MonthRun.month == month, MonthRun.finished_at.is_(None))).first()


def next_open(session: Session) -> UUID | None:
    """The computation that has waited longest. Unscoped: for the job."""
    return session.scalars(select(MonthRun.id).where(MonthRun.finished_at.is_(None)).order_by(MonthRun.id)).first()


def find_computed(session: Session, *, months: Collection[date], before: datetime) -> tuple[date, ...]:
    """Those of the months that have a subsidy and were not asked for since an instant. Unscoped: for the job."""
    is_fresh = exists().where(MonthRun.month == Subsidy.month, MonthRun.requested_at >= before)
    statement = select(Subsidy.month).where(Subsidy.month.in_(months), ~is_fresh).distinct().order_by(Subsidy.month)
    return tuple(session.scalars(statement))


def next_clients(session: Session, *, first: date, beyond: date, after: UUID | None, limit: int) -> Sequence[UUID]:
    """The next clients of a month by id, so that no list of all is ever held. Unscoped: for the job."""
    found = _pairs(first=first, beyond=beyond, after=after).subquery()
    return session.scalars(select(found.c.client_id).distinct().order_by(found.c.client_id).limit(limit)).all()


def count_pairs(session: Session, *, first: date, beyond: date) -> int:
    """Family carers and clients of a month, and clients by themselves. Unscoped: for the job."""
    found = _pairs(first=first, beyond=beyond, after=None).subquery()
    return session.scalars(select(func.count()).select_from(found)).one()


def list_choosing(
    session: Session, *, first: date, beyond: date, client_ids: Collection[UUID]
) -> tuple[tuple[UUID, UUID], ...]:
    """Clients of these, with their persons, who chose cash that counts in the month. Unscoped: for the job."""
    chosen = _choosing(first=first, beyond=beyond)
    rows = session.execute(select(Client.id, Client.person_id).where(Client.id.in_(client_ids), Client.id.in_(chosen)))
    return tuple((client_id, person_id) for client_id, person_id in rows)


def view_of(run: MonthRun) -> MonthRunView:
    """A computation as it is shown."""
    return MonthRunView(
        id=run.id,
        month=run.month,
        state=_state(run),
        requested_by=run.requested_by,
        requested_at=run.requested_at,
        finished_at=run.finished_at,
        failure_code=run.failure_code,
        pairs=run.pairs,
        computed=run.computed,
        unchanged=run.unchanged,
        payable_fen=run.payable_fen,
        recovery_fen=run.recovery_fen,
    )


def _state(run: MonthRun) -> RunState:
    if run.finished_at is not None:
        return RunState.DONE if run.failure_code is None else RunState.FAILED
    return RunState.WAITING if run.pairs is None else RunState.RUNNING


def _pairs(*, first: date, beyond: date, after: UUID | None) -> CompoundSelect[Any]:
    """Pairs with an assignment in the month, clients with a choice of cash alone, and what was computed before."""
    own = _choosing(first=first, beyond=beyond).subquery()
    chosen = select(own.c.client_id, null().cast(Uuid))
    assigned = (
        select(Assignment.client_id, Assignment.carer_id)
        .join(Carer, Carer.id == Assignment.carer_id)
        .where(Carer.kind == CarerKind.FAMILY, touches(Assignment, first=first, beyond=beyond))
    )
    computed = select(Subsidy.client_id, Subsidy.carer_id).where(Subsidy.month == first)
    if after is not None:
        assigned, computed = assigned.where(Assignment.client_id > after), computed.where(Subsidy.client_id > after)
        chosen = chosen.where(own.c.client_id > after)
    return union(assigned, computed, chosen)


def _choosing(*, first: date, beyond: date) -> Select[Any]:
    """Clients with a choice of cash that no later choice had replaced when the month began."""
    later = aliased(CashChoice)
    replaced = exists().where(
        later.client_id == CashChoice.client_id,
        later.valid_from > CashChoice.valid_from,
        later.valid_from <= first,
    )
    return select(CashChoice.client_id).where(CashChoice.takes_cash, CashChoice.valid_from < beyond, ~replaced)
