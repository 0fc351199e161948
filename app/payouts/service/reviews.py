"""A reviewer decides about families' months: one by one, or at once about all that the rules noticed nothing about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, Uuid, cast, column, func, insert, literal, select
from sqlalchemy.orm import Session

from app.kernel import audit
from app.kernel.clock import local_date
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.payouts.queries import reviews
from app.payouts.queries.standings import count_reviews
from app.payouts.review_models import MonthReview
from app.payouts.review_rules import judge_decision
from app.payouts.review_types import (
    AcceptedMonths,
    AcceptUnflagged,
    DecideMonth,
    MonthDecision,
    MonthReason,
    MonthRefusal,
    MonthStanding,
    ReviewedMonth,
)
from app.payouts.service.states import lock_money


class MonthChanged(DomainError):
    """The month was computed anew: what was looked at is not what would be paid."""

    kind, code = ErrorKind.CONFLICT, "month_changed"


class MonthReviewed(DomainError):
    """The month is accepted, or held, already."""

    kind, code = ErrorKind.CONFLICT, "month_reviewed"


class NothingLeftToReview(DomainError):
    """All of the month is in a batch or paid, or there was nothing to pay."""

    kind, code = ErrorKind.CONFLICT, "nothing_left_to_review"


REFUSALS: Mapping[MonthRefusal, type[DomainError]] = {
    MonthRefusal.DECIDED_SO: MonthReviewed,
    MonthRefusal.NOTHING_LEFT: NothingLeftToReview,
}


def decide_month(
    session: Session, command: DecideMonth, *, subsidy_id: UUID, actor: Actor, at: datetime
) -> ReviewedMonth:
    """Accept or hold exactly the content of one row. Who has a part in the month himself does not find it.

    Raises NotFound, MonthChanged, MonthReviewed and NothingLeftToReview.
    """
    on = local_date(at, zone_of(actor.region))
    lock_money(session, actor=actor)
    found = reviews.get_standing(session, subsidy_id=subsidy_id, actor=actor, on=on)
    if not found.row.is_newest:
        raise MonthChanged(subsidy_id=subsidy_id)
    refusal = judge_decision(command.decision, before=found.row.decision, is_lacking=found.row.is_lacking)
    if refusal is not None:
        raise REFUSALS[refusal](subsidy_id=subsidy_id)
    flags = [flag.code.value for flag in found.flags]
    session.add(
        MonthReview(
            id=new_id(at=at),
            subsidy_id=subsidy_id,
            seq=count_reviews(session, subsidy_id=subsidy_id) + 1,
            decision=command.decision,
            reason=command.reason,
            flags=flags,
            actor_id=actor.account_id,
            recorded_at=at,
        )
    )
    session.flush()
    details = {"decision": command.decision, "reason": command.reason, "flags": flags}
    _audit(session, "month.reviewed", ("subsidy", subsidy_id), details, actor=actor, at=at)
    return reviews.view_month(session, subsidy_id=subsidy_id, actor=actor, on=on)


def accept_unflagged(session: Session, command: AcceptUnflagged, *, actor: Actor, at: datetime) -> AcceptedMonths:
    """Accept in one statement all that waits of a month without a flag; what has one waits for a look of its own."""
    on = local_date(at, zone_of(actor.region))
    lock_money(session, actor=actor)
    accepted: list[UUID] = []
    flagged = 0
    for some in reviews.walk_months(session, month=command.month, actor=actor, on=on):
        waiting = [each for each in some if each.standing is MonthStanding.WAITING]
        accepted += [each.row.subsidy.id for each in waiting if not each.flags]
        flagged += sum(bool(each.flags) for each in waiting)
    if accepted:
        _accept(session, accepted, actor=actor, at=at)
        details = {"month": command.month, "count": len(accepted)}
        _audit(session, "months.accepted", ("month", None), details, actor=actor, at=at)
    return AcceptedMonths(accepted=len(accepted), waiting=flagged)


def _accept(session: Session, subsidy_ids: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    """A review each. Nobody has decided about them yet, so that each is the first."""
    ids = [new_id(at=at) for _ in subsidy_ids]
    lists = (cast(literal(values, ARRAY(Uuid())), ARRAY(Uuid())) for values in (ids, list(subsidy_ids)))
    given = func.unnest(*lists).table_valued(column("id", Uuid()), column("subsidy_id", Uuid()), name="given")
    same = {
        "seq": literal(1),
        "decision": literal(MonthDecision.ACCEPTED.value),
        "reason": literal(MonthReason.NO_FLAGS.value),
        "flags": cast(literal([], ARRAY(Text())), ARRAY(Text())),
        "actor_id": literal(actor.account_id, Uuid()),
        "recorded_at": literal(at, DateTime(timezone=True)),
    }
    rows = given.render_derived()
    chosen = select(rows.c.id, rows.c.subsidy_id, *same.values())
    session.execute(insert(MonthReview).from_select(["id", "subsidy_id", *same], chosen))


def _audit(
    session: Session,
    action: str,
    subject: tuple[str, UUID | None],
    details: Mapping[str, object],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    keys = current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=subject, details=details, keys=keys)
