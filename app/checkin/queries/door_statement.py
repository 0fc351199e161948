"""The text of the door: one SELECT over account, carer, visit or client, homes and rights of the day.

Built once, with bound parameters: on this path building SQL inside the request cost more than the database does.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Date,
    FromClause,
    Select,
    String,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
)

from app.accounts.consent_models import Consent
from app.accounts.consent_types import ConsentPurpose
from app.accounts.models import Account, Device
from app.careplans.models import CarePlan
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    Carer,
    CarerSuspension,
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
from app.registry.types import AgencyState, PlaceState, ServiceMode, StayKind
from app.schedules.models import Visit

AWAY = (StayKind.HOSPITAL, StayKind.INSTITUTION)
VISIT_COLUMNS = (  # beside its id and state, and its client, district and street, which both doors tell
    "carer_id",
    "agency_id",
    "plan_id",
    "team_slot",
    "planned",
    "seq",
    "began_at",
    "ended_at",
    "source",
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
DEVICE = Device.__table__.alias("p")
account, carer, visit, client = ACCOUNT.c, CARER.c, VISIT.c, CLIENT.c
home, employment, assignment = HOME.c, EMPLOYMENT.c, ASSIGNMENT.c
# A column, for the text's sake: the driver keeps only queries of some length in its memory, see `test_door`.
ASKED = select(bindparam("day", type_=Date()).label("d")).subquery("x")
ASKED_AT_ONCE = select(
    func.unnest(bindparam("days", type_=ARRAY(Date()))).label("d"),
    func.unnest(bindparam("visit_ids", type_=ARRAY(Uuid()))).label("v"),
).subquery("x")
DAY: Any = literal_column("x.d", type_=Date())  # of either
HOME_TYPE = bindparam("home_type", type_=Text())
CLIENT_ID = bindparam("client_id", type_=Uuid())
VISIT_ID = bindparam("visit_id", type_=Uuid())
DEVICE_ID = bindparam("device_id", type_=Uuid())
ONE_OF_VISIT_IDS: Any = literal_column("x.v", type_=Uuid())


def _lasts(right: Any) -> Any:
    """Whether a dated right is not over on the day: shorter than two comparisons, see `test_door`."""
    return func.coalesce(right.valid_to > DAY, true())


def _held(right: FromClause, *conditions: Any, strictly: bool = False) -> Any:
    """Whether a dated right covers the day; `strictly` leaves out its first day."""
    begun = right.c.valid_from < DAY if strictly else right.c.valid_from <= DAY
    covering: Select[Any] = select(literal_column("1")).select_from(right)
    covering = covering.where(begun, _lasts(right.c), *conditions)
    return covering.correlate_except(right).exists()


def _rights(*, client_id: Any, agency_id: Any, district: Any) -> list[Any]:
    certificate, entitlement, suspension = (
        model.__table__.alias("r") for model in (Certificate, Entitlement, Suspension)
    )
    stay, plan = Stay.__table__.alias("r"), CarePlan.__table__.alias("r")
    resting, agreement = CarerSuspension.__table__.alias("r"), ServiceAgreement.__table__.alias("r")
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
        _held(resting, resting.c.carer_id == carer.id).label("carer_suspended"),
        _held(
            agreement,
            agreement.c.client_id == client_id,
            agreement.c.agency_id == agency_id,
            agreement.c.home_type == HOME_TYPE,
        ).label("served"),
        _area(agency_id=agency_id, district=district).label("in_area"),
        _employed_since().label("employed_since"),
    ]


def _area(*, agency_id: Any, district: Any) -> Any:
    """Whether the fund's agreement with the agency holds the district; NULL when there is none for such care."""
    agreement, agency = AgencyAgreement.__table__.alias("r"), Agency.__table__.alias("y")
    return (
        select(func.bool_or(or_(agreement.c.district_codes.is_(None), district == any_(agreement.c.district_codes))))
        .select_from(agreement.join(agency, agency.c.id == agreement.c.agency_id))
        .where(
            agreement.c.agency_id == agency_id,
            agency.c.state != AgencyState.LEFT,
            or_(agreement.c.home_types.is_(None), any_(agreement.c.home_types) == HOME_TYPE),
            agreement.c.valid_from <= DAY,
            _lasts(agreement.c),
        )
        .correlate_except(agreement, agency)
        .scalar_subquery()
    )


