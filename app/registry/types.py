"""People, agencies and rights, as other packages see them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.policies.codes import HomeType


class AgencyState(StrEnum):
    """A suspended agency takes no new clients; a left one serves nobody."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


AGENCY_STEPS: dict[AgencyState, frozenset[AgencyState]] = {
    AgencyState.ACTIVE: frozenset({AgencyState.SUSPENDED, AgencyState.LEFT}),
    AgencyState.SUSPENDED: frozenset({AgencyState.ACTIVE, AgencyState.LEFT}),
    AgencyState.LEFT: frozenset(),  # who comes back signs a new agreement and is registered by the fund anew
}


class CarerKind(StrEnum):
    """Who gives care."""

    PROFESSIONAL = "professional"  # 专业照护人员
    FAMILY = "family"  # 亲情照护人员


class ContractKind(StrEnum):
    """How an agency employs a carer."""

    LABOUR = "labour"  # 劳动合同
    SERVICE = "service"  # 劳务合同
    TEMPORARY = "temporary"  # 临时


class CertificateKind(StrEnum):
    """What a carer is certified as."""

    LONG_TERM_CARE = "long_term_care"  # 长期照护师
    ELDERLY_CARE = "elderly_care"  # 养老护理员
    MEDICAL_CARE = "medical_care"  # 医疗护理员
    NURSE = "nurse"  # 护士
    HEALTH = "health"  # 健康证明
    OTHER = "other"


class InsuranceKind(StrEnum):
    """How an agency insures a carer."""

    SOCIAL = "social"  # 社会保险
    LIABILITY = "liability"  # 责任险


class TrainingStage(StrEnum):
    """A family carer is trained on the job before being formal."""

    PROVISIONAL = "provisional"  # 临时性亲情照护人员
    FORMAL = "formal"


class GuardianExtent(StrEnum):
    """What a guardian may do for the client; each includes the one before."""

    CONFIRM_CARE = "confirm_care"
    AGREE_MONEY = "agree_money"
    SIGN = "sign"


class ServiceMode(StrEnum):
    """护理服务方式."""

    HOME = "home"
    COMMUNITY = "community"
    INSTITUTION = "institution"


class PlaceState(StrEnum):
    """Only an approved place judges a check-in."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETIRED = "retired"


ALLOWED: dict[PlaceState, frozenset[PlaceState]] = {
    PlaceState.PROPOSED: frozenset({PlaceState.APPROVED}),
    PlaceState.APPROVED: frozenset(),
    PlaceState.RETIRED: frozenset(),
}


class StayKind(StrEnum):
    """Why home care stops for a while."""

    HOSPITAL = "hospital"
    INSTITUTION = "institution"
    TRAVEL = "travel"


class NameCheck(StrEnum):
    """Whether the bank account's holder was found to be the payee."""

    UNCHECKED = "unchecked"
    MATCHED = "matched"
    MISMATCHED = "mismatched"


class TagEnd(StrEnum):
    """Why a home tag is withdrawn."""

    LOST = "lost"
    DAMAGED = "damaged"
    COPIED = "copied"
    MOVED = "moved"  # the client lives elsewhere
    CARE_ENDED = "care_ended"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `valid_from`, inclusive, to `valid_to`, exclusive; None is open."""

    valid_from: date
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """True when the day lies in the period."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """What a client is entitled to in a period."""

    id: UUID
    client_id: UUID
    level: str
    mode: ServiceMode
    home_types: tuple[HomeType, ...]
    period: Period


@dataclass(frozen=True, slots=True)
class StayView:
    """A stay away from home: from the admission day to the discharge day, exclusive; None while it lasts."""

    id: UUID
    kind: StayKind
    period: Period
    discharged_on: date | None


@dataclass(frozen=True, slots=True)
class SuspensionView:
    """Days on which a client's entitlement rests."""

    id: UUID
    period: Period


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """Days on which a carer cares for a client."""

    id: UUID
    carer_id: UUID
    period: Period


@dataclass(frozen=True, slots=True)
class TrainingView:
    """Days on which a family carer is provisional, or formal, for a client."""

    id: UUID
    carer_id: UUID
    stage: TrainingStage
    period: Period


@dataclass(frozen=True, slots=True)
class CashChoiceView:
    """What a client chose in home care without a break, and from when it counts: cash or more hours."""

    id: UUID
    client_id: UUID
    takes_cash: bool
    chosen_on: date
    valid_from: date


@dataclass(frozen=True, slots=True)
class ClientMonth:
    """All dated rights of a client that touch a span of days. A stay that ends on the first day belongs to it."""

    client_id: UUID
    district_code: str
    died_on: date | None
    entitlements: tuple[EntitlementView, ...]
    suspensions: tuple[SuspensionView, ...]
    stays: tuple[StayView, ...]
    assignments: tuple[AssignmentView, ...]
    trainings: tuple[TrainingView, ...]


@dataclass(frozen=True, slots=True)
class FamilyPair:
    """A family carer's assignment to a client that touches a span of days."""

    assignment_id: UUID
    client_id: UUID
    carer_id: UUID
    carer_person_id: UUID
    client_person_id: UUID
    district_code: str
    period: Period


class CheckRefusal(StrEnum):
    """Why somebody may not record what a name check gave."""

    SAME_PERSON = "same_person"  # he recorded the account himself
    HOLDER_DIFFERS = "holder_differs"  # the holder is not the payee, so they cannot match


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """A payee's live bank account, in clear text: for the payment file only, never for a log or an error.

    `is_intact` says that the number is the one that was recorded.
    """

    id: UUID
    person_id: UUID
    number: str = field(repr=False)
    name: str = field(repr=False)
    bank_code: str
    bank_name: str | None
    name_check: NameCheck
    hold_until: datetime | None
    is_intact: bool = True
