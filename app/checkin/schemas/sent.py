"""JSON of what the server holds of a phone's records."""

from datetime import date
from typing import Any

import marshmallow as ma

from app.checkin.queries.sent import SentFilter
from app.kernel.http.fields import Day, WholeNumber
from app.kernel.http.schemas import CommandSchema

MOST_DAYS = 62


class SentFilterSchema(CommandSchema):
    """Local days by the phone's clock, both included."""

    command = SentFilter

    day_from = Day(required=True)
    day_to = Day(required=True)

    @ma.validates_schema
    def _check_days(self, data: dict[str, Any], **_: Any) -> None:
        first, last = data.get("day_from"), data.get("day_to")
        if isinstance(first, date) and isinstance(last, date) and not 0 <= (last - first).days < MOST_DAYS:
            raise ma.ValidationError("span_1_to_62_days", "day_to")


class SentCountsSchema(ma.Schema):
    """Records by kind, each counted once, however often it was sent."""

    clock_events = WholeNumber(required=True)
    items = WholeNumber(required=True)
    care_days = WholeNumber(required=True)
    photos = WholeNumber(required=True)
    photo_contents = WholeNumber(required=True)
    shift_notes = WholeNumber(required=True)
    incidents = WholeNumber(required=True)
    checks = WholeNumber(required=True)
    attempts = WholeNumber(required=True)
    statements = WholeNumber(required=True, metadata={"description": "Confirmations and stated ends"})
    help_calls = WholeNumber(required=True)
    notices = WholeNumber(required=True)
    away_words = WholeNumber(required=True)
    tag_scans = WholeNumber(required=True, metadata={"description": "Those that came after their taps"})
    vital_signs = WholeNumber(required=True)
    remarks = WholeNumber(required=True)
    ratings = WholeNumber(required=True)
