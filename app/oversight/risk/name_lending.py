"""Work under another's name: one phone taps for several names in turn, while those names are elsewhere or nowhere.

Two people who share their only phone are not found, nor is whose phone was broken for a while.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from app.oversight.risk.shared_device import phone_uses
from app.oversight.sources import RiskRule, Sources, stream
from app.oversight.types import FindingKind, Hit, SubjectKind

# All assumed.
LEAST_VISITS = 5  # under the name on that phone
LEAST_DAYS = 3
MANY_NAMES = 3


def is_lent(*, visits: int, people: int, shared_days: int, two_phone_days: int) -> bool:
    """Say whether a name on somebody else's phone looks lent.

    `shared_days` are those on which the phone tapped under another name too, `two_phone_days` those on which the name
    was tapped on another phone too: a couple has neither three names nor another phone.
    """
    if visits < LEAST_VISITS or shared_days < LEAST_DAYS:
        return False
    return people >= MANY_NAMES or two_phone_days >= LEAST_DAYS


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits under a lent name on the phone of somebody else."""
    for row in stream(session, _statement(sources)):
        figures = {"visits": row.visits, "people": row.people}
        days = {"shared_days": row.shared_days, "two_phone_days": row.two_phone_days}
        if is_lent(**figures, **days):
            summary = {**figures, **days, "phone": str(row.phone), "owner_id": str(row.owner_id)}
            yield Hit(row.person_id, row.id, {"phone": str(row.phone)}, summary)


def _statement(sources: Sources) -> Select[*tuple[Any, ...]]:
    among, users = phone_uses(sources)
    other = among.alias("other")
    is_shared = and_(other.c.phone == among.c.phone, other.c.day == among.c.day, other.c.person_id != among.c.person_id)
    pair = (among.c.phone, among.c.person_id)
    shared = _days(among).join(other, is_shared).group_by(*pair).cte("shared")
    visits, taps = sources.visits.subquery("own_visits"), sources.taps.subquery("own_taps")
    own = (
        select(visits.c.person_id, visits.c.day, taps.c.phone)
        .join(taps, taps.c.visit_id == visits.c.id)
        .where(visits.c.person_id.in_(select(users.c.person_id).where(users.c.person_id != users.c.owner_id)))
        .distinct()
        .cte("own")
    )
    on_another = and_(own.c.person_id == among.c.person_id, own.c.day == among.c.day, own.c.phone != among.c.phone)
    two_phones = _days(among).join(own, on_another).group_by(*pair).cte("two")
    key = tuple_(users.c.phone, users.c.person_id)
    return (
        select(
            users.c.person_id,
            users.c.phone,
            users.c.owner_id,
            users.c.people,
            users.c.visits,
            among.c.id,
            func.coalesce(shared.c.days, 0).label("shared_days"),
            func.coalesce(two_phones.c.days, 0).label("two_phone_days"),
        )
        .join(among, key == tuple_(among.c.phone, among.c.person_id))
        .outerjoin(shared, key == tuple_(shared.c.phone, shared.c.person_id))
        .outerjoin(two_phones, key == tuple_(two_phones.c.phone, two_phones.c.person_id))
        .where(users.c.person_id != users.c.owner_id)
        .order_by(users.c.person_id, among.c.id)
    )


def _days(among: Any) -> Select[*tuple[Any, ...]]:
    days = func.count(among.c.day.distinct()).label("days")
    return select(among.c.phone, among.c.person_id, days).select_from(among)


RULE = RiskRule(
    name="name_lending",
    version=1,
    kind=FindingKind.PERSONAL,
    subject=SubjectKind.PERSON,
    chinese="以本人名义的服务由他人手机打卡：名字可能借给了别人。",
    english="Visits under this name were tapped on somebody else's phone: the name may be lent.",
    find=find,
)
