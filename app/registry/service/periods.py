"""The one change a dated right allows: its end, with a history row."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, SystemActor
from app.registry.conditions import touches
from app.registry.history_models import PeriodChange
from app.registry.rules import ends_later
from app.registry.service.conflicts import PeriodBackwards, conflicts_named

REPLACED = "replaced"


class OnlyFundLengthens(DomainError):
    """A right ends later only by the fund: a later end would pass by what is checked when a right begins."""

    kind, code = ErrorKind.CONFLICT, "only_fund_lengthens"


def check_order(*, valid_from: date, valid_to: date | None) -> None:
    """Refuse a period without a day: it would be a withdrawn right from the start."""
    if valid_to is not None and valid_to <= valid_from:
        raise PeriodBackwards(valid_from=valid_from, valid_to=valid_to)


def end_period(
    session: Session,
    right: Any,
    *,
    valid_to: date,
    reason: str,
    actor: AnyActor,
    at: datetime,
    may_lengthen: bool = False,
) -> bool:
    """Give a dated right another end; its first day as the end withdraws it. False when it ends there already.

    `right` is a row of any dated table, `reason` a code. Raises PeriodBackwards, OnlyFundLengthens unless told that it
    may last longer, and the overlap error of its table when it grows into another right.
    """
    session.refresh(right, with_for_update=True)
    if valid_to == right.valid_to:
        return False
    if not may_lengthen and ends_later(valid_to, than=right.valid_to):
        raise OnlyFundLengthens(valid_to=right.valid_to)
    _end(session, [(right, valid_to)], reason=reason, actor=actor, at=at)
    return True


def _end(session: Session, ends: Sequence[tuple[Any, date]], *, reason: str, actor: AnyActor, at: datetime) -> None:
    for right, valid_to in ends:
        if valid_to < right.valid_from:
            raise PeriodBackwards(valid_from=right.valid_from, valid_to=valid_to)
    with conflicts_named(session):
        session.add_all(_change(right, valid_to, reason=reason, actor=actor, at=at) for right, valid_to in ends)
        for right, valid_to in ends:
            right.valid_to = valid_to


def _change(right: Any, valid_to: date, *, reason: str, actor: AnyActor, at: datetime) -> PeriodChange:
    return PeriodChange(
        id=new_id(at=at),
        right_kind=right.__tablename__,
        right_id=right.id,
        old_valid_to=right.valid_to,
        new_valid_to=valid_to,
        reason=reason,
        actor_id=None if isinstance(actor, SystemActor) else actor.account_id,
        recorded_at=at,
    )


def end_sooner(session: Session, right: Any, *, valid_to: date, reason: str, actor: AnyActor, at: datetime) -> bool:
    """End a right that lasts longer; one that is over by then, perhaps since a moment ago, stays as it is."""
    return end_all_sooner(session, [(right, valid_to)], reason=reason, actor=actor, at=at) == 1


def end_all_sooner(
    session: Session, ends: Sequence[tuple[Any, date]], *, reason: str, actor: AnyActor, at: datetime
) -> int:
    """As `end_sooner`, of many rights of one table by few statements; returns how many lasted longer."""
    if not ends:
        return 0
    model = type(ends[0][0])
    wanted = select(model).where(model.id.in_([right.id for right, _ in ends])).order_by(model.id).with_for_update()
    session.execute(wanted, execution_options={"populate_existing": True}).all()
    longer = [(right, end) for right, end in ends if right.valid_to is None or right.valid_to > end]
    _end(session, longer, reason=reason, actor=actor, at=at)
    return len(longer)


def end_replaced(session: Session, model: Any, *conditions: Any, on: date, actor: AnyActor, at: datetime) -> None:
    """End on the day `on` what began before it and reaches beyond: the right that a new one replaces."""
    replaced = session.scalars(
        select(model).where(*conditions, model.valid_from < on, touches(model, first=on, beyond=None))
    ).all()
    end_all_sooner(session, [(right, on) for right in replaced], reason=REPLACED, actor=actor, at=at)
