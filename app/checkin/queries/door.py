"""Everything a tap is judged by, in one statement: account, carer, visit or client, homes and rights of the day.

Built once, with bound parameters: on this path building SQL inside the request cost more than the database does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Date,
    FromClause,
    Select,
    String,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.types import AccountState, Standing
from app.careplans.models import CarePlan
from app.checkin.types import Place, Rights
from app.kernel.crypto import KeyRing
from app.kernel.geo import CoordinateSystem, to_wgs84
from app.kernel.statements import FixedStatement
from app.policies.codes import HomeType
from app.registry.models import (
    Assignment,
    Carer,
    Certificate,
    Client,
    Employment,
    Entitlement,
    HomePlace,
    Person,
    ServiceAgreement,
    Stay,
    Suspension,
)
from app.registry.types import CarerKind, PlaceState, ServiceMode, StayKind
from app.schedules.models import Visit
from app.schedules.types import VisitSource, VisitState, VisitView

POSITION_CONTEXT = "home_place.position"
AWAY = (StayKind.HOSPITAL, StayKind.INSTITUTION)
VISIT_COLUMNS = (
    "id",
    "client_id",
    "carer_id",
    "agency_id",
    "plan_id",
    "team_slot",
    "planned",
    "state",
    "seq",
    "began_at",
    "ended_at",
    "source",
    "district_code",
    "street_code",
)

# Short aliases: the text is rewritten for the region's schema and read by the driver at every tap.
ACCOUNT, CARER, VISIT, CLIENT = (
    model.__table__.alias(name) for model, name in ((Account, "a"), (Carer, "c"), (Visit, "v"), (Client, "cl"))
)
HOME, EMPLOYMENT, ASSIGNMENT = (
    HomePlace.__table__.alias("h"),
    Employment.__table__.alias("e"),
    Assignment.__table__.alias("s"),
)
account, carer, visit, client = ACCOUNT.c, CARER.c, VISIT.c, CLIENT.c
home, employment, assignment = HOME.c, EMPLOYMENT.c, ASSIGNMENT.c
DAY = bindparam("day", type_=Date())
HOME_TYPE = bindparam("home_type", type_=Text())
CLIENT_ID = bindparam("client_id", type_=Uuid())
VISIT_ID = bindparam("visit_id", type_=Uuid())


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


def _held(right: FromClause, *conditions: Any, strictly: bool = False) -> Any:
    """Whether a dated right covers the day; `strictly` leaves out its first day."""
    begun = right.c.valid_from < DAY if strictly else right.c.valid_from <= DAY
    covering: Select[Any] = select(literal_column("1")).select_from(right)
    covering = covering.where(begun, or_(right.c.valid_to.is_(None), right.c.valid_to > DAY), *conditions)
    return covering.correlate_except(right).exists()


def _rights(*, client_id: Any, agency_id: Any) -> list[Any]:
    certificate, entitlement, suspension = (
        model.__table__.alias("r") for model in (Certificate, Entitlement, Suspension)
    )
    stay, plan = Stay.__table__.alias("r"), CarePlan.__table__.alias("r")
    return [
        _held(certificate, certificate.c.carer_id == carer.id).label("certified"),
        _held(EMPLOYMENT, employment.carer_id == carer.id, employment.agency_id == agency_id).label("employed"),
        _held(ASSIGNMENT, assignment.client_id == client_id, assignment.carer_id == carer.id).label("assigned"),
        _held(
            entitlement,
            entitlement.c.client_id == client_id,
            entitlement.c.mode == ServiceMode.HOME,
            any_(entitlement.c.home_types) == HOME_TYPE,
        ).label("granted"),
        _held(suspension, suspension.c.client_id == client_id).label("suspended"),
        # On the day of admission the client may still have been at home in the morning.
        _held(stay, stay.c.client_id == client_id, or_(*(stay.c.kind == kind for kind in AWAY)), strictly=True).label(
            "away"
        ),
        _held(plan, plan.c.client_id == client_id, plan.c.confirmed_at.is_not(None)).label("planned_care"),
        _died(client_id).label("died"),
    ]


def _died(client_id: Any) -> Any:
    """Whether the client died before the day: on the day of death he may have been cared for before it."""
    cared_for, person = Client.__table__.alias("r"), Person.__table__.alias("p")
    dead: Select[Any] = select(literal_column("1")).select_from(cared_for)
    dead = dead.join(person, person.c.id == cared_for.c.person_id)
    dead = dead.where(cared_for.c.id == client_id, person.c.died_on < DAY)
    return dead.correlate_except(cared_for, person).exists()


def _homes(client_id: Any) -> Any:
    return and_(
        home.client_id == client_id,
        home.state == PlaceState.APPROVED,
        home.valid_from <= DAY,
        or_(home.valid_to.is_(None), home.valid_to > DAY),
    )


def _statement(*, by_visit: bool) -> Select[Any]:
    """One row for each approved home, or one without a home."""
    client_id = visit.client_id if by_visit else client.id
    works = Employment.__table__.alias("w")
    employers = (
        select(works.c.agency_id)
        .where(
            works.c.carer_id == carer.id,
            works.c.valid_from <= DAY,
            or_(works.c.valid_to.is_(None), works.c.valid_to > DAY),
        )
        .order_by(_serves(client_id, agency_id=works.c.agency_id).desc(), works.c.id)
        .limit(1)
        .correlate_except(works)
        .scalar_subquery()
    )
    agency_id = visit.agency_id if by_visit else employers
    statement = select(
        account.state.label("account_state"),
        account.grants_version,
        carer.id.label("own_carer_id"),
        employers.label("employer_id"),
        *(visit[name].label(f"visit_{name}") if by_visit else null().label(f"visit_{name}") for name in VISIT_COLUMNS),
        client_id.label("client_id"),
        (visit.district_code if by_visit else client.district_code).label("district_code"),
        (visit.street_code if by_visit else client.street_code).label("street_code"),
        home.position_enc,
        home.system,
        home.radius_m,
        *_rights(client_id=client_id, agency_id=agency_id),
    )
    own = and_(carer.person_id == account.person_id, carer.kind == bindparam("carer_kind", type_=String()))
    joined = ACCOUNT.outerjoin(CARER, own)
    if by_visit:
        joined = joined.outerjoin(VISIT, and_(visit.id == VISIT_ID, visit.carer_id == carer.id))
    else:
        joined = joined.outerjoin(CLIENT, client.id == CLIENT_ID)
    joined = joined.outerjoin(HOME, _homes(client_id))
    return statement.select_from(joined).where(account.id == bindparam("account_id", type_=Uuid()))


def _serves(client_id: Any, *, agency_id: Any) -> Any:
    agreement = ServiceAgreement.__table__.alias("r")
    return _held(agreement, agreement.c.client_id == client_id, agreement.c.agency_id == agency_id)


BY_VISIT = FixedStatement(_statement(by_visit=True))
BY_CLIENT = FixedStatement(_statement(by_visit=False))


def load_visit_door(
    session: Session, *, account_id: UUID, carer_kind: CarerKind, visit_id: UUID, day: date, keys: KeyRing
) -> Door:
    """What holds for a tap that names a visit. Unscoped: it finds only a visit of the account's own carer."""
    values = {"account_id": account_id, "carer_kind": carer_kind, "visit_id": visit_id, "day": day}
    return _load(session, BY_VISIT, values, keys)


