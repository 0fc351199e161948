"""JSON of prompts at random times."""

import marshmallow as ma

from app.checkin.prompts import PromptTap
from app.checkin.schemas.taps import FixSchema
from app.checkin.types import Verdict
from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, PhoneId, PhoneInstant, WholeNumber
from app.kernel.http.schemas import CommandSchema


class PromptSchema(ma.Schema):
    """A prompt that waits for an answer."""

    id = Id(required=True)
    client_id = Id(required=True)
    day = Day(required=True)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)


class PromptListSchema(ma.Schema):
    """What waits now; a carer has few."""

    prompts = ma.fields.List(ma.fields.Nested(PromptSchema), required=True)


class PromptTapSchema(CommandSchema):
    """An answer, from where the phone is."""

    command = PromptTap

    id = PhoneId(required=True)
    occurred_at = PhoneInstant(required=True)
    fix = ma.fields.Nested(FixSchema, required=True, allow_none=True)


class PromptAnswerSchema(ma.Schema):
    """An answer as it was judged."""

    id = Id(required=True)
    prompt_id = Id(required=True)
    in_time = Flag(required=True)
    verdict = Choice(Verdict, required=True)
    distance_m = WholeNumber(required=True, allow_none=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)
