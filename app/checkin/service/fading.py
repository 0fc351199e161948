"""Exact positions fade month by month, or are copied aside while something about their fact is open.

The owner drops a month's partition in the transaction that copies what is kept: both happen, or neither. What lies in
the DEFAULT partition, by phones with wrong clocks, and what was copied aside fades row by row.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, FromClause, Table, delete, func, insert, select, text
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import Faded, FadeTerms
from app.checkin.hold_models import PositionHeld
from app.checkin.queries.fading import DEFAULT_PARTITION, POSITION, partition, read_facts
from app.checkin.rules.fading import kept_for
from app.kernel import clock
from app.kernel.db import REGION_SCHEMA
from app.kernel.migrate import owner_connection, patiently
from app.kernel.partitions import Span, past_spans
from app.kernel.regions import Region
from app.policies.rules import PolicyBook

HELD: Table = PositionHeld.__table__  # type: ignore[assignment]  # a Table


def fade_months(owner_url: str, *, book: PolicyBook, at: datetime) -> dict[str, Faded]:
    """Drop, as owner, the positions of every month whose term is over; by region. Safe to repeat; raises TableBusy."""
    with owner_connection(owner_url) as connection:
        zones = {code: ZoneInfo(zone) for code, zone in connection.execute(select(Region.code, Region.timezone))}
    return {code: _fade_region(owner_url, code, book=book, zone=zone, at=at) for code, zone in sorted(zones.items())}


def _fade_region(owner_url: str, region: str, *, book: PolicyBook, zone: ZoneInfo, at: datetime) -> Faded:
    terms, today = terms_of(book, region=region), clock.local_date(at, zone)
    if terms is None:
        return Faded((), 0)
    busy = f"{region}.{POSITION.name}"
    ripe = partial(past_spans, schema=region, table=POSITION.name, before=today - terms.positions)
    spans = patiently(owner_url, ripe, table=busy)
    fade = partial(fade_month, region=region, terms=terms, zone=zone, today=today)
    kept = [patiently(owner_url, partial(fade, span=span), table=busy) for span in spans]
    return Faded(tuple(span.name_for(POSITION.name) for span in spans), sum(kept))


def fade_month(
    connection: Connection, *, region: str, span: Span, terms: FadeTerms, zone: ZoneInfo, today: date
) -> int:
    """Copy aside what is kept of a month and drop its partition, as owner in the caller's transaction; how many."""
    name, kept = span.name_for(POSITION.name), 0
    mapped = connection.execution_options(schema_translate_map={REGION_SCHEMA: region})
    lock_holds(mapped, region=region, is_fading=True)
    mapped.execute(text(f'LOCK TABLE "{region}"."{name}" IN SHARE MODE'))  # a phone with a wrong clock may write to it
    source = partition(name)
    for ids in _decided(mapped, source, terms=terms, zone=zone, today=today, within=span, fading=False):
        copied = select(*(source.c[each.name] for each in HELD.columns)).where(source.c.id.in_(ids))
        mapped.execute(insert(HELD).from_select([each.name for each in HELD.columns], copied))
        kept += len(ids)
    mapped.execute(text(f'DROP TABLE "{region}"."{name}"'))
    return kept


def fade_rows(session: Session, *, region: str, terms: FadeTerms, zone: ZoneInfo, today: date) -> int:
    """Delete the positions that were copied aside, or lie in the DEFAULT partition, and may fade now; how many."""
    lock_holds(session, region=region, is_fading=True)
    faded = 0
    for source, target in ((HELD, HELD), (partition(DEFAULT_PARTITION), POSITION)):
        for ids in _decided(session, source, terms=terms, zone=zone, today=today, within=None, fading=True):
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


def _decided(
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
