"""JSON of choices of an agency."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, QueryFlag, page_schema
from app.policies.codes import HomeType
from app.registry import choice_types
from app.registry.choice_types import ChoiceState
from app.registry.schemas.fields import reason_code


class ChoiceEntrySchema(CommandSchema):
    """The agency a client chooses; null to wait for any, with a reason."""

    command = choice_types.ChoiceEntry

    agency_id = Id(load_default=None)
    home_type = Choice(HomeType, required=True)
    wanted_from = Day(required=True)
    reason = reason_code(load_default=None)


class ChoiceReasonSchema(CommandSchema):
    """Why a choice is declined or withdrawn."""

    command = choice_types.ChoiceReason

    reason = reason_code(required=True)


class CashChoiceEntrySchema(CommandSchema):
    """What a client chose on a day: cash, or more hours."""

    command = choice_types.CashChoiceEntry

    takes_cash = Flag(required=True)
    chosen_on = Day(required=True)


class CashChoiceSchema(ma.Schema):
    """A client's choice and the day from which it counts."""

    id = Id(required=True)
    client_id = Id(required=True)
    takes_cash = Flag(required=True)
    chosen_on = Day(required=True)
    valid_from = Day(required=True)


class ChoiceFilterSchema(PageRequestSchema):
    """Query keys of the list of choices."""

    command = choice_types.ChoiceFilter  # type: ignore[assignment]  # extends the page request's

    state = Choice(ChoiceState, load_default=None)
    waiting = QueryFlag(load_default=None)


class ChoiceSchema(ma.Schema):
    """A choice; an agency sees one that waits for any without the client."""

    id = Id(required=True)
    state = Choice(ChoiceState, required=True)
    client_id = Id(required=True, allow_none=True)
    client_name = Text(required=True, allow_none=True, metadata={"description": "王*英"})
    district_code = Text(required=True)
    street_code = Text(required=True, allow_none=True)
    home_type = Choice(HomeType, required=True)
    agency_id = Id(required=True, allow_none=True)
    wanted_from = Day(required=True)
    reason = Text(required=True, allow_none=True)
    recorded_at = Instant(required=True)
    waiting_days = WholeNumber(required=True, allow_none=True)
    position = WholeNumber(required=True, allow_none=True)
    answer_reason = Text(required=True, allow_none=True)
    answered_by_agency_id = Id(required=True, allow_none=True)
    agreement_id = Id(required=True, allow_none=True)


ChoicePageSchema = page_schema(ChoiceSchema)
CashChoicePageSchema = page_schema(CashChoiceSchema)
