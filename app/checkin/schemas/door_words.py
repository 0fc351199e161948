"""JSON of what a carer tells at the door beside taps."""

import marshmallow as ma

from app.checkin.door_words import AwayCase, AwayTold, TagScanned
from app.checkin.schemas.taps import LONGEST_TAG
from app.checkin.tags import TagOutcome
from app.checkin.types import Verdict
from app.kernel.http.fields import Choice, Id, Instant, PhoneId, PhoneInstant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema


class AwayToldSchema(CommandSchema):
    """Which case a tap away from the home was."""

    command = AwayTold

    id = PhoneId(required=True)
    event_id = Id(required=True, metadata={"description": "The tap's id, made by the phone"})
    case = Choice(AwayCase, required=True)
    occurred_at = PhoneInstant(required=True)


class AwayWordSchema(ma.Schema):
    """A carer's word on a tap away from the home."""

    id = Id(required=True)
    event_id = Id(required=True)
    case = Choice(AwayCase, required=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)


class TagScannedSchema(CommandSchema):
    """A home tag scanned after a tap."""

    command = TagScanned

    id = PhoneId(required=True)
    event_id = Id(required=True, metadata={"description": "The tap's id, made by the phone"})
    tag = Text(
        required=True,
        maximum=LONGEST_TAG,
        metadata={"description": "What was read from a home tag, whatever it says: it is judged, never refused"},
    )
    occurred_at = PhoneInstant(required=True)


class TagScanSchema(ma.Schema):
    """What a scan proved; with `inside` nothing about the place needs to be looked at any more."""

    id = Id(required=True)
    event_id = Id(required=True)
    outcome = Choice(TagOutcome, required=True)
    verdict = Choice(Verdict, required=True)
    distance_m = WholeNumber(required=True, allow_none=True)
