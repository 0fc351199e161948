"""Months of a family carer, by default a November 2026 in Tianjin with every day recorded."""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.checkin.days import DayFact
from app.checkin.types import DayStanding
from app.payouts.types import MonthFacts
from app.policies.codes import HomeType
from app.policies.service import load_book
from app.policies.types import Policy
from app.registry.types import (
    AssignmentView,
    ClientMonth,
    EntitlementView,
    Period,
    ServiceMode,
    StayKind,
    StayView,
    SuspensionView,
    TrainingStage,
    TrainingView,
)

CLIENT, CARER, OTHER_CARER = UUID(int=1), UUID(int=2), UUID(int=3)
NOVEMBER = date(2026, 11, 1)
LONG_AGO = date(2026, 1, 1)
TIANJIN = load_book().policy_for(region="tianjin", district=None, on=NOVEMBER)


def always(policy: Policy = TIANJIN) -> Callable[[date], Policy]:
    return lambda _: policy


def tianjin_with(**groups: dict[str, Any]) -> Policy:
    """Tianjin's rules with other values in some groups, under the same digest."""
    changed = {name: replace(getattr(TIANJIN, name), **values) for name, values in groups.items()}
    return replace(TIANJIN, **changed)


def an_entitlement(start: date = LONG_AGO, end: date | None = None, **more: Any) -> EntitlementView:
    values = {"mode": ServiceMode.HOME, "home_types": (HomeType.FAMILY_CARE,), "level": "3"} | more
    return EntitlementView(id=UUID(int=10), client_id=CLIENT, period=Period(start, end), **values)


def a_stay(start: date, end: date | None, kind: StayKind = StayKind.HOSPITAL) -> StayView:
    return StayView(id=UUID(int=20), kind=kind, period=Period(start, end), discharged_on=end)


def a_suspension(start: date, end: date | None) -> SuspensionView:
    return SuspensionView(id=UUID(int=30), period=Period(start, end))


def an_assignment(start: date = LONG_AGO, end: date | None = None, carer_id: UUID = CARER) -> AssignmentView:
    return AssignmentView(id=UUID(int=40), carer_id=carer_id, period=Period(start, end))


def a_training(stage: TrainingStage, start: date = LONG_AGO, end: date | None = None) -> TrainingView:
    return TrainingView(id=UUID(int=50), carer_id=CARER, stage=stage, period=Period(start, end))


def a_client_month(**more: Any) -> ClientMonth:
    values: dict[str, Any] = {
        "died_on": None,
        "entitlements": (an_entitlement(),),
        "suspensions": (),
        "stays": (),
        "assignments": (an_assignment(),),
        "trainings": (a_training(TrainingStage.FORMAL),),
    }
    return ClientMonth(client_id=CLIENT, district_code="120101", **(values | more))


def a_fact(day: date, standing: DayStanding = DayStanding.PAYABLE, number: int = 0) -> DayFact:
    return DayFact(CLIENT, CARER, day, UUID(int=1000 + day.toordinal() + number), standing)


def every_day(month: date = NOVEMBER, *, but: Iterable[int] = ()) -> tuple[DayFact, ...]:
    length = monthrange(month.year, month.month)[1]
    return tuple(a_fact(month + timedelta(days=n - 1)) for n in range(1, length + 1) if n not in set(but))


def a_month(month: date = NOVEMBER, *, facts: Iterable[DayFact] | None = None, **client: Any) -> MonthFacts:
    chosen = every_day(month) if facts is None else facts
    return MonthFacts(a_client_month(**client), CARER, month, {fact.day: fact for fact in chosen})
