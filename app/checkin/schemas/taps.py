"""JSON of taps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma

from app.checkin.commands import AttemptTap, ClockTap, FreeTap
from app.checkin.reasons import AttemptReason
from app.checkin.types import EventKind, ExceptionCode, Fix, LocationSource, Verdict
from app.kernel.geo import CoordinateSystem
from app.kernel.http.fields import Choice, Id, Instant, Number, PhoneId, PhoneInstant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema

FARTHEST_ACCURACY_M = 1_000_000
LONGEST_TAG = 8000  # more than a QR code holds


@dataclass(frozen=True, slots=True)
class Sent:
    """The phone's clock when it sent the request; None from a client that does not tell."""

    sent_at: datetime | None = None


class SentInstant(PhoneInstant):
    """What cannot be read is taken as not told: the header is no part of the tap, which is stored without it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | None:  # type: ignore[override]  # as told
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ma.ValidationError:
            return None


class SentSchema(CommandSchema):
    """Headers of a tap."""

    class Meta:
        """Other headers are not ours to judge."""

        unknown = ma.EXCLUDE

    command = Sent

    sent_at = SentInstant(
        data_key="Phone-Sent-At",
        load_default=None,
        metadata={"description": "The phone's clock when it sends: tells a wrong clock from a late sending"},
    )


class FixSchema(CommandSchema):
    """A position as the phone gave it; (0, 0) and old ones are stored and judged, never refused."""

    command = Fix

    latitude = Number(required=True, validate=ma.validate.Range(-90, 90, error="latitude_out_of_range"))
    longitude = Number(required=True, validate=ma.validate.Range(-180, 180, error="longitude_out_of_range"))
    system = Choice(CoordinateSystem, required=True)
    source = Choice(LocationSource, required=True)
    accuracy_m = Number(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Range(0, FARTHEST_ACCURACY_M, error="accuracy_out_of_range"),
    )
    fixed_at = PhoneInstant(load_default=None, allow_none=True)


class ClockTapSchema(CommandSchema):
    """A tap at a visit."""

    command = ClockTap

    id = PhoneId(required=True)
    occurred_at = PhoneInstant(required=True)
    fix = ma.fields.Nested(FixSchema, required=True, allow_none=True)
    tag = Text(
        maximum=LONGEST_TAG,
        load_default=None,
        allow_none=True,
        metadata={"description": "What was read from a home tag, whatever it says: it is judged, never refused"},
    )


class AttemptTapSchema(CommandSchema):
    """The carer is at the door and cannot start."""

    command = AttemptTap

    id = PhoneId(required=True)
    reason = Choice(AttemptReason, required=True)
    occurred_at = PhoneInstant(required=True)
    fix = ma.fields.Nested(FixSchema, required=True, allow_none=True)


class FreeTapSchema(CommandSchema):
    """A tap at a client."""

    command = FreeTap

    id = PhoneId(required=True)
    kind = Choice(EventKind, required=True)
    client_id = Id(required=True)
    occurred_at = PhoneInstant(required=True)
    fix = ma.fields.Nested(FixSchema, required=True, allow_none=True)
    tag = Text(
        maximum=LONGEST_TAG,
        load_default=None,
        allow_none=True,
        metadata={"description": "What was read from a home tag, whatever it says: it is judged, never refused"},
    )


class ClockEventSchema(ma.Schema):
    """What was recorded. It says nothing of a visit that is not the carer's."""

    id = Id(required=True)
    kind = Choice(EventKind, required=True)
    visit_id = Id(required=True, allow_none=True)
    occurred_at = Instant(required=True)
    received_at = Instant(required=True)
    skew_s = ma.fields.Function(lambda view: round(view.skew.total_seconds()))
    verdict = Choice(Verdict, required=True)
    distance_m = WholeNumber(required=True, allow_none=True)
    exceptions = ma.fields.List(Choice(ExceptionCode), required=True)


class AttemptSchema(ma.Schema):
    """A carer who came and could not start."""

    id = Id(required=True)
    visit_id = Id(required=True)
    carer_id = Id(required=True)
    reason = Choice(AttemptReason, required=True)
    occurred_at = Instant(required=True)
    received_at = Instant(required=True)
    skew_s = ma.fields.Function(lambda view: round(view.skew.total_seconds()))
    verdict = Choice(Verdict, required=True)
    distance_m = WholeNumber(required=True, allow_none=True)


class AttemptListSchema(ma.Schema):
    """Attempts at one visit."""

    items = ma.fields.List(ma.fields.Nested(AttemptSchema), required=True)
