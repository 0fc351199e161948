"""Asks for a month to be computed; the worker does it, so that no request waits for a fund's families."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import audit
from app.kernel.clock import local_date
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.payouts.batch_types import ComputeMonth
from app.payouts.queries import runs
from app.payouts.rules import months_before
from app.payouts.run_models import MonthRun
from app.payouts.run_types import MonthRunView
from app.policies.service import current_book


class MonthNotOver(DomainError):
    """The month has days to come; a subsidy is computed when all of them are known."""

    kind, code = ErrorKind.CONFLICT, "month_not_over"


class MonthBeingComputed(DomainError):
    """A computation of the month has begun or waits: its amounts are about to change."""

    kind, code = ErrorKind.CONFLICT, "month_being_computed"


def request_month(session: Session, command: ComputeMonth, *, actor: Actor, at: datetime) -> MonthRunView:
    """Ask for the subsidies of a month that is over. Raises MonthNotOver and MonthBeingComputed."""
    beyond = beyond_of(command.month)
    if local_date(at, zone_of(actor.region)) < beyond:
        raise MonthNotOver(month=command.month, over_on=beyond)
    run_id = _open(session, command.month, requested_by=actor.account_id, at=at)
    if run_id is None:
        refuse_open(session, month=command.month)
        raise MonthBeingComputed(month=command.month)
    audit.record(
        session,
        "subsidies.requested",
        actor=actor,
        at=at,
        subject=("month_run", run_id),
        details={"month": command.month},
        keys=current_settings().key_ring,
    )
    return runs.view_run(session, run_id=run_id, actor=actor)


def request_late_months(session: Session, *, actor: SystemActor, due_at: datetime, at: datetime) -> int:
    """Ask again for the last months that were computed before, but not since `due_at`; returns for how many.

    News of a death, a stay or a decided review comes weeks late, and a month of the same facts costs one reading. The
    first computation of a month is a person's to ask for.
    """
    today = local_date(at, zone_of(actor.region))
    policy = current_book().policy_or_last(region=actor.region, district=None, on=today)
    late = runs.find_computed(
        session, months=months_before(today, count=policy.subsidy.recompute_months), before=due_at
    )
    opened = [_open(session, month, requested_by=None, at=at) for month in late]
    return sum(run_id is not None for run_id in opened)


def refuse_open(session: Session, *, month: date) -> None:
    """Raise MonthBeingComputed while a computation of the month is not finished."""
    run_id = runs.find_open(session, month=month)
    if run_id is not None:
        raise MonthBeingComputed(month=month, computation_id=run_id)


def fail_run(session: Session, *, run_id: UUID, code: str, actor: AnyActor, at: datetime) -> None:
    """End a computation that cannot go on. What it has stored stays; the month may be asked for again."""
    run = session.get_one(MonthRun, run_id, populate_existing=True, with_for_update=True)
    if run.finished_at is not None:
        return
    run.finished_at, run.failure_code = at, code
    session.flush()
    audit.record(
        session,
        "subsidies.computation_failed",
        actor=actor,
        at=at,
        subject=("month_run", run_id),
        details={"month": run.month, "code": code},
        keys=current_settings().key_ring,
    )


def beyond_of(month: date) -> date:
    """The first day after a month."""
    return (month + timedelta(days=31)).replace(day=1)


def _open(session: Session, month: date, *, requested_by: UUID | None, at: datetime) -> UUID | None:
    statement = insert(MonthRun).values(
        id=new_id(at=at),
        month=month,
        requested_by=requested_by,
        requested_at=at,
        computed=0,
        unchanged=0,
        payable_fen=0,
        recovery_fen=0,
    )
    return session.scalar(statement.on_conflict_do_nothing().returning(MonthRun.id))
