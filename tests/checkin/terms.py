"""The shipped rules of Tianjin, with single values changed where a test is about them."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from app.policies.service import load_book
from app.policies.types import Policy

DAY = date(2026, 11, 20)


@cache
def tianjins() -> Policy:
    return load_book().policy_for(region="tianjin", district=None, on=DAY)


def a_policy(**groups: dict[str, Any]) -> Policy:
    """Tianjin's rules of the day; `location={"radius_m": 100}` changes one value."""
    policy = tianjins()
    changed = {name: replace(getattr(policy, name), **values) for name, values in groups.items()}
    return replace(policy, **changed)
