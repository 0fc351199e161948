"""JSON of care days."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import marshmallow as ma

from app.checkin.days import CareDayItemEntry, LogCareDay
from app.checkin.schemas.facts import ITEM_CODE
from app.checkin.types import DayStanding, ExceptionCode
from app.kernel.http.fields import Choice, Day, Id, Instant, PhoneId, PhoneInstant, Several, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequest, PageRequestSchema, page_schema
from app.policies.codes import Relation

MOST_ITEMS = 60
MINUTES_OF_A_DAY = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class CareDayFilter(PageRequest):
    """Query keys of the list: a client's care days of one month."""

    client_id: UUID
    month: date


class CareDayItemSchema(CommandSchema):
    """An item of the day."""

    command = CareDayItemEntry

    item_code = Text(maximum=32, required=True, validate=ITEM_CODE)
    minutes = WholeNumber(
        load_default=None, allow_none=True, validate=ma.validate.Range(1, MINUTES_OF_A_DAY, error="minutes_1_to_1440")
    )


class LogCareDaySchema(CommandSchema):
    """A family carer's day; `id` is made by the phone, the events may arrive later."""

    command = LogCareDay

    id = PhoneId(required=True)
    client_id = Id(required=True)
    day = Day(required=True)
    in_event_id = PhoneId(load_default=None, allow_none=True)
    out_event_id = PhoneId(load_default=None, allow_none=True)
    items = Several(ma.fields.Nested(CareDayItemSchema), maximum=MOST_ITEMS, load_default=tuple)
    note = Text(load_default=None, allow_none=True, maximum=1000)
    proxy = Choice(
        Relation,
        load_default=None,
        allow_none=True,
        metadata={"description": "Who wrote it for the carer, as what he is to the client; it changes no judgement"},
    )
    occurred_at = PhoneInstant(required=True)

    @ma.validates_schema(skip_on_field_errors=True)
    def _no_item_twice(self, data: dict[str, Any], **_: Any) -> None:
        codes = [item.item_code for item in data["items"]]
        if len(set(codes)) != len(codes):
            raise ma.ValidationError("item_twice", "items")


class CareDaySchema(ma.Schema):
    """A care day and where it stands."""

    id = Id(required=True)
    client_id = Id(required=True)
    carer_id = Id(required=True)
    day = Day(required=True)
    in_event_id = Id(required=True, allow_none=True)
    out_event_id = Id(required=True, allow_none=True)
    items = ma.fields.List(ma.fields.Nested(CareDayItemSchema), required=True)
    standing = Choice(DayStanding, required=True)
    exceptions = ma.fields.List(Choice(ExceptionCode), required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    proxy = Choice(Relation, required=True, allow_none=True)


class CareDayFilterSchema(PageRequestSchema):
    """Query keys of the list; `month` is its first day."""

    command: type[Any] = CareDayFilter

    client_id = Id(required=True)
    month = Day(required=True, metadata={"description": "The first day of the month"})

    @ma.validates("month")
    def _first_day(self, month: date, **_: Any) -> None:
        if month.day != 1:
            raise ma.ValidationError("not_the_first_day_of_a_month")


CareDayPageSchema = page_schema(CareDaySchema)
