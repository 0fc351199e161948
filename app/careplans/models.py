"""The service item catalogue and care plans with their versions and confirmations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.careplans.types import ConfirmationWay, PlanOutcome
from app.kernel.db import AppendOnly, Base, enum_column, no_overlap, regional
from app.policies.codes import ItemCategory


class ServiceItem(AppendOnly, Base):
    """One item of the region's catalogue (服务项目) in one version."""

    __tablename__ = "service_item"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"), regional())

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    category: Mapped[ItemCategory] = enum_column(ItemCategory)
    staff_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    minutes: Mapped[int]
    national_code: Mapped[str | None]
    source: Mapped[str]  # document and clause, or why it is assumed
    contraindications: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB(none_as_null=True))  # None: none known
    assumed: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))  # fields that no document gives; None: none
    retired_at: Mapped[datetime | None]  # this version takes the item out of the catalogue


class CarePlan(Base):
    """A version of a client's plan; it is in force from `valid_from` once confirmed, until replaced.

    A draft confirmed after its first day begins on the day it was confirmed: nothing is in force backwards.
    """

    __tablename__ = "care_plan"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        UniqueConstraint("client_id", "version"),
        no_overlap("client_id", where="confirmed_at IS NOT NULL"),
        regional(update=("valid_from", "valid_to", "confirmed_at")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    version: Mapped[int]
    author_id: Mapped[UUID | None]  # account; None for a job
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.agency.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    confirmed_at: Mapped[datetime | None]
    policy_digest: Mapped[str] = mapped_column(ForeignKey("region.policy_text.digest"))
    created_at: Mapped[datetime]


class CarePlanChange(AppendOnly, Base):
    """History of a confirmed plan's days: its first, moved by a late confirmation, and its last, by a later plan."""

    __tablename__ = "care_plan_change"
    __table_args__ = (regional(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("region.care_plan.id"), index=True)
    old_valid_from: Mapped[date]
    new_valid_from: Mapped[date]
    old_valid_to: Mapped[date | None]
    new_valid_to: Mapped[date | None]
    cause_plan_id: Mapped[UUID] = mapped_column(ForeignKey("region.care_plan.id"))  # whose confirmation it was
    actor_id: Mapped[UUID | None]  # account; None for a job


class PlanItem(AppendOnly, Base):
    """A line of a plan: item, how often a week, minutes each time."""

    __tablename__ = "plan_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["item_code", "item_version"], ["region.service_item.code", "region.service_item.version"]
        ),
        CheckConstraint("times_per_week > 0 AND minutes > 0", name="amounts"),
        regional(),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("region.care_plan.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(primary_key=True)
    item_version: Mapped[int]
    times_per_week: Mapped[int]
    minutes: Mapped[int]


class PlanAnswer(AppendOnly, Base):
    """An agency's answer to a plan that the community nurse wrote: it accepts it, or returns it with a reason."""

    __tablename__ = "plan_answer"
    __table_args__ = (CheckConstraint("(outcome = 'returned') = (reason IS NOT NULL)", name="reason"), regional())

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("region.care_plan.id"), primary_key=True)
    outcome: Mapped[PlanOutcome] = enum_column(PlanOutcome)
    reason: Mapped[str | None]
    actor_id: Mapped[UUID | None]  # account; None for a job


class PlanConfirmation(AppendOnly, Base):
    """Who confirmed a plan, for whom."""

    __tablename__ = "plan_confirmation"
    __table_args__ = (regional(),)

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("region.care_plan.id"), primary_key=True)
    account_id: Mapped[UUID | None]  # None for a job
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.person.id"))
    way: Mapped[ConfirmationWay] = enum_column(ConfirmationWay)
    document: Mapped[str | None]  # file number of the signed paper
