"""Selects about what became of what each rule held, and about rules that are stopped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Select, String, bindparam, cast, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from app.checkin.models import CareFact, ExceptionEnd, ExceptionFound, Review
from app.checkin.queries.facts import visible_facts
from app.checkin.rule_models import RuleStanding
from app.checkin.rule_stops import MonthOutcome, Outcome, RuleStop
from app.checkin.types import Decision, ExceptionCode, FactKind, Severity
from app.kernel import clock
from app.kernel.permissions import AnyActor
from app.kernel.statements import FixedStatement

DECIDED = (Decision.ACCEPTED, Decision.REFUSED)
LATER, NEWER = aliased(Review), aliased(RuleStanding)
LAST_DECISION = ~exists().where(
    LATER.fact_id == Review.fact_id,
    LATER.actor_id.is_not(None),
    LATER.decision.in_(DECIDED),
    func.coalesce(LATER.seq, 0) > func.coalesce(Review.seq, 0),
)
ENDED_BEFORE = exists().where(
    ExceptionEnd.exception_id == ExceptionFound.id, ExceptionEnd.recorded_at < Review.recorded_at
)
LAST_WORD = ~exists().where(NEWER.code == RuleStanding.code, NEWER.seq > RuleStanding.seq)
STOPPED = FixedStatement(
    select(RuleStanding.code).where(
        RuleStanding.code == func.any(bindparam("codes", type_=ARRAY(String()))), RuleStanding.stopped, LAST_WORD
    )
)


@dataclass(frozen=True, slots=True)
class Span:
    """Decisions of `[begin, beyond)` are counted, of these rules alone where they are named."""

    begin: datetime
    beyond: datetime
    codes: tuple[ExceptionCode, ...] | None = None


def find_stopped(session: Session, *, codes: Collection[ExceptionCode]) -> frozenset[ExceptionCode]:
    """Which of these rules are stopped; no statement without one. Unscoped: for judging."""
    if not codes:
        return frozenset()
    rows = STOPPED.rows(session, {"codes": [each.value for each in codes]})
    return frozenset(ExceptionCode(row.code) for row in rows)


def list_standings(session: Session) -> tuple[RuleStop, ...]:
    """The last word about each rule of which there is one, unscoped: it holds for the whole fund."""
    rows = session.scalars(select(RuleStanding).where(LAST_WORD).order_by(RuleStanding.code))
    return tuple(_view(row) for row in rows)


def count_outcomes(session: Session, *, actor: AnyActor, span: Span) -> dict[ExceptionCode, Outcome]:
    """Of the actor's visits that a rule held, how often people decided for and against the carer; one statement."""
    counted = _decided(actor, span).add_columns(ExceptionFound.code, *_counts()).group_by(ExceptionFound.code)
    return {code: Outcome(overturned, upheld) for code, overturned, upheld in session.execute(counted)}


def list_month_outcomes(
    session: Session, *, actor: AnyActor, first: date, beyond: date, zone: ZoneInfo
) -> tuple[MonthOutcome, ...]:
    """The same by month of the last decision, for months of `[first, beyond)`; one statement."""
    span = Span(clock.local_midnight(first, zone), clock.local_midnight(beyond, zone))
    month = cast(func.date_trunc("month", func.timezone(zone.key, Review.recorded_at)), Date)
    counted = _decided(actor, span).add_columns(month, ExceptionFound.code, *_counts())
    rows = session.execute(counted.group_by(month, ExceptionFound.code).order_by(month, ExceptionFound.code))
    return tuple(MonthOutcome(row[0], row[1], Outcome(row[2], row[3])) for row in rows)


def _decided(actor: AnyActor, span: Span) -> Select[Any]:
    """Last decisions of people about visits, with what had to be fixed of them then."""
    statement = (
        visible_facts(actor)
        .join(Review, Review.fact_id == CareFact.id)
        .join(ExceptionFound, ExceptionFound.fact_id == CareFact.id)
        .with_only_columns()
        .where(
            CareFact.kind == FactKind.VISIT,
            Review.recorded_at >= span.begin,
            Review.recorded_at < span.beyond,
            Review.actor_id.is_not(None),
            Review.decision.in_(DECIDED),
            LAST_DECISION,
            ExceptionFound.severity == Severity.MUST_FIX,
            ExceptionFound.recorded_at <= Review.recorded_at,
            ~ENDED_BEFORE,
        )
    )
    return statement if span.codes is None else statement.where(ExceptionFound.code.in_(span.codes))


def _counts() -> tuple[Any, Any]:
    facts = func.count(Review.fact_id.distinct())
    return (facts.filter(Review.decision == Decision.ACCEPTED), facts.filter(Review.decision == Decision.REFUSED))


def _view(row: RuleStanding) -> RuleStop:
    counted = row.overturned is not None and row.upheld is not None
    return RuleStop(
        code=ExceptionCode(row.code),
        stopped=row.stopped,
        seq=row.seq,
        since=row.recorded_at,
        account_id=row.account_id,
        reason=row.reason,
        outcome=Outcome(row.overturned or 0, row.upheld or 0) if counted else None,
    )
