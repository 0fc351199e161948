"""One phone at two homes at once: it taps for somebody who is not there (代打卡).

A phone that two people share and hand over, a couple's say, is never at two homes at once, and is no finding here.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Interval, Select, Text, and_, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, minutes, stream, timed
from app.oversight.types import FindingKind, Hit, SubjectKind

LONGER_THAN = timedelta(minutes=5)  # as a carer's overlap (assumed)


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits tapped by such a phone for others than whose it is, on the days on which it was at two homes at once."""
    places, last = sources.places(), None
    for row in stream(session, _statement(sources)):
        if row.id == last or places.are_near(row.client_id, row.other_client_id):
            continue
        last = row.id
        facts = {"person_id": str(row.person_id), "other_fact_id": str(row.other_id)}
        summary = {"owner_id": str(row.owner_id), "people": row.people}
        yield Hit(row.phone, row.id, {**facts, "minutes": int(row.minutes)}, summary)


def phone_uses(sources: Sources) -> tuple[Any, Any]:
    """Visits tapped by phones on which more than one person taps: each with its phone; and of each phone and person how
    many, with whose phone it seems to be (`owner_id`): who has most visits on it."""
    visits, taps = timed(sources.visits).cte("visits"), sources.taps.subquery("taps")
    of_visit = select(taps.c.phone, visits).distinct().join(visits, visits.c.id == taps.c.visit_id)
    uses = of_visit.where(taps.c.phone.is_not(None)).cte("uses")
    person = cast(uses.c.person_id, Text)
    shared = select(uses.c.phone).group_by(uses.c.phone).having(func.min(person) != func.max(person))
    among = select(uses).where(uses.c.phone.in_(shared)).cte("among")
    counted = (
        select(among.c.phone, among.c.person_id, func.count().label("visits"))
        .group_by(among.c.phone, among.c.person_id)
        .cte("counted")
    )
    first: dict[str, Any] = {
        "partition_by": counted.c.phone,
        "order_by": (counted.c.visits.desc(), counted.c.person_id),
    }
    users = select(
        *counted.c,
        func.first_value(counted.c.person_id).over(**first).label("owner_id"),
        func.count().over(partition_by=counted.c.phone).label("people"),
    ).cte("users")
    return among, users


def _statement(sources: Sources) -> Select[*tuple[Any, ...]]:
    among, users = phone_uses(sources)
    one, other = among.alias("one"), among.alias("other")
    shared = func.least(one.c.ended_at, other.c.ended_at) - func.greatest(one.c.began_at, other.c.began_at)
    clashes = (
        select(
            one.c.phone,
            one.c.person_id,
            one.c.day,
            one.c.client_id,
            other.c.client_id.label("other_client_id"),
            other.c.id.label("other_id"),
            minutes(shared).label("minutes"),
        )
        .join(other, and_(one.c.phone == other.c.phone, one.c.day == other.c.day))
        .where(one.c.person_id != other.c.person_id, one.c.client_id != other.c.client_id)
        .where(shared >= literal(LONGER_THAN, Interval()))
        .cte("clashes")
    )
    is_his = and_(users.c.phone == among.c.phone, users.c.person_id == among.c.person_id)
    same = tuple_(among.c.phone, among.c.person_id, among.c.day)
    return (
        select(
            among.c.phone,
            among.c.id,
            among.c.person_id,
            users.c.owner_id,
            users.c.people,
            clashes.c.client_id,
            clashes.c.other_client_id,
            clashes.c.other_id,
            clashes.c.minutes,
        )
        .join(users, is_his)
        .join(clashes, same == tuple_(clashes.c.phone, clashes.c.person_id, clashes.c.day))
        .where(among.c.person_id != users.c.owner_id)
        .order_by(among.c.phone, among.c.id, clashes.c.other_id)
    )


RULE = RiskRule(
    name="shared_device",
    version=1,
    kind=FindingKind.HARD,
    subject=SubjectKind.PHONE,
    chinese="同一部手机同时在两家打卡：有人代他人打卡。",
    english="One phone tapped at two homes at once: somebody taps for others.",
    find=find,
)
