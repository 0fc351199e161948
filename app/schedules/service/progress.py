"""The one way a visit changes: its state and its history row together.

On the check-in path these are two of five statements, so they are built once, with bound parameters.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind, IllegalTransition
from app.kernel.permissions import AnyActor, SystemActor
from app.schedules.models import Visit, VisitChange
from app.schedules.types import ALLOWED, VisitSource, VisitState, VisitView

VISIT = Visit.__table__
CHANGE = VisitChange.__table__
NEW = "new"

UPDATE_VISIT = (
    update(VISIT)  # type: ignore[arg-type]  # a mapped class's table is a Table
    .where(VISIT.c.id == bindparam("visit_id"), VISIT.c.seq == bindparam("old_seq"))
    .values(
        state=bindparam("new_state"),
        seq=bindparam("new_seq"),
        began_at=bindparam("new_began_at"),
        ended_at=bindparam("new_ended_at"),
    )
)
INSERT_CHANGE = insert(CHANGE)  # type: ignore[arg-type]  # as above
UPDATE_TIMES = (
    update(VISIT)  # type: ignore[arg-type]  # as above
    .where(VISIT.c.id == bindparam("visit_id"), VISIT.c.began_at.is_(None))
    .values(began_at=bindparam("new_began_at"))
)


class VisitMoved(DomainError):
    """The visit changed while this request was looking at it: read it again."""

    kind, code = ErrorKind.CONFLICT, "visit_moved"


def begin(
    session: Session, visit: VisitView, *, began_at: datetime, cause_id: UUID, actor: AnyActor, at: datetime
) -> None:
    """A carer has come. Raises IllegalTransition and VisitMoved."""
    advance(session, visit, VisitState.BEGUN, actor=actor, at=at, cause_id=cause_id, began_at=began_at)


def finish(
    session: Session,
    visit: VisitView,
    *,
    ended_at: datetime,
    cause_id: UUID | None,
    actor: AnyActor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """A carer has left, or a job closed a forgotten visit. Raises IllegalTransition and VisitMoved."""
    advance(session, visit, VisitState.DONE, actor=actor, at=at, cause_id=cause_id, ended_at=ended_at, reason=reason)


def tell_begin(session: Session, visit: VisitView, *, began_at: datetime) -> None:
    """Keep when a visit began whose end was told first; its state does not change. Raises VisitMoved."""
    parameters = {"visit_id": visit.id, "new_began_at": began_at}
    if session.connection().execute(UPDATE_TIMES, parameters).rowcount != 1:
        raise VisitMoved(visit_id=str(visit.id))


def advance(
    session: Session,
    visit: VisitView,
    to_state: VisitState,
    *,
    actor: AnyActor,
    at: datetime,
    reason: str | None = None,
    cause_id: UUID | None = None,
    began_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:
    """Move a visit on: two statements. Raises IllegalTransition for a step `ALLOWED` does not know, and VisitMoved
    when somebody else moved it since it was read."""
    if to_state not in ALLOWED[visit.state]:
        raise IllegalTransition(from_state=visit.state.value, to_state=to_state.value)
    connection = session.connection()
    changed = connection.execute(
        UPDATE_VISIT,
        {
            "visit_id": visit.id,
            "old_seq": visit.seq,
            "new_state": to_state,
            "new_seq": visit.seq + 1,
            "new_began_at": began_at or visit.began_at,
            "new_ended_at": ended_at or visit.ended_at,
        },
    )
    if changed.rowcount != 1:
        raise VisitMoved(visit_id=str(visit.id))
    connection.execute(
        INSERT_CHANGE,
        change_row(
            visit.id, visit.seq + 1, visit.state, to_state, actor=actor, at=at, reason=reason, cause_id=cause_id
        ),
    )


def mark_missed(session: Session, *, ids: Collection[UUID], actor: SystemActor, at: datetime) -> int:
    """Move all of these that are still planned to missed, in two statements; returns how many."""
    missed = session.execute(
        update(Visit)
        .where(Visit.id.in_(ids), Visit.state == VisitState.PLANNED)
        .values(state=VisitState.MISSED, seq=Visit.seq + 1)
        .returning(Visit.id, Visit.seq)
        .execution_options(synchronize_session=False)
    ).all()
    if missed:
        rows = [
            change_row(row.id, row.seq, VisitState.PLANNED, VisitState.MISSED, actor=actor, at=at, reason="not_begun")
            for row in missed
        ]
        session.execute(insert(VisitChange).values(rows))
    return len(missed)


def add_unscheduled(
    session: Session,
    visit_id: UUID,
    *,
    like: VisitView,
    began_at: datetime,
    cause_id: UUID,
    actor: AnyActor,
    at: datetime,
) -> VisitView:
    """A visit nobody planned has begun. `like` gives carer, client, agency, district and plan."""
    values = {
        "id": visit_id,
        "client_id": like.client_id,
        "carer_id": like.carer_id,
        "agency_id": like.agency_id,
        "district_code": like.district_code,
        "street_code": like.street_code,
        "plan_id": like.plan_id,
        "team_slot": like.team_slot,
        "planned": None,
        "state": VisitState.BEGUN,
        "seq": 1,
        "began_at": began_at,
        "source": VisitSource.UNSCHEDULED,
        "created_by": None if isinstance(actor, SystemActor) else actor.account_id,
        "created_at": at,
    }
    connection = session.connection()
    connection.execute(insert(Visit), values)
    connection.execute(
        INSERT_CHANGE, change_row(visit_id, 1, NEW, VisitState.BEGUN, actor=actor, at=at, cause_id=cause_id)
    )
    return VisitView(
        id=visit_id,
        client_id=like.client_id,
        carer_id=like.carer_id,
        agency_id=like.agency_id,
        plan_id=like.plan_id,
        team_slot=like.team_slot,
        planned_from=None,
        planned_to=None,
        state=VisitState.BEGUN,
        seq=1,
        began_at=began_at,
        ended_at=None,
        source=VisitSource.UNSCHEDULED,
        district_code=like.district_code,
        street_code=like.street_code,
    )


def change_row(
    visit_id: UUID,
    seq: int,
    from_state: str,
    to_state: VisitState,
    *,
    actor: AnyActor,
    at: datetime,
    reason: str | None = None,
    cause_id: UUID | None = None,
) -> dict[str, object]:
    """One row of a visit's history."""
    return {
        "visit_id": visit_id,
        "seq": seq,
        "from_state": str(from_state),
        "to_state": str(to_state),
        "reason": reason,
        "actor_id": None if isinstance(actor, SystemActor) else actor.account_id,
        "cause_id": cause_id,
        "recorded_at": at,
    }
