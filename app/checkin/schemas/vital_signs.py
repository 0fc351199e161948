"""JSON of vital signs."""

from datetime import date
from typing import Any

import marshmallow as ma

from app.checkin.queries.vital_signs import VitalSignsFilter
from app.checkin.schemas.sent import MOST_DAYS
from app.checkin.vital_signs import PLAUSIBLE, Measured, VitalSignsTold
from app.kernel.http.fields import Day, Id, Instant, Number, PhoneId, PhoneInstant, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema


def _measured(field: type[ma.fields.Field[Any]], name: str) -> Any:
    first, last = PLAUSIBLE[name]
    plausible = ma.validate.Range(first, last, error="not_plausible")
    return field(load_default=None, allow_none=True, validate=plausible)


class MeasuredSchema(CommandSchema):
    """What was measured, at least one thing: °C, beats a minute, mmHg, %, mmol/L."""

    command = Measured

    temperature_c = _measured(Number, "temperature_c")
    pulse_per_min = _measured(WholeNumber, "pulse_per_min")
    systolic_mmhg = _measured(WholeNumber, "systolic_mmhg")
    diastolic_mmhg = _measured(WholeNumber, "diastolic_mmhg")
    oxygen_percent = _measured(WholeNumber, "oxygen_percent")
    glucose_mmol_l = _measured(Number, "glucose_mmol_l")

    @ma.validates_schema(skip_on_field_errors=True)
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if all(value is None for value in data.values()):
            raise ma.ValidationError("nothing_measured")
        above, below = data.get("systolic_mmhg"), data.get("diastolic_mmhg")
        if above is not None and below is not None and above <= below:
            raise ma.ValidationError("not_plausible", "diastolic_mmhg")


class VitalSignsToldSchema(CommandSchema):
    """Vital signs of a client; `id` is made by the phone."""

    command = VitalSignsTold

    id = PhoneId(required=True)
    client_id = Id(required=True)
    visit_id = Id(load_default=None, allow_none=True)
    occurred_at = PhoneInstant(required=True)
    values = ma.fields.Nested(MeasuredSchema, required=True)


class VitalSignsSchema(ma.Schema):
    """Vital signs as they were told."""

    id = Id(required=True)
    client_id = Id(required=True)
    carer_id = Id(required=True)
    visit_id = Id(required=True, allow_none=True)
    values = ma.fields.Nested(MeasuredSchema, required=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)


class VitalSignsFilterSchema(PageRequestSchema):
    """Query keys of the list: local days, both included."""

    command: type[Any] = VitalSignsFilter

    day_from = Day(required=True)
    day_to = Day(required=True)

    @ma.validates_schema
    def _check_days(self, data: dict[str, Any], **_: Any) -> None:
        first, last = data.get("day_from"), data.get("day_to")
        if isinstance(first, date) and isinstance(last, date) and not 0 <= (last - first).days < MOST_DAYS:
            raise ma.ValidationError("span_1_to_62_days", "day_to")


VitalSignsPageSchema = page_schema(VitalSignsSchema)
