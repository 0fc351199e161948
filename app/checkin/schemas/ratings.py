"""JSON of ratings."""

from typing import Any

import marshmallow as ma

from app.checkin.queries.ratings import MonthPage
from app.checkin.ratings import MonthAsked, Rating, RatingReason
from app.checkin.rules.ratings import reasons_fit
from app.kernel.http.fields import Choice, Day, Id, Instant, Month, PhoneId, PhoneInstant, Several, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import PageRequestSchema, page_schema


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


class UnratedSchema(ma.Schema):
    """A visit to rate, until the end of `last_day`."""

    visit_id = Id(required=True)
    client_id = Id(required=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    last_day = Day(required=True)


class MonthAskedSchema(CommandSchema):
    """Query keys: a month, named by its first day."""

    command = MonthAsked

    month = Month(required=True)


class MonthPageSchema(PageRequestSchema):
    """Query keys: a month, named by its first day, and the page."""

    command = MonthPage  # type: ignore[assignment]  # a filter has the keys of a page request and more

    month = Month(required=True)


class RatingTotalsSchema(ma.Schema):
    """Number of ratings and sum of their scores; null where fewer than five clients rated."""

    ratings = WholeNumber(required=True, allow_none=True)
    score_sum = WholeNumber(required=True, allow_none=True)


class UnratedCountSchema(ma.Schema):
    """Visits of an agency that were to be rated, and those of them that nobody rated."""

    agency_id = Id(required=True)
    asked = WholeNumber(required=True)
    unrated = WholeNumber(required=True)


UnratedPageSchema = page_schema(UnratedSchema)
UnratedCountPageSchema = page_schema(UnratedCountSchema)
