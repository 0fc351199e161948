"""Exact positions fade row by row that were copied aside while something about their fact was open, or lie in the
DEFAULT partition, by phones with wrong clocks. Whole months fade in `fading_months`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, FromClause, Table, delete, func, select
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import FadeTerms
from app.checkin.hold_models import PositionHeld
from app.checkin.queries.fading import DEFAULT_PARTITION, POSITION, partition, read_facts
from app.checkin.rules.fading import kept_for
from app.kernel.partitions import Span
from app.policies.rules import PolicyBook

HELD: Table = PositionHeld.__table__  # type: ignore[assignment]  # a Table


def fade_rows(session: Session, *, region: str, terms: FadeTerms, zone: ZoneInfo, today: date) -> int:
    """Delete the positions that were copied aside, or lie in the DEFAULT partition, and may fade now; how many."""
    lock_holds(session, region=region, is_fading=True)
    faded = 0
    for source, target in ((HELD, HELD), (partition(DEFAULT_PARTITION), POSITION)):
        for ids in decided(session, source, terms=terms, zone=zone, today=today, within=None, fading=True):
            session.execute(delete(target).where(target.c.id.in_(ids)))
            faded += len(ids)
    return faded


def terms_of(book: PolicyBook, *, region: str) -> FadeTerms | None:
    """The longest terms that any of the fund's policies sets, those to come included; None without a policy."""
    policies = book.spans(region=region)
    if not policies:
        return None
    return FadeTerms(
        max(each.retention.positions for each in policies), max(each.grading.appeal_deadline for each in policies)
    )


def lock_holds(session: Session | Connection, *, region: str, is_fading: bool) -> None:
    """Until the end of the transaction no position fades while a hold is placed, and no hold is placed meanwhile."""
    take = func.pg_advisory_xact_lock if is_fading else func.pg_advisory_xact_lock_shared
    session.execute(select(take(func.hashtextextended(f"fading:{region}", 0))))


def decided(
    session: Session | Connection,
    source: FromClause,
    *,
    terms: FadeTerms,
    zone: ZoneInfo,
    today: date,
    within: Span | None,
    fading: bool,
) -> Iterator[Sequence[UUID]]:
    """The positions that may fade, or those that are kept, some at a time."""
    for known in read_facts(session, source, zone=zone, within=within):
        found = [each for each, facts in known if (not kept_for(facts, terms=terms, today=today)) is fading]
        if found:
            yield found
