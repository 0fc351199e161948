"""The carer comes, nothing is done, the family agrees: no sign proves it, several together say whom to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, minutes, stream, timed
from app.oversight.types import FindingKind, Hit, SubjectKind

# Weights and thresholds are assumed. What is odd by itself weighs much, what an exact carer may have too weighs little.
ENOUGH = 4
LEAST_VISITS = 20
ON_TIME_MINUTES = 3
LATE_OF = 50  # one visit in so many may be late or early by accident
MANY_CLIENTS = 4  # confirmed for from one phone: a daughter has two parents
MANY_CARERS = 6  # at one client in a month
LEAST_CONFIRMED = 5


@dataclass(frozen=True, slots=True)
class Signals:
    """What a carer's month comes to, each a number of visits but `logged` and `undone`, which are items."""

    visits: int
    alike: int  # begun and ended to the same minute as half of those at that client
    late: int  # or early
    logged: int
    undone: int  # refused or not done
    confirmed: int
    by_own_phone: int  # confirmed on a phone on which the carer taps
    by_one_phone: int  # confirmed on a phone that confirms for many clients
    at_crowded: int  # at clients with many carers


def signs_of(signals: Signals) -> dict[str, int]:
    """The signs that a month shows, with their weights."""
    s = signals
    enough = s.confirmed >= LEAST_CONFIRMED
    signs = {
        "alike": (2, 2 * s.alike >= s.visits),
        "never_late": (1, LATE_OF * s.late <= s.visits),
        "never_refused": (1, s.logged >= s.visits and s.undone == 0),
        "own_phone": (3, enough and 3 * s.by_own_phone >= s.confirmed),
        "one_phone": (2, enough and 3 * s.by_one_phone >= s.confirmed),
        "crowded": (1, 2 * s.at_crowded >= s.visits),
    }
    return {name: weight for name, (weight, holds) in signs.items() if holds}


def is_enough(signals: Signals) -> bool:
    """Say whether the signs of a month together are worth a look."""
    return signals.visits >= LEAST_VISITS and sum(signs_of(signals).values()) >= ENOUGH


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """All visits of the month of whom the signs point to."""
    found: dict[UUID, dict[str, int]] = {}
    for row in stream(session, _signals(sources)):
        signals = Signals(*(int(value or 0) for value in row[1:]))
        if is_enough(signals):
            found[row.person_id] = {"visits": signals.visits, **signs_of(signals)}
    if not found:
        return
    visits = sources.visits.subquery("visits")
    people = func.unnest(literal(list(found), ARRAY(Uuid()))).column_valued("person")
    theirs = select(visits.c.person_id, visits.c.id).where(visits.c.person_id.in_(select(people)))
    for row in stream(session, theirs.order_by(visits.c.person_id, visits.c.id)):
        yield Hit(row.person_id, row.id, {}, found[row.person_id])


def _signals(sources: Sources) -> Select[*tuple[Any, ...]]:
    """A row of each person in the order of `Signals`."""
    visits, items, taps = (
        timed(sources.visits).cte("visits"),
        sources.items.subquery("items"),
        sources.taps.subquery("taps"),
    )
    offset, length = minutes(visits.c.began_at - visits.c.planned_from), minutes(visits.c.ended_at - visits.c.began_at)
    pair = (visits.c.person_id, visits.c.client_id)
    lines = (
        select(
            visits.c.person_id,
            offset.label("offset"),
            items.c.logged,
            items.c.undone,
            func.count().over(partition_by=pair).label("at_client"),
            func.count().over(partition_by=(*pair, offset, length)).label("alike"),
        )
        .outerjoin(items, items.c.visit_id == visits.c.id)
        .subquery("lines")
    )
    worked = (
        select(
            lines.c.person_id,
            func.count().label("visits"),
            func.count()
            .filter(and_(lines.c.alike >= LEAST_CONFIRMED, 2 * lines.c.alike >= lines.c.at_client))
            .label("alike"),
            func.count().filter(func.abs(lines.c.offset) > ON_TIME_MINUTES).label("late"),
            func.sum(lines.c.logged).label("logged"),
            func.sum(lines.c.undone).label("undone"),
        )
        .group_by(lines.c.person_id)
        .having(func.count() >= LEAST_VISITS)
        .cte("worked")
    )
    confirmed = _confirmed(sources, visits, taps)
    crowd = select(visits.c.client_id, visits.c.person_id).distinct().subquery("crowd")
    crowded = select(crowd.c.client_id).group_by(crowd.c.client_id).having(func.count() >= MANY_CARERS)
    at_crowded = (
        select(visits.c.person_id, func.count().label("visits"))
        .where(visits.c.client_id.in_(crowded))
        .group_by(visits.c.person_id)
        .cte("at_crowded")
    )
    return (
        select(worked, *list(confirmed.c)[1:], at_crowded.c.visits.label("at_crowded"))
        .outerjoin(confirmed, confirmed.c.person_id == worked.c.person_id)
        .outerjoin(at_crowded, at_crowded.c.person_id == worked.c.person_id)
    )


def _confirmed(sources: Sources, visits: Any, taps: Any) -> Any:
    """Of each person how many visits were confirmed, on a phone of his own, and on one of many clients."""
    said = sources.said.subquery("said")
    words = (
        select(visits.c.id, visits.c.person_id, visits.c.client_id, said.c.phone)
        .join(said, said.c.visit_id == visits.c.id)
        .ext(distinct_on(visits.c.id))
        .cte("words")
    )
    of_client = select(words.c.phone, words.c.client_id).distinct().subquery("of_client")
    many = select(of_client.c.phone).group_by(of_client.c.phone).having(func.count() >= MANY_CLIENTS)
    tapped = (
        select(visits.c.person_id, taps.c.phone)
        .join(taps, taps.c.visit_id == visits.c.id)
        .where(taps.c.phone.in_(select(words.c.phone)))
        .distinct()
        .cte("tapped")
    )
    is_own = exists().where(tapped.c.person_id == words.c.person_id, tapped.c.phone == words.c.phone)
    return (
        select(
            words.c.person_id,
            func.count().label("confirmed"),
            func.count().filter(is_own).label("by_own_phone"),
            func.count().filter(words.c.phone.in_(many)).label("by_one_phone"),
        )
        .group_by(words.c.person_id)
        .cte("confirmed")
    )


RULE = RiskRule(
    name="collusion",
    version=1,
    kind=FindingKind.PERSONAL,
    subject=SubjectKind.PERSON,
    chinese="多项迹象合在一起提示：护理可能没有做，而家属都作了确认。",
    english="Several signs together say: care may not have been given, though the families confirm it.",
    find=find,
)
