"""People, agencies and rights as screens show them: answers of the API, masked but for `Identity`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.kernel.codes import Sex
from app.kernel.geo import CoordinateSystem
from app.policies.codes import HomeType, Relation
from app.registry.types import (
    AgencyState,
    CarerKind,
    ContractKind,
    EntitlementView,
    GuardianExtent,
    InsuranceKind,
    NameCheck,
    Period,
    PlaceState,
    StayView,
    SuspensionView,
    TagEnd,
    TrainingView,
)


@dataclass(frozen=True, slots=True)
class HomeTagView:
    """A home tag; `revoked_at` is None while it may be used."""

    id: UUID
    client_id: UUID
    issued_at: datetime
    revoked_at: datetime | None
    reason: TagEnd | None


@dataclass(frozen=True, slots=True)
class ChipKey:
    """What is written into a tag's chip, hexadecimal: shown to who programmes it, and made anew each time."""

    home_tag_id: UUID
    prefix: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MaskedPerson:
    """A person as lists show him."""

    id: UUID
    name: str
    id_number: str
    phone: str | None
    sex: Sex
    birth_year: int
    died_on: date | None


@dataclass(frozen=True, slots=True)
class PersonPhone:
    """The mobile number on file, masked."""

    person_id: UUID
    phone: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's full identity; reading it is audited."""

    person_id: UUID
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str | None = field(repr=False)
    addresses: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgencyView:
    """An agency with the fund's agreements."""

    id: UUID
    name: str
    credit_code: str
    district_code: str
    state: AgencyState
    agreements: tuple["AgencyAgreementView", ...] = ()
    phone: str | None = None
    alert_phone: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyAgreementView:
    """The fund's agreement with an agency; no districts means the whole region."""

    id: UUID
    home_types: tuple[HomeType, ...]
    district_codes: tuple[str, ...] | None
    period: Period


@dataclass(frozen=True, slots=True)
class EmploymentView:
    """A carer's contract with an agency."""

    id: UUID
    agency_id: UUID
    contract_kind: ContractKind
    period: Period


@dataclass(frozen=True, slots=True)
class InsuranceView:
    """By which paper an agency insures a carer."""

    id: UUID
    agency_id: UUID
    kind: InsuranceKind
    document: str
    period: Period


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A carer's certificate; the period's end is its expiry."""

    id: UUID
    kind: str
    number: str
    period: Period


@dataclass(frozen=True, slots=True)
class CarerView:
    """A carer, masked, with contracts, certificates, insurances and suspensions."""

    id: UUID
    person: MaskedPerson
    kind: CarerKind
    employments: tuple[EmploymentView, ...]
    certificates: tuple[CertificateView, ...]
    insurances: tuple[InsuranceView, ...]
    suspensions: tuple[SuspensionView, ...]


@dataclass(frozen=True, slots=True)
class HomeView:
    """A place of care without its address and position, which are read through the identity."""

    id: UUID
    system: CoordinateSystem
    radius_m: int | None
    state: PlaceState
    period: Period


@dataclass(frozen=True, slots=True)
class AgreementView:
    """Which agency serves a client for a home type."""

    id: UUID
    agency_id: UUID
    home_type: HomeType
    period: Period


@dataclass(frozen=True, slots=True)
class AssignedCarerView:
    """A carer's standing task at a client."""

    id: UUID
    carer_id: UUID
    kind: CarerKind
    relation: Relation | None
    period: Period


@dataclass(frozen=True, slots=True)
class GuardianView:
    """Who may act for a client."""

    id: UUID
    client_id: UUID
    person: MaskedPerson
    relation: Relation
    extent: GuardianExtent
    document: str
    is_approved: bool
    period: Period


@dataclass(frozen=True, slots=True)
class ClientSummary:
    """A client as lists show him."""

    id: UUID
    person: MaskedPerson
    district_code: str
    street_code: str | None


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client with everything dated that belongs to him."""

    client: ClientSummary
    homes: tuple[HomeView, ...]
    agreements: tuple[AgreementView, ...]
    entitlements: tuple[EntitlementView, ...]
    suspensions: tuple[SuspensionView, ...]
    stays: tuple[StayView, ...]
    assignments: tuple[AssignedCarerView, ...]
    trainings: tuple[TrainingView, ...]
    guardians: tuple[GuardianView, ...]


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """A stage of a family carer's training; `counts_from` is the first day a formal carer is paid for."""

    training: TrainingView
    counts_from: date | None


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """A stage of a family carer's training. `formal_from` is the earliest day on which a provisional one may become
    formal, `counts_from` the first day that is then paid as a formal carer's."""

    training: TrainingView
    exam_on: date | None
    is_exam_needed: bool
    formal_from: date
    counts_from: date


@dataclass(frozen=True, slots=True)
class BankAccountView:
    """A bank account, masked."""

    id: UUID
    person_id: UUID
    number: str
    holder: str
    bank_code: str
    bank_name: str | None
    name_check: NameCheck
    hold_until: datetime | None


@dataclass(frozen=True, slots=True)
class EndedRight:
    """A dated right after its end was changed; `kind` as in the address."""

    id: UUID
    kind: str
    period: Period
