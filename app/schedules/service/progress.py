"""The one way a visit changes: its state and its history row together.

On the check-in path these are two of five statements, so they are built once, with bound parameters.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, DateTime, Uuid, any_, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind, IllegalTransition
from app.kernel.permissions import AnyActor, SystemActor
from app.kernel.statements import FixedStatement
from app.schedules.models import Visit, VisitChange
from app.schedules.types import ALLOWED, VisitSource, VisitState, VisitView

VISIT = Visit.__table__
CHANGE = VisitChange.__table__
NEW = "new"

UPDATE_VISIT = FixedStatement(
    update(VISIT)  # type: ignore[arg-type]  # a mapped class's table is a Table
    .where(VISIT.c.id == bindparam("visit_id"), VISIT.c.seq == bindparam("old_seq"))
    .values(
        state=bindparam("new_state"),
        seq=bindparam("new_seq"),
        began_at=bindparam("new_began_at"),
        ended_at=bindparam("new_ended_at"),
    )
)
INSERT_CHANGE = FixedStatement(insert(CHANGE))  # type: ignore[arg-type]  # as above
TELL_BEGIN = FixedStatement(
    update(VISIT)  # type: ignore[arg-type]  # as above
    .where(
        VISIT.c.id == bindparam("visit_id"),
        VISIT.c.began_at.is_not_distinct_from(bindparam("known_at", type_=DateTime(timezone=True))),
    )
    .values(began_at=bindparam("told_at"))
)
TELL_END = FixedStatement(
    update(VISIT)  # type: ignore[arg-type]  # as above
    .where(VISIT.c.id == bindparam("visit_id"), VISIT.c.ended_at.is_(None))
    .values(ended_at=bindparam("told_at"))
)

WAIT, SKIP = (
    FixedStatement(
        select(VISIT.c.id).where(VISIT.c.id == bindparam("visit_id")).with_for_update(key_share=True, skip_locked=skips)
    )
    for skips in (False, True)
)
OF_VISITS: Any = any_(bindparam("visit_ids", type_=ARRAY(Uuid())))
WAIT_ALL = FixedStatement(
    select(VISIT.c.id).where(VISIT.c.id == OF_VISITS).order_by(VISIT.c.id).with_for_update(key_share=True)
)


@dataclass(frozen=True, slots=True)
class Step:
    """A visit as it was read and as it shall be, and the tap that moves it."""

    visit: VisitView
    moved: VisitView
    cause_id: UUID | None
    reason: str | None = None


class VisitMoved(DomainError):
    """The visit changed while this request was looking at it: read it again."""

    kind, code = ErrorKind.CONFLICT, "visit_moved"


def lock(session: Session, *, visit_id: UUID, wait: bool = True) -> bool:
    """Let nobody else look at a visit to settle it until this transaction ends; False for one that another holds,
    when told not to wait. What arrives at the same moment is so judged one after the other."""
    return bool((WAIT if wait else SKIP).rows(session, {"visit_id": visit_id}))


def lock_all(session: Session, *, visit_ids: Collection[UUID]) -> None:
    """As `lock`, several at once, in the order of their ids."""
    WAIT_ALL.rows(session, {"visit_ids": list(visit_ids)})


def begin(
    session: Session, visit: VisitView, *, began_at: datetime, cause_id: UUID, actor: AnyActor, at: datetime
) -> None:
    """A carer has come. Raises IllegalTransition and VisitMoved."""
    advance(session, visit, VisitState.BEGUN, actor=actor, at=at, cause_id=cause_id, began_at=began_at)


def finish(
    session: Session,
    visit: VisitView,
    *,
    ended_at: datetime | None,
    cause_id: UUID | None,
    actor: AnyActor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """A carer has left, or a job closes a forgotten visit. Raises IllegalTransition and VisitMoved."""
    advance(session, visit, VisitState.DONE, actor=actor, at=at, cause_id=cause_id, ended_at=ended_at, reason=reason)


def tell_begin(session: Session, visit: VisitView, *, began_at: datetime) -> None:
    """Keep when a visit began whose end was told first, or whose beginning was taken back; its state does not change.
    Raises VisitMoved."""
    _tell(session, TELL_BEGIN, visit, told_at=began_at, known_at=visit.began_at)


def tell_end(session: Session, visit: VisitView, *, ended_at: datetime) -> None:
    """Keep when a visit ended that a job had closed; its state does not change. Raises VisitMoved."""
    _tell(session, TELL_END, visit, told_at=ended_at)


def _tell(session: Session, statement: FixedStatement, visit: VisitView, **told_at: datetime | None) -> None:
    told = statement.change(session, {"visit_id": visit.id, **told_at})
    if told != 1:
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
    moved = replace(
        visit,
        state=to_state,
        seq=visit.seq + 1,
        began_at=began_at or visit.began_at,
        ended_at=ended_at or visit.ended_at,
    )
    advance_all(session, [Step(visit, moved, cause_id, reason)], actor=actor, at=at)


def advance_all(session: Session, steps: Sequence[Step], *, actor: AnyActor, at: datetime) -> None:
    """As `advance`, of any number of visits by two statements; when one raises, nothing may be kept."""
    changes = []
    for step in steps:
        if step.moved.state not in ALLOWED[step.visit.state]:
            raise IllegalTransition(from_state=step.visit.state.value, to_state=step.moved.state.value)
        changes.append(
            {
                "visit_id": step.visit.id,
                "old_seq": step.visit.seq,
                "new_state": step.moved.state,
                "new_seq": step.moved.seq,
                "new_began_at": step.moved.began_at,
                "new_ended_at": step.moved.ended_at,
            }
        )
    for step, changed in zip(steps, UPDATE_VISIT.change_all(session, changes), strict=True):
        if changed != 1:
            raise VisitMoved(visit_id=str(step.visit.id))
    rows = [
        change_row(
            step.visit.id,
            step.moved.seq,
            step.visit.state,
            step.moved.state,
            actor=actor,
            at=at,
            reason=step.reason,
            cause_id=step.cause_id,
        )
        for step in steps
    ]
    INSERT_CHANGE.change_all(session, rows)


def mark_missed(session: Session, *, ids: Collection[UUID], actor: SystemActor, at: datetime) -> int:
    """Move all of these that are still planned to missed, in two statements; returns how many."""
    return move_planned(session, Visit.id.in_(ids), to_state=VisitState.MISSED, reason="not_begun", actor=actor, at=at)


def move_planned(
    session: Session,
    *conditions: ColumnElement[bool],
    to_state: VisitState,
    reason: str,
    actor: AnyActor,
    at: datetime,
) -> int:
    """Move all that meet the conditions and are still planned, in two statements; returns how many."""
    moved = session.execute(
        update(Visit)
        .where(*conditions, Visit.state == VisitState.PLANNED)
        .values(state=to_state, seq=Visit.seq + 1)
        .returning(Visit.id, Visit.seq)
        .execution_options(synchronize_session=False)
    ).all()
    if moved:
        rows = [
            change_row(row.id, row.seq, VisitState.PLANNED, to_state, actor=actor, at=at, reason=reason)
            for row in moved
        ]
        session.execute(insert(VisitChange), rows)
    return len(moved)


def add_unscheduled(session: Session, visit: VisitView, *, cause_id: UUID, actor: AnyActor, at: datetime) -> bool:
    """A visit nobody planned has begun, or is done when its end was told first; False for an id that is a visit's."""
    made = session.execute(
        insert_or_leave(Visit)
        .values(
            id=visit.id,
            client_id=visit.client_id,
            carer_id=visit.carer_id,
            agency_id=visit.agency_id,
            district_code=visit.district_code,
            street_code=visit.street_code,
            plan_id=visit.plan_id,
            team_slot=visit.team_slot,
            planned=None,
            state=visit.state,
            seq=1,
            began_at=visit.began_at,
            ended_at=visit.ended_at,
            source=VisitSource.UNSCHEDULED,
            created_by=None if isinstance(actor, SystemActor) else actor.account_id,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(Visit.id)
    ).one_or_none()
    if made is None:
        return False
    row = change_row(visit.id, 1, NEW, visit.state, actor=actor, at=at, cause_id=cause_id)
    INSERT_CHANGE.change(session, row)
    return True


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