def _employed_since() -> Any:
    """The first day of any contract of the carer's, whichever agency's and however long ago it ended."""
    contract = Employment.__table__.alias("r")
    return (
        select(func.min(contract.c.valid_from))
        .where(
            contract.c.carer_id == carer.id,
            contract.c.valid_to.is_distinct_from(contract.c.valid_from),  # not withdrawn
        )
        .correlate_except(contract)
        .scalar_subquery()
    )


def _died(client_id: Any) -> Any:
    """Whether the client died before the day: on the day of death he may have been cared for before it."""
    cared_for, person = Client.__table__.alias("r"), Person.__table__.alias("p")
    dead: Select[Any] = select(literal_column("1")).select_from(cared_for)
    dead = dead.join(person, person.c.id == cared_for.c.person_id)
    dead = dead.where(cared_for.c.id == client_id, person.c.died_on < DAY)
    return dead.correlate_except(cared_for, person).exists()


def _located() -> Any:
    """What the account's person said last of his position: False once he withdrew the consent, NULL if nothing."""
    said = Consent.__table__.alias("r")
    return (
        select(said.c.is_given)
        .where(said.c.person_id == account.person_id, said.c.purpose == ConsentPurpose.LOCATION)
        .order_by(said.c.seq.desc())
        .limit(literal_column("1"))
        .correlate_except(said)
        .scalar_subquery()
    )


def _of_visit() -> list[Any]:
    """Without labels where no other column has the name: for the text's sake, as above."""
    return [visit.id.label("v_id"), visit.state.label("v_state"), *(visit[name] for name in VISIT_COLUMNS)]


def _homes(client_id: Any) -> Any:
    return and_(
        home.client_id == client_id,
        home.state == PlaceState.APPROVED,
        home.valid_from <= DAY,
        _lasts(home),
    )


def door_statement(*, by_visit: bool, at_once: bool = False) -> Select[Any]:
    """One row for each approved home, or one without a home; `at_once` of any number of visits, each on a day."""
    asked, visit_id = (ASKED_AT_ONCE, ONE_OF_VISIT_IDS) if at_once else (ASKED, VISIT_ID)
    client_id = visit.client_id if by_visit else client.id
    works = Employment.__table__.alias("w")
    employers: Any = (
        select(works.c.agency_id)
        .where(
            works.c.carer_id == carer.id,
            works.c.valid_from <= DAY,
            _lasts(works.c),
        )
        .order_by(_serves(client_id, agency_id=works.c.agency_id).desc(), works.c.id)
        .limit(1)
        .correlate_except(works)
    )
    employer = None if by_visit else employers.lateral("em")
    employer_id = employers.scalar_subquery() if employer is None else employer.c.agency_id
    agency_id = visit.agency_id if by_visit else employer_id
    district = visit.district_code if by_visit else client.district_code
    statement = select(
        account.state.label("account_state"),
        account.grants_version,
        DEVICE.c.doubt,
        carer.id.label("own_carer_id"),
        employer_id.label("employer_id"),
        _located().label("located"),
        *(_of_visit() if by_visit else [null().label("v_id")]),
        client_id.label("client_id"),
        district.label("district_code"),
        (visit.street_code if by_visit else client.street_code).label("street_code"),
        home.position_enc,
        home.system,
        home.radius_m,
        *_rights(client_id=client_id, agency_id=agency_id, district=district),
        *([visit_id.label("asked_id")] if at_once else []),
    )
    own = and_(carer.person_id == account.person_id, carer.kind == bindparam("carer_kind", type_=String()))
    joined = ACCOUNT.join(asked, true()).outerjoin(CARER, own).outerjoin(DEVICE, DEVICE.c.id == DEVICE_ID)
    if employer is None:
        joined = joined.outerjoin(VISIT, and_(visit.id == visit_id, visit.carer_id == carer.id))
    else:
        joined = joined.outerjoin(CLIENT, client.id == CLIENT_ID).outerjoin(employer, true())
    joined = joined.outerjoin(HOME, _homes(client_id))
    return statement.select_from(joined).where(account.id == bindparam("account_id", type_=Uuid()))


def _serves(client_id: Any, *, agency_id: Any) -> Any:
    agreement = ServiceAgreement.__table__.alias("r")
    return _held(agreement, agreement.c.client_id == client_id, agreement.c.agency_id == agency_id)
