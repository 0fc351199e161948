"""JSON of ratings."""

from typing import Any

import marshmallow as ma

from app.checkin.queries.ratings import MonthPage
from app.checkin.ratings import GivenOn, MonthAsked, Rating, RatingHandedOver, RatingReason
from app.checkin.rules.ratings import reasons_fit
from app.kernel.http.fields import (
    Choice,
    Day,
    Flag,
    Id,
    Instant,
    Month,
    PhoneId,
    PhoneInstant,
    Several,
    Text,
    WholeNumber,
)
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema

BOX = ma.validate.Regexp(r"^[0-9a-f]{352}\Z", error="not_a_box")


class Box(Text):
    """What only the server reads, as 352 lower-case hexadecimal digits: of one length, whatever it says."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=352, validate=BOX, **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """The box's bytes."""
        return bytes.fromhex(super().deserialize(value, *args, **kwargs))


class RatingHandedOverSchema(CommandSchema):
    """A rating given on the carer's phone, sealed there with the key of `GET /ratings/handing-over`."""

    command = RatingHandedOver

    id = PhoneId(required=True)
    box = Box(required=True)
    occurred_at = PhoneInstant(required=True)


class RatingKeptSchema(ma.Schema):
    """That a rating is kept, and nothing of what it says."""

    id = Id(required=True)


class RatingTermsSchema(ma.Schema):
    """Whether visits of today are rated, and the X25519 key with which a carer's phone seals what is said."""

    is_asked = Flag(required=True)
    public_key = ma.fields.Function(lambda terms: terms.public_key.hex(), metadata={"type": "string"}, required=True)


class RatingSchema(CommandSchema):
    """A rating from 1 to 5; 1 and 2 with at least one reason, the others with none."""

    command = Rating

    id = PhoneId(required=True)
    score = WholeNumber(required=True, validate=ma.validate.Range(1, 5, error="score_1_to_5"))
    reasons = Several(Choice(RatingReason), maximum=len(RatingReason), load_default=())
    occurred_at = PhoneInstant(required=True)

    @ma.validates_schema
    def _check_reasons(self, data: dict[str, Any], **_: Any) -> None:
        reasons = data["reasons"]
        if not reasons_fit(data["score"], reasons):
            raise ma.ValidationError("only_for_low_score" if reasons else "reason_needed", "reasons")


class RatingViewSchema(ma.Schema):
    """A rating, and on whose phone it was given."""

    id = Id(required=True)
    score = WholeNumber(required=True)
    reasons = ma.fields.List(Choice(RatingReason), required=True)
    occurred_at = PhoneInstant(required=True)
    given_on = Choice(GivenOn, required=True)


class RatingReadSchema(RatingViewSchema):
    """The rating that counts; `replaced` is the one from the carer's phone where an own phone gave another."""

    replaced = ma.fields.Nested(RatingViewSchema, required=True, allow_none=True)


class UnratedSchema(ma.Schema):
    """A visit to rate, until the end of `last_day`; `on_carers_phone`: rated there, which an own rating replaces."""

    visit_id = Id(required=True)
    client_id = Id(required=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    last_day = Day(required=True)
    on_carers_phone = Flag(required=True)


class MonthAskedSchema(CommandSchema):
    """Query keys: a month, named by its first day."""

    command = MonthAsked

    month = Month(required=True)


class MonthPageSchema(PageRequestSchema):
    """Query keys: a month, named by its first day, and the page."""

    command = MonthPage  # type: ignore[assignment]  # a filter has the keys of a page request and more

    month = Month(required=True)


class RatingTotalsSchema(ma.Schema):
    """Number of ratings, sum of their scores, how many were given on carers' phones; null where fewer than five clients
    rated."""

    ratings = WholeNumber(required=True, allow_none=True)
    score_sum = WholeNumber(required=True, allow_none=True)
    on_carers_phones = WholeNumber(required=True, allow_none=True)


class UnratedCountSchema(ma.Schema):
    """Visits of an agency that were to be rated, those of them that nobody rated, and those rated on carers' phones
    only."""

    agency_id = Id(required=True)
    asked = WholeNumber(required=True)
    unrated = WholeNumber(required=True)
    on_carers_phones = WholeNumber(required=True)


UnratedPageSchema = page_schema(UnratedSchema)
UnratedCountPageSchema = page_schema(UnratedCountSchema)
