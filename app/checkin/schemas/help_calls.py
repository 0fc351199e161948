"""JSON of calls for help."""

import marshmallow as ma

from app.checkin.help import AlertState, HelpFilter, HelpState, HelpTap
from app.checkin.schemas.taps import FixSchema
from app.checkin.types import LocationSource
from app.kernel.geo import CoordinateSystem
from app.kernel.http.fields import Choice, Id, Instant, Number, PhoneId, PhoneInstant, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema


class HelpTapSchema(CommandSchema):
    """A call for help; `id` is made by the phone."""

    command = HelpTap

    id = PhoneId(required=True)
    occurred_at = PhoneInstant(required=True)
    visit_id = Id(load_default=None, allow_none=True)
    fix = ma.fields.Nested(FixSchema, load_default=None, allow_none=True)


class HelpFilterSchema(PageRequestSchema):
    """Query keys of the list of calls."""

    command = HelpFilter

    state = Choice(HelpState, load_default=None)


class HelpPlaceSchema(ma.Schema):
    """Where the phone was, as received."""

    latitude = Number(required=True)
    longitude = Number(required=True)
    system = Choice(CoordinateSystem, required=True)
    source = Choice(LocationSource, required=True, allow_none=True)
    accuracy_m = WholeNumber(required=True, allow_none=True)


class HelpAlertSchema(ma.Schema):
    """A text message (短信) about a call to an agency; `sent` when its provider took it."""

    agency_id = Id(required=True)
    state = Choice(AlertState, required=True)


class HelpCallSchema(ma.Schema):
    """A call for help. It stands in the lists of `agency_ids`; while none of `alerts` is `sent` and nobody has taken
    the call, perhaps nobody knows of it: the phone then says to ring by itself."""

    id = Id(required=True)
    state = Choice(HelpState, required=True)
    carer_id = Id(required=True)
    visit_id = Id(required=True, allow_none=True)
    agency_ids = ma.fields.List(Id(), required=True)
    occurred_at = Instant(required=True)
    received_at = Instant(required=True)
    place = ma.fields.Nested(HelpPlaceSchema, required=True, allow_none=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    acknowledged_by = Id(required=True, allow_none=True)
    alerts = ma.fields.List(ma.fields.Nested(HelpAlertSchema), required=True)


HelpCallPageSchema = page_schema(HelpCallSchema)
