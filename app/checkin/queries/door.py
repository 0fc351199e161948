"""Everything a tap is judged by, asked for in one statement: account, carer, visit or client, homes and rights."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.types import AccountState, DeviceDoubt, Standing
from app.checkin.queries.door_statement import door_statement
from app.checkin.types import Place, Rights
from app.kernel.crypto import KeyRing
from app.kernel.geo import CoordinateSystem, to_wgs84
from app.kernel.statements import FixedStatement
from app.policies.codes import HomeType
from app.registry.types import CarerKind
from app.schedules.types import VisitSource, VisitState, VisitView

POSITION_CONTEXT = "home_place.position"


@dataclass(frozen=True, slots=True)
class Door:
    """What held at a door. `visit` is None when there is no such visit of this carer's; `client_id` when unknown."""

    standing: Standing | None
    carer_id: UUID | None
    employer_id: UUID | None
    visit: VisitView | None
    client_id: UUID | None
    district_code: str | None
    places: tuple[Place, ...]
    rights: Rights
    street_code: str | None = None
    employed_since: date | None = None  # by any agency
    device_doubt: DeviceDoubt | None = None
    location_withdrawn: bool = False  # the consent to positions, by now


BY_VISIT = FixedStatement(door_statement(by_visit=True))
BY_VISITS = FixedStatement(door_statement(by_visit=True, at_once=True))
BY_CLIENT = FixedStatement(door_statement(by_visit=False))


def load_visit_door(
    session: Session,
    *,
    account_id: UUID,
    carer_kind: CarerKind,
    visit_id: UUID,
    day: date,
    keys: KeyRing,
    device_id: UUID | None = None,
) -> Door:
    """What holds for a tap that names a visit. Unscoped: it finds only a visit of the account's own carer."""
    values = {"account_id": account_id, "carer_kind": carer_kind, "day": day, "device_id": device_id}
    return _door(_rows(session, BY_VISIT, values | {"visit_id": visit_id}), keys)


def load_visit_doors(
    session: Session,
    *,
    account_id: UUID,
    carer_kind: CarerKind,
    visits: Sequence[tuple[UUID, date]],
    keys: KeyRing,
    device_id: UUID | None = None,
) -> list[Door]:
    """As `load_visit_door`, for taps at any number of visits, each on a day."""
    who: dict[str, Any] = {"account_id": account_id, "carer_kind": carer_kind, "device_id": device_id}
    if len(visits) == 1:
        ((visit_id, day),) = visits
        return [load_visit_door(session, visit_id=visit_id, day=day, keys=keys, **who)]
    visit_ids, days = [visit_id for visit_id, _ in visits], [day for _, day in visits]
    rows: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in _rows(session, BY_VISITS, who | {"visit_ids": visit_ids, "days": days}):
        rows[row.asked_id].append(row)
    return [_door(rows[visit_id], keys) for visit_id, _ in visits]


def load_client_door(
    session: Session,
    *,
    account_id: UUID,
    carer_kind: CarerKind,
    client_id: UUID,
    day: date,
    keys: KeyRing,
    device_id: UUID | None = None,
) -> Door:
    """What holds for a tap that names a client. Unscoped: `rights.assigned` tells whether he is the carer's."""
    values = {"account_id": account_id, "carer_kind": carer_kind, "day": day, "device_id": device_id}
    return _door(_rows(session, BY_CLIENT, values | {"client_id": client_id}), keys)


def _rows(session: Session, statement: FixedStatement, values: dict[str, Any]) -> list[Any]:
    family = values["carer_kind"] is CarerKind.FAMILY
    values["home_type"] = (HomeType.FAMILY_CARE if family else HomeType.AGENCY_CARE).value
    return statement.rows(session, values)


def _door(rows: Sequence[Any], keys: KeyRing) -> Door:
    if not rows:
        return Door(None, None, None, None, None, None, (), Rights(*[False] * 7))
    first = rows[0]
    return Door(
        standing=Standing(AccountState(first.account_state), first.grants_version),
        carer_id=first.own_carer_id,
        employer_id=first.employer_id,
        visit=_visit_of(first) if first.v_id is not None else None,
        client_id=first.client_id,
        district_code=first.district_code,
        street_code=first.street_code,
        places=_places(rows, keys),
        rights=Rights(
            certified=first.certified,
            employed=first.employed,
            assigned=first.assigned,
            entitled=first.granted,
            away=first.away,
            planned_care=first.planned_care,
            died=first.died,
            suspended=first.suspended,
            carer_suspended=first.carer_suspended,
            designated=first.in_area is not None,
            in_area=bool(first.in_area),
            served=first.served,
        ),
        employed_since=first.employed_since,
        device_doubt=None if first.doubt is None else DeviceDoubt(first.doubt),
        location_withdrawn=first.located is False,
    )


def _places(rows: Sequence[Any], keys: KeyRing) -> tuple[Place, ...]:
    return tuple(
        place_of(keys.decrypt(row.position_enc, context=POSITION_CONTEXT), row.system, row.radius_m)
        for row in rows
        if row.position_enc is not None
    )


def place_of(position: str, system: CoordinateSystem, radius_m: int | None) -> Place:
    """An approved place as check-ins are judged by it."""
    latitude, _, longitude = position.partition(",")
    return Place(to_wgs84(float(latitude), float(longitude), CoordinateSystem(system)), radius_m)


def _visit_of(row: Any) -> VisitView:
    planned = row.planned
    return VisitView(
        id=row.v_id,
        client_id=row.client_id,
        carer_id=row.carer_id,
        agency_id=row.agency_id,
        plan_id=row.plan_id,
        team_slot=row.team_slot,
        planned_from=planned.lower if planned else None,
        planned_to=planned.upper if planned else None,
        state=VisitState(row.v_state),
        seq=row.seq,
        began_at=row.began_at,
        ended_at=row.ended_at,
        source=VisitSource(row.source),
        district_code=row.district_code,
        street_code=row.street_code,
    )
