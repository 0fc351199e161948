"""What makes a plan's lines fit the catalogue. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from app.careplans.types import CatalogueItem, PlannedItem
from app.kernel.permissions import Role
from app.policies.codes import PlanAuthor


def unknown_codes(items: Sequence[PlannedItem], *, known: Mapping[str, CatalogueItem]) -> tuple[str, ...]:
    """Codes that the catalogue does not hold, or holds no more."""
    return tuple(
        sorted(item.item_code for item in items if item.item_code not in known or not known[item.item_code].is_active)
    )


def repeated_codes(items: Sequence[PlannedItem]) -> tuple[str, ...]:
    """Codes that a plan names more than once."""
    return tuple(sorted(code for code, times in Counter(item.item_code for item in items).items() if times > 1))


def is_author(author: PlanAuthor, *, role: Role | None) -> bool:
    """Say whether who has this role writes plans, and enters their signed paper, where policy names this author; a job
    has no role."""
    return (role is Role.COMMUNITY_NURSE) == (author is PlanAuthor.COMMUNITY_NURSE)


def first_day_of_force(valid_from: date, *, confirmed_on: date) -> date:
    """The first day a plan is in force: a late confirmation does not reach back."""
    return max(valid_from, confirmed_on)
