"""JSON of care cards, notes for the next carer, and incidents."""

from typing import Any

import marshmallow as ma

from app.checkin.cards import (
    CardTexts,
    IncidentKind,
    IncidentState,
    IncidentTexts,
    IncidentTold,
    ShiftNoteTold,
    VitalSigns,
    VitalSignsTold,
)
from app.checkin.queries.incidents import IncidentFilter
from app.kernel.geo import CoordinateSystem
from app.kernel.http.fields import Choice, Id, Instant, Number, PhoneId, PhoneInstant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema

LONGEST_TEXT = 500


class CardTextsSchema(CommandSchema):
    """What whoever comes must know: allergies, risks, how to get in, habits."""

    command = CardTexts

    allergies = Text(load_default=None, allow_none=True, maximum=LONGEST_TEXT)
    risks = Text(load_default=None, allow_none=True, maximum=LONGEST_TEXT)
    way_in = Text(load_default=None, allow_none=True, maximum=LONGEST_TEXT)
    habits = Text(load_default=None, allow_none=True, maximum=LONGEST_TEXT)


class CareCardSchema(ma.Schema):
    """A client's care card."""

    client_id = Id(required=True)
    texts = ma.fields.Nested(CardTextsSchema, required=True)
    written_at = Instant(required=True)


class ShiftNoteToldSchema(CommandSchema):
    """What the carer of a visit leaves for the next one."""

    command = ShiftNoteTold

    id = PhoneId(required=True)
    text = Text(required=True, maximum=LONGEST_TEXT)
    occurred_at = PhoneInstant(required=True)


class ShiftNoteSchema(ma.Schema):
    """The note of the visit before."""

    visit_id = Id(required=True)
    text = Text(required=True)
    occurred_at = PhoneInstant(required=True)


def measured(low: int, high: int, error: str) -> WholeNumber:
    """A whole number that a human being can have, or nothing."""
    return WholeNumber(load_default=None, allow_none=True, validate=ma.validate.Range(low, high, error=error))


class VitalSignsSchema(CommandSchema):
    """What was measured, at least one of them; a temperature of 36.8 degrees is 368, a glucose of 5.6 mmol/l is 56."""

    command = VitalSigns

    systolic = measured(40, 300, "measured_40_to_300")
    diastolic = measured(20, 200, "measured_20_to_200")
    pulse = measured(20, 250, "measured_20_to_250")
    temperature_tenths = measured(300, 450, "measured_300_to_450")
    glucose_tenths = measured(5, 500, "measured_5_to_500")
    oxygen = measured(30, 100, "measured_30_to_100")

    @ma.validates_schema(skip_on_field_errors=True)
    def _check_one(self, data: dict[str, Any], **_: Any) -> None:
        if all(value is None for value in data.values()):
            raise ma.ValidationError("nothing_measured")


class VitalSignsToldSchema(CommandSchema):
    """What the carer of a visit measured."""

    command = VitalSignsTold

    id = PhoneId(required=True)
    signs = ma.fields.Nested(VitalSignsSchema, required=True)
    occurred_at = PhoneInstant(required=True)


class VitalSignsShownSchema(ma.Schema):
    """What was measured in a visit."""

    id = Id(required=True)
    visit_id = Id(required=True)
    signs = ma.fields.Nested(VitalSignsSchema, required=True)
    occurred_at = PhoneInstant(required=True)


class NoteOfCareSchema(ma.Schema):
    """What a carer wrote of a visit or a care day, of which `fact_id` is the id."""

    fact_id = Id(required=True)
    text = Text(required=True)
    occurred_at = PhoneInstant(required=True)


class NoteOfCareListSchema(ma.Schema):
    """Notes without pages: at most 62 days."""

    items = ma.fields.List(ma.fields.Nested(NoteOfCareSchema), required=True)


class DoorPlaceSchema(ma.Schema):
    """An approved place of care, its position as it was received."""

    address = Text(required=True)
    latitude = Number(required=True)
    longitude = Number(required=True)
    system = Choice(CoordinateSystem, required=True)


class DoorCardSchema(ma.Schema):
    """A client by full name and address, with what the carer must know; for the phone to keep."""

    client_id = Id(required=True)
    name = Text(required=True)
    places = ma.fields.List(ma.fields.Nested(DoorPlaceSchema), required=True)
    card = ma.fields.Nested(CareCardSchema, required=True, allow_none=True)
    note = ma.fields.Nested(ShiftNoteSchema, required=True, allow_none=True)


class DoorCardListSchema(ma.Schema):
    """Cards without pages."""

    items = ma.fields.List(ma.fields.Nested(DoorCardSchema), required=True)


class IncidentTextsSchema(CommandSchema):
    """Where it was, what happened, what was done, in words."""

    command = IncidentTexts

    place = Text(load_default=None, allow_none=True, maximum=LONGEST_TEXT)
    happened = Text(required=True, maximum=LONGEST_TEXT)
    done = Text(load_default=None, allow_none=True, maximum=LONGEST_TEXT)


class IncidentToldSchema(CommandSchema):
    """Something happened to a client; `id` is made by the phone."""

    command = IncidentTold

    id = PhoneId(required=True)
    kind = Choice(IncidentKind, required=True)
    client_id = Id(required=True)
    visit_id = Id(load_default=None, allow_none=True)
    occurred_at = PhoneInstant(required=True)
    texts = ma.fields.Nested(IncidentTextsSchema, required=True)


class IncidentFilterSchema(PageRequestSchema):
    """Query keys of the list of incidents."""

    command: type[Any] = IncidentFilter

    state = Choice(IncidentState, load_default=None)


class IncidentSchema(ma.Schema):
    """An incident. Without `agency_ids` no agency was told: the phone then says to ring by itself."""

    id = Id(required=True)
    kind = Choice(IncidentKind, required=True)
    state = Choice(IncidentState, required=True)
    client_id = Id(required=True)
    visit_id = Id(required=True, allow_none=True)
    agency_ids = ma.fields.List(Id(), required=True)
    texts = ma.fields.Nested(IncidentTextsSchema, required=True, allow_none=True)
    reported_by = Id(required=True)
    occurred_at = Instant(required=True)
    received_at = Instant(required=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    acknowledged_by = Id(required=True, allow_none=True)


IncidentPageSchema = page_schema(IncidentSchema)
VitalSignsPageSchema = page_schema(VitalSignsShownSchema)
