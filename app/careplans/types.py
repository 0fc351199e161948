"""Service items and care plans."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.policies.codes import ItemCategory


class StaffKind(StrEnum):
    """Who may do an item."""

    CARER = "carer"
    NURSE = "nurse"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One line of a care plan: an item, how often a week, how many minutes."""

    item_code: str
    times_per_week: int
    minutes: int


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A service item as check-in and planning see it."""

    code: str
    version: int
    name: str
    category: ItemCategory
    staff_kinds: tuple[StaffKind, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class LivePlan:
    """The confirmed plan of a client on a day."""

    id: UUID
    client_id: UUID
    version: int
    items: tuple[PlannedItem, ...]
