"""Service items and care plans."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.policies.codes import ItemCategory


class StaffKind(StrEnum):
    """Who may do an item."""

    CARER = "carer"
    NURSE = "nurse"
    FAMILY = "family"


class ItemField(StrEnum):
    """What a catalogue item says of a service, each from a document or assumed."""

    CODE = "code"
    NAME = "name"
    CATEGORY = "category"
    STAFF_KINDS = "staff_kinds"
    MINUTES = "minutes"
    NATIONAL_CODE = "national_code"
    CONTRAINDICATIONS = "contraindications"  # assumed and none: none was found


class ConfirmationWay(StrEnum):
    """How a plan was confirmed."""

    OWN_PHONE = "own_phone"  # by the guardian
    PAPER = "paper"  # signed, entered by the agency's head
    NOT_REQUIRED = "not_required"  # the region's policy asks for none


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One line of a care plan: an item, how often a week, how many minutes."""

    item_code: str
    times_per_week: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Contraindication:
    """For whom an item is not (禁忌), and where that stands."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class PlanLine(PlannedItem):
    """A line of a plan as it is shown: with what stood against the item when it was planned, which refuses nothing."""

    contraindications: tuple[Contraindication, ...]


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A service item as check-in and planning see it."""

    code: str
    version: int
    name: str
    category: ItemCategory
    staff_kinds: tuple[StaffKind, ...]
    minutes: int
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class LivePlan:
    """The confirmed plan of a client on a day."""

    id: UUID
    client_id: UUID
    version: int
    items: tuple[PlannedItem, ...]
    valid_from: date
    valid_to: date | None
    agency_id: UUID | None


@dataclass(frozen=True, slots=True)
class ServiceItemView:
    """A catalogue item with where it comes from."""

    code: str
    version: int
    name: str
    category: ItemCategory
    staff_kinds: tuple[StaffKind, ...]
    minutes: int
    national_code: str | None
    source: str
    contraindications: tuple[Contraindication, ...]
    assumed: tuple[ItemField, ...]
    is_active: bool


@dataclass(frozen=True, slots=True)
class PlanConfirmationView:
    """Who confirmed a plan, and how."""

    way: ConfirmationWay
    document: str | None
    confirmed_at: datetime


class PlanOutcome(StrEnum):
    """What an agency answers to a plan that the community nurse hands to it."""

    ACCEPTED = "accepted"
    RETURNED = "returned"  # with a reason; it changes no items itself


@dataclass(frozen=True, slots=True)
class PlanReturn:
    """Why an agency returns a plan."""

    reason: str


@dataclass(frozen=True, slots=True)
class PlanAnswerView:
    """An agency's answer to a plan."""

    outcome: PlanOutcome
    reason: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class CarePlanView:
    """A version of a client's plan. Without a confirmation it is a draft; what the community nurse wrote is in force
    only when the agency accepted it."""

    id: UUID
    client_id: UUID
    version: int
    agency_id: UUID | None
    valid_from: date
    valid_to: date | None
    items: tuple[PlanLine, ...]
    confirmation: PlanConfirmationView | None
    answer: PlanAnswerView | None
    is_in_force: bool  # from `valid_from` on
    policy_digest: str


@dataclass(frozen=True, slots=True)
class ServiceItemEntry:
    """A new version of a catalogue item."""

    code: str
    name: str
    category: ItemCategory
    staff_kinds: tuple[StaffKind, ...]
    minutes: int
    source: str
    national_code: str | None = None
    contraindications: tuple[Contraindication, ...] = ()
    assumed: tuple[ItemField, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A new version of a client's plan, in force from `valid_from` once confirmed."""

    valid_from: date
    items: tuple[PlannedItem, ...]
    valid_to: date | None = None
    agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ConfirmPlan:
    """A confirmation: by the guardian's own phone, or on paper with the paper's file number."""

    way: ConfirmationWay = ConfirmationWay.OWN_PHONE
    document: str | None = None
