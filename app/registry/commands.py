"""What can be asked of the registry: frozen commands, made by the schemas from JSON.

Fields that hold a person's data are left out of a command's text form.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.kernel.geo import CoordinateSystem
from app.policies.codes import HomeType, Relation
from app.registry.types import (
    AgencyState,
    CarerKind,
    CertificateKind,
    ContractKind,
    GuardianExtent,
    InsuranceKind,
    NameCheck,
    ServiceMode,
    StayKind,
    TagEnd,
    TrainingStage,
)


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A human being as somebody typed him in."""

    id_number: str = field(repr=False)
    name: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """Another mobile number of a person, None for none, and why."""

    phone: str | None = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """A way in. With `phone`, which must be the number on file, its owner binds by it as well."""

    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RegisterAgency:
    """A new agency, known by its unified social credit code."""

    name: str
    credit_code: str
    district_code: str


@dataclass(frozen=True, slots=True)
class AgencyStateEntry:
    """Another state of an agency, and why."""

    state: AgencyState
    reason: str


@dataclass(frozen=True, slots=True)
class AgencyAgreementEntry:
    """The fund's agreement with an agency. No home types: all; no districts: the whole region."""

    valid_from: date
    valid_to: date | None = None
    home_types: tuple[HomeType, ...] | None = None
    district_codes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class EmploymentEntry:
    """A contract between a carer and an agency."""

    agency_id: UUID
    contract_kind: ContractKind
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """A licence or certificate; `valid_to` is the first day it no longer holds."""

    kind: CertificateKind
    number: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class InsuranceEntry:
    """By which paper on file an agency insures a carer; `valid_to` is the first day it no longer does."""

    agency_id: UUID
    kind: InsuranceKind
    document: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class RegisterCarer:
    """A person who gives care; found again by the ID number, never doubled."""

    person: PersonEntry
    kind: CarerKind
    employment: EmploymentEntry | None = None
    certificates: tuple[CertificateEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeEntry:
    """A place of care; the position in its own system. Without `valid_from` it counts from today."""

    address: str = field(repr=False)
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    system: CoordinateSystem
    radius_m: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    replaces_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AgreementEntry:
    """A client's agreement with an agency; with `replaces` the present one ends the day this one begins."""

    agency_id: UUID
    home_type: HomeType
    valid_from: date
    valid_to: date | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class RegisterClient:
    """A person in care; found again by the ID number, never doubled."""

    person: PersonEntry
    district_code: str
    street_code: str | None = None
    home: HomeEntry | None = None
    agreement: AgreementEntry | None = None


@dataclass(frozen=True, slots=True)
class EntitlementEntry:
    """What a conclusion gives; the policy says from when. Without `valid_to` it holds as long as a conclusion may.

    With `replaces` the present entitlement ends the day this one begins. `cause_kind` "mode_change" needs it, counts by
    the policy's rule for changes from the decision on `concluded_on`, and keeps conclusion and end of what it replaces;
    all others count by the policy's rule for the start of benefits.
    """

    level: str
    home_types: tuple[HomeType, ...]
    concluded_on: date
    mode: ServiceMode = ServiceMode.HOME
    valid_to: date | None = None
    cause_kind: str = "operator_entry"
    cause_id: UUID | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class AssignmentEntry:
    """A carer's standing task at a client; a family carer has a relation, a professional none."""

    carer_id: UUID
    valid_from: date
    valid_to: date | None = None
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class GuardianEntry:
    """Who may act for a client, by which document."""

    person: PersonEntry
    relation: Relation
    extent: GuardianExtent
    document: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class StayEntry:
    """A stay away from home; news may come late, the discharge later."""

    kind: StayKind
    admitted_on: date
    discharged_on: date | None = None


@dataclass(frozen=True, slots=True)
class SuspensionEntry:
    """Days on which an entitlement rests, or on which a carer may give no care."""

    reason: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class DeathEntry:
    """The day a client died, None to take it back; a correction needs a reason."""

    died_on: date | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TrainingEntry:
    """A family carer's stage: provisional from `valid_from`, or formal after training and exam.

    Formal without a provisional stage before is for regions without training, or for carers who were formal before;
    then `valid_from` is the day they became so.
    """

    carer_id: UUID
    stage: TrainingStage
    valid_from: date | None = None
    exam_on: date | None = None
    exam_document: str | None = None


@dataclass(frozen=True, slots=True)
class EndEntry:
    """A new end of a dated right, and why."""

    valid_to: date
    reason: str


@dataclass(frozen=True, slots=True)
class StayEnd:
    """The day of discharge."""

    discharged_on: date
    reason: str = "discharged"


@dataclass(frozen=True, slots=True)
class BankAccountEntry:
    """A payee's account; the holder is the person unless said otherwise."""

    number: str = field(repr=False)
    bank_code: str
    bank_name: str | None = None
    holder_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NameCheckEntry:
    """What the comparison of payee and account holder gave."""

    result: NameCheck


@dataclass(frozen=True, slots=True)
class TagRevocation:
    """Withdraw a home tag."""

    reason: TagEnd
