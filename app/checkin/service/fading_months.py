"""Exact positions fade month by month, or are copied aside while something about their fact is open.

The owner drops a month's partition in the transaction that copies what is kept: both happen, or neither. Apart from
`fading`, so that a web process need not load what migrations need.
"""

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, text

from app.checkin.evidence_holds import Faded, FadeTerms
from app.checkin.queries.fading import POSITION, partition
from app.checkin.service.fading import HELD, decided, lock_holds, terms_of
from app.kernel import clock
from app.kernel.db import REGION_SCHEMA
from app.kernel.migrate import owner_connection, patiently
from app.kernel.partitions import Span, past_spans
from app.kernel.regions import Region
from app.policies.rules import PolicyBook


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
    for ids in decided(mapped, source, terms=terms, zone=zone, today=today, within=span, fading=False):
        copied = select(*(source.c[each.name] for each in HELD.columns)).where(source.c.id.in_(ids))
        mapped.execute(insert(HELD).from_select([each.name for each in HELD.columns], copied))
        kept += len(ids)
    mapped.execute(text(f'DROP TABLE "{region}"."{name}"'))
    return kept