def load_client_door(
    session: Session, *, account_id: UUID, carer_kind: CarerKind, client_id: UUID, day: date, keys: KeyRing
) -> Door:
    """What holds for a tap that names a client. Unscoped: `rights.assigned` tells whether he is the carer's."""
    values = {"account_id": account_id, "carer_kind": carer_kind, "client_id": client_id, "day": day}
    return _load(session, BY_CLIENT, values, keys)


def _load(session: Session, statement: FixedStatement, values: dict[str, Any], keys: KeyRing) -> Door:
    family = values["carer_kind"] is CarerKind.FAMILY
    values["home_type"] = (HomeType.FAMILY_CARE if family else HomeType.AGENCY_CARE).value
    rows = statement.rows(session, values)
    if not rows:
        return Door(None, None, None, None, None, None, (), Rights(*[False] * 7))
    first = rows[0]
    return Door(
        standing=Standing(AccountState(first.account_state), first.grants_version),
        carer_id=first.own_carer_id,
        employer_id=first.employer_id,
        visit=_visit_of(first) if first.visit_id is not None else None,
        client_id=first.client_id,
        district_code=first.district_code,
        street_code=first.street_code,
        places=_places(rows, keys),
        rights=Rights(
            certified=first.certified,
            employed=first.employed,
            assigned=first.assigned,
            entitled=first.granted and not first.suspended,
            away=first.away,
            planned_care=first.planned_care,
            died=first.died,
        ),
    )


def _places(rows: Sequence[Any], keys: KeyRing) -> tuple[Place, ...]:
    return tuple(
        _place(keys.decrypt(row.position_enc, context=POSITION_CONTEXT), row.system, row.radius_m)
        for row in rows
        if row.position_enc is not None
    )


def _place(position: str, system: CoordinateSystem, radius_m: int | None) -> Place:
    latitude, _, longitude = position.partition(",")
    return Place(to_wgs84(float(latitude), float(longitude), CoordinateSystem(system)), radius_m)


def _visit_of(row: Any) -> VisitView:
    planned = row.visit_planned
    return VisitView(
        id=row.visit_id,
        client_id=row.visit_client_id,
        carer_id=row.visit_carer_id,
        agency_id=row.visit_agency_id,
        plan_id=row.visit_plan_id,
        team_slot=row.visit_team_slot,
        planned_from=planned.lower if planned else None,
        planned_to=planned.upper if planned else None,
        state=VisitState(row.visit_state),
        seq=row.visit_seq,
        began_at=row.visit_began_at,
        ended_at=row.visit_ended_at,
        source=VisitSource(row.visit_source),
        district_code=row.visit_district_code,
        street_code=row.visit_street_code,
    )
