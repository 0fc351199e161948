"""JSON of the catalogue and of care plans."""

from typing import Any

import marshmallow as ma

from app.careplans.queries import ItemFilter
from app.careplans.types import (
    ConfirmationWay,
    ConfirmPlan,
    Contraindication,
    ItemField,
    PlanDraft,
    PlannedItem,
    PlanOutcome,
    PlanReturn,
    ServiceItemEntry,
    StaffKind,
)
from app.kernel.http.fields import Choice, Day, FileNumber, Flag, Id, Instant, Several, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import DEFAULT_LIMIT, LARGEST_LIMIT, QueryNumber, page_schema
from app.policies.codes import ItemCategory
from app.registry.schemas.fields import reason_code

MINUTES_OF_A_DAY = 1440
MOST_TIMES_A_WEEK = 168


def minutes() -> WholeNumber:
    """How long an item takes each time."""
    return WholeNumber(required=True, validate=ma.validate.Range(1, MINUTES_OF_A_DAY, error="minutes_1_to_1440"))


class PlannedItemSchema(CommandSchema):
    """A line of a plan."""

    command = PlannedItem

    item_code = Text(required=True, maximum=32)
    times_per_week = WholeNumber(
        required=True, validate=ma.validate.Range(1, MOST_TIMES_A_WEEK, error="times_1_to_168")
    )
    minutes = minutes()


class ContraindicationSchema(CommandSchema):
    """For whom an item is not, and where that stands; never a client's name: it is shown wherever the item is."""

    command = Contraindication

    text = Text(required=True, maximum=200)
    source = Text(required=True, maximum=300)


class PlanLineSchema(ma.Schema):
    """A line of a plan, with what stood against the item when it was planned: told to who plans and cares."""

    item_code = Text(required=True)
    times_per_week = WholeNumber(required=True)
    minutes = WholeNumber(required=True)
    contraindications = ma.fields.List(ma.fields.Nested(ContraindicationSchema), required=True)


class PlanDraftSchema(CommandSchema):
    """A new version of a client's plan."""

    command = PlanDraft

    valid_from = Day(required=True)
    valid_to = Day(load_default=None)
    agency_id = Id(load_default=None)
    items = Several(ma.fields.Nested(PlannedItemSchema), minimum=1, maximum=100, required=True)


class ConfirmPlanSchema(CommandSchema):
    """A confirmation; paper with the file number under which it is kept, never a name: the row is never deleted."""

    command = ConfirmPlan

    way = Choice(ConfirmationWay, load_default=ConfirmationWay.OWN_PHONE)
    document = FileNumber(load_default=None)


class ServiceItemEntrySchema(CommandSchema):
    """A new version of a catalogue item."""

    command = ServiceItemEntry

    code = Text(required=True, maximum=32)
    name = Text(required=True, maximum=100)
    category = Choice(ItemCategory, required=True)
    staff_kinds = Several(Choice(StaffKind), minimum=1, maximum=3, required=True)
    minutes = minutes()
    source = Text(required=True, maximum=300)
    national_code = Text(load_default=None, maximum=17)
    contraindications = Several(ma.fields.Nested(ContraindicationSchema), maximum=20, load_default=())
    assumed = Several(Choice(ItemField), maximum=len(ItemField), load_default=())
    is_active = Flag(load_default=True)


class ItemFilterSchema(CommandSchema):
    """Query keys of the catalogue."""

    command = ItemFilter

    limit = QueryNumber(
        load_default=DEFAULT_LIMIT, validate=ma.validate.Range(1, LARGEST_LIMIT, error="limit_1_to_200")
    )
    after = Text(load_default=None, maximum=32)
    category = Choice(ItemCategory, load_default=None)
    national_code = Text(load_default=None, maximum=17)


class ServiceItemSchema(ma.Schema):
    """A catalogue item."""

    code = Text(required=True)
    version = WholeNumber(required=True)
    name = Text(required=True)
    category = Choice(ItemCategory, required=True)
    staff_kinds = ma.fields.List(Choice(StaffKind), required=True)
    minutes = WholeNumber(required=True)
    national_code = Text(required=True, allow_none=True)
    source = Text(required=True, metadata={"description": "Where it stands, or why it is assumed"})
    contraindications = ma.fields.List(ma.fields.Nested(ContraindicationSchema), required=True)
    assumed = ma.fields.List(
        Choice(ItemField),
        required=True,
        metadata={"description": "Fields that no document gives; contraindications among them and none: none found"},
    )
    is_active = Flag(required=True)


class ServiceItemPageSchema(ma.Schema):
    """Service items in order of their code."""

    items = ma.fields.List(ma.fields.Nested(ServiceItemSchema), required=True)
    next_after = Text(required=True, allow_none=True)


class ServiceItemListSchema(ma.Schema):
    """Service items that were added."""

    items = ma.fields.List(ma.fields.Nested(ServiceItemSchema), required=True)


class PlanConfirmationSchema(ma.Schema):
    """How a plan was confirmed."""

    way = Choice(ConfirmationWay, required=True)
    document = Text(required=True, allow_none=True)
    confirmed_at = Instant(required=True)


class PlanReturnSchema(CommandSchema):
    """Why a plan is returned, as a code."""

    command = PlanReturn

    reason = reason_code(required=True)


class PlanAnswerSchema(ma.Schema):
    """An agency's answer to a plan that was handed to it."""

    outcome = Choice(PlanOutcome, required=True)
    reason = Text(required=True, allow_none=True)
    answered_at = Instant(required=True)


class CarePlanSchema(ma.Schema):
    """A version of a plan; a draft has no confirmation, and only one that the community nurse wrote has an answer."""

    id = Id(required=True)
    client_id = Id(required=True)
    version = WholeNumber(required=True)
    agency_id = Id(required=True, allow_none=True)
    valid_from = Day(required=True)
    valid_to = Day(required=True, allow_none=True)
    items = ma.fields.List(ma.fields.Nested(PlanLineSchema), required=True)
    confirmation = ma.fields.Nested(PlanConfirmationSchema, required=True, allow_none=True)
    answer = ma.fields.Nested(PlanAnswerSchema, required=True, allow_none=True)
    is_in_force = Flag(required=True)
    policy_digest = Text(required=True)


CarePlanPageSchema: Any = page_schema(CarePlanSchema)
