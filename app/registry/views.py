"""Turns rows into what others see: dated rights as they are, people and bank accounts masked."""

from collections.abc import Iterable

from app.kernel import codes
from app.kernel.crypto import KeyRing
from app.kernel.geo import CoordinateSystem, Point, to_wgs84
from app.kernel.settings import current_settings
from app.policies.codes import HomeType
from app.registry.dated import Dated
from app.registry.insurance_models import Insurance
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    BankAccount,
    CarerSuspension,
    Certificate,
    Client,
    Employment,
    Entitlement,
    FamilyTraining,
    Guardian,
    HomePlace,
    Person,
    ServiceAgreement,
    Stay,
    Suspension,
)
from app.registry.shown import (
    AgencyAgreementView,
    AgencyView,
    AgreementView,
    AssignedCarerView,
    BankAccountView,
    CertificateView,
    ClientSummary,
    EmploymentView,
    GuardianView,
    HomeView,
    InsuranceView,
    MaskedPerson,
)
from app.registry.types import (
    AssignmentView,
    CarerKind,
    EntitlementView,
    Period,
    StayView,
    SuspensionView,
    TrainingView,
)

BANK_NUMBER, BANK_HOLDER = "bank_account.number", "bank_account.name"


def period_of(row: Dated) -> Period:
    """The days of a dated right."""
    return Period(row.valid_from, row.valid_to)


def point_of(position_enc: bytes, system: CoordinateSystem, *, keys: KeyRing) -> Point:
    """Where a home is, in WGS-84, from the position kept as it was received."""
    latitude, longitude = keys.decrypt(position_enc, context="home_place.position").split(",")
    return to_wgs84(float(latitude), float(longitude), system)


def entitlement_view(row: Entitlement) -> EntitlementView:
    """An entitlement as other packages see it."""
    home_types = tuple(HomeType(code) for code in row.home_types)
    return EntitlementView(row.id, row.client_id, row.level, row.mode, home_types, period_of(row))


def stay_view(row: Stay) -> StayView:
    """A stay as other packages see it."""
    return StayView(row.id, row.kind, period_of(row), row.valid_to)


def suspension_view(row: Suspension | CarerSuspension) -> SuspensionView:
    """A suspension as other packages see it."""
    return SuspensionView(row.id, period_of(row))


def assignment_view(row: Assignment) -> AssignmentView:
    """An assignment as other packages see it."""
    return AssignmentView(row.id, row.carer_id, period_of(row))


def training_view(row: FamilyTraining) -> TrainingView:
    """A stage of training as other packages see it."""
    return TrainingView(row.id, row.carer_id, row.stage, period_of(row))


def masked_person(row: Person) -> MaskedPerson:
    """A person as lists show him."""
    keys = current_settings().key_ring
    phone = row.phone_enc and keys.decrypt(row.phone_enc, context="person.phone")
    return MaskedPerson(
        id=row.id,
        name=codes.mask_name(name_of(row, keys=keys)),
        id_number=codes.mask_id_number(keys.decrypt(row.id_number_enc, context="person.id_number")),
        phone=codes.mask_phone(phone) if phone else None,
        sex=row.sex,
        birth_year=row.born_on.year,
        died_on=row.died_on,
    )


def name_of(row: Person, *, keys: KeyRing) -> str:
    """A person's name in clear text, for comparing and masking."""
    return keys.decrypt(row.name_enc, context="person.name")


def agency_view(row: Agency, agreements: Iterable[AgencyAgreement]) -> AgencyView:
    """An agency and the fund's agreements with it."""
    views = tuple(agency_agreement_view(each) for each in agreements)
    numbers = {"phone": row.phone, "alert_phone": row.alert_phone}
    return AgencyView(row.id, row.name, row.credit_code, row.district_code, row.state, views, **numbers)


def agency_agreement_view(row: AgencyAgreement) -> AgencyAgreementView:
    """The fund's agreement with an agency."""
    districts = None if row.district_codes is None else tuple(row.district_codes)
    home_types = tuple(HomeType) if row.home_types is None else tuple(HomeType(code) for code in row.home_types)
    return AgencyAgreementView(row.id, home_types, districts, period_of(row))


def employment_view(row: Employment) -> EmploymentView:
    """A carer's contract."""
    return EmploymentView(row.id, row.agency_id, row.contract_kind, period_of(row))


def certificate_view(row: Certificate) -> CertificateView:
    """A carer's certificate."""
    return CertificateView(row.id, row.kind, row.number, period_of(row))


def insurance_view(row: Insurance) -> InsuranceView:
    """By which paper an agency insures a carer."""
    return InsuranceView(row.id, row.agency_id, row.kind, row.document, period_of(row))


def home_view(row: HomePlace) -> HomeView:
    """A place of care without address and position."""
    return HomeView(row.id, row.system, row.radius_m, row.state, period_of(row))


def agreement_view(row: ServiceAgreement) -> AgreementView:
    """A client's agreement with an agency."""
    return AgreementView(row.id, row.agency_id, row.home_type, period_of(row))


def assigned_carer_view(row: Assignment, *, kind: CarerKind) -> AssignedCarerView:
    """A carer's standing task at a client."""
    return AssignedCarerView(row.id, row.carer_id, kind, row.relation, period_of(row))


def guardian_view(row: Guardian) -> GuardianView:
    """A guardian, masked."""
    person = masked_person(row.person)
    is_approved = row.approval is not None
    return GuardianView(
        row.id, row.client_id, person, row.relation, row.extent, row.document, is_approved, period_of(row)
    )


def bank_account_view(row: BankAccount) -> BankAccountView:
    """A bank account, masked."""
    keys = current_settings().key_ring
    return BankAccountView(
        id=row.id,
        person_id=row.person_id,
        number=codes.mask_account(keys.decrypt(row.number_enc, context=BANK_NUMBER)),
        holder=codes.mask_name(keys.decrypt(row.name_enc, context=BANK_HOLDER)),
        bank_code=row.bank_code,
        bank_name=row.bank_name,
        name_check=row.name_check,
        hold_until=row.hold_until,
    )


def client_summary(row: Client) -> ClientSummary:
    """A client as lists show him."""
    return ClientSummary(row.id, masked_person(row.person), row.district_code, row.street_code)
