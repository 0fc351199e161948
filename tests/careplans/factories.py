"""Catalogue items and care plans, made by the services."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from app.careplans.service.catalogue import add_item
from app.careplans.service.plans import confirm_plan, write_plan
from app.careplans.types import (
    CarePlanView,
    ConfirmationWay,
    ConfirmPlan,
    PlanDraft,
    PlannedItem,
    ServiceItemEntry,
    ServiceItemView,
    StaffKind,
)
from app.policies.codes import ItemCategory
from app.registry.shown import ClientView
from tests.registry.factories import ENTERED_AT, SINCE, SYSTEM

BATHING = PlannedItem("bathing", times_per_week=3, minutes=30)
FEEDING = PlannedItem("feeding", times_per_week=7, minutes=15)


def an_item(session: Session, code: str = "bathing", **values: Any) -> ServiceItemView:
    """A catalogue item of basic life care."""
    entry = ServiceItemEntry(
        code=code,
        name="温水擦浴",
        category=ItemCategory.BASIC_LIFE_CARE,
        staff_kinds=(StaffKind.CARER, StaffKind.FAMILY),
        minutes=30,
        source="测试",
    )
    return add_item(session, replace(entry, **values), actor=SYSTEM, at=ENTERED_AT)


def a_draft(
    session: Session,
    *,
    client: ClientView,
    items: tuple[PlannedItem, ...] = (BATHING, FEEDING),
    valid_from: date = SINCE,
    **values: Any,
) -> CarePlanView:
    """A plan written on the morning of its first day, not yet confirmed; its items are in the catalogue."""
    for item in items:
        an_item(session, item.item_code)
    draft = replace(PlanDraft(valid_from, items), **values)
    return write_plan(session, draft, client_id=client.client.id, actor=SYSTEM, at=morning_of(valid_from))


def a_plan(session: Session, *, client: ClientView, valid_from: date = SINCE, **values: Any) -> CarePlanView:
    """A plan confirmed on paper, in force since `valid_from`."""
    draft = a_draft(session, client=client, valid_from=valid_from, **values)
    command = ConfirmPlan(ConfirmationWay.PAPER, "A1-0001")
    return confirm_plan(session, command, plan_id=draft.id, actor=SYSTEM, at=morning_of(valid_from))


def morning_of(day: date) -> datetime:
    """Nine o'clock in China."""
    return datetime.combine(day, time(1), tzinfo=UTC)
