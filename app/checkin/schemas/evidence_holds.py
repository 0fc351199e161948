"""JSON of legal holds and closed periods."""

from typing import Any

import marshmallow as ma

from app.checkin.evidence_holds import HeldSubject, LegalHoldEnding, LegalHoldEntry, PeriodCloseEntry, PeriodKind
from app.kernel.http.fields import Choice, Day, FileNumber, Id, Instant, Month, Text
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import page_schema


class LegalHoldEntrySchema(CommandSchema):
    """What is held, of the local days from `first_on` until before `beyond_on`; of everything both are needed."""

    command = LegalHoldEntry

    subject = Choice(HeldSubject, required=True)
    subject_id = Id(load_default=None, metadata={"description": "Not for `everything`"})
    first_on = Day(load_default=None)
    beyond_on = Day(load_default=None)
    document = FileNumber(required=True)

    @ma.validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        first_on, beyond_on = data.get("first_on"), data.get("beyond_on")
        is_everything = data.get("subject") is HeldSubject.EVERYTHING
        if is_everything and data.get("subject_id"):
            raise ma.ValidationError("not_for_everything", "subject_id")
        for name in ("first_on", "beyond_on") if is_everything else ("subject_id",):
            if not data.get(name):
                raise ma.ValidationError("required", name)
        if first_on and beyond_on and beyond_on <= first_on:
            raise ma.ValidationError("not_after_the_first_day", "beyond_on")


class LegalHoldEndingSchema(CommandSchema):
    """By which paper a hold ends."""

    command = LegalHoldEnding

    document = FileNumber(required=True)


class LegalHoldSchema(ma.Schema):
    """A legal hold (证据保全)."""

    id = Id(required=True)
    subject = Choice(HeldSubject, required=True)
    subject_id = Id(required=True, allow_none=True)
    first_on = Day(required=True, allow_none=True)
    beyond_on = Day(required=True, allow_none=True)
    document = Text(required=True)
    recorded_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    end_document = Text(required=True, allow_none=True)


class PeriodCloseEntrySchema(CommandSchema):
    """A month of the fund whose money is all settled, or an agency's inspection of a year, named by its first day."""

    command = PeriodCloseEntry

    kind = Choice(PeriodKind, required=True)
    first_on = Month(required=True)
    agency_id = Id(load_default=None, metadata={"description": "For an inspection"})
    document = FileNumber(required=True)

    @ma.validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        is_inspection = data.get("kind") is PeriodKind.INSPECTION
        if is_inspection != bool(data.get("agency_id")):
            raise ma.ValidationError("required" if is_inspection else "not_for_a_month", "agency_id")
        if is_inspection and data["first_on"].month != 1:
            raise ma.ValidationError("not_the_first_day_of_a_year", "first_on")


class PeriodCloseSchema(ma.Schema):
    """A closed period."""

    id = Id(required=True)
    kind = Choice(PeriodKind, required=True)
    first_on = Day(required=True)
    beyond_on = Day(required=True)
    agency_id = Id(required=True, allow_none=True)
    document = Text(required=True)
    recorded_at = Instant(required=True)


LegalHoldPageSchema = page_schema(LegalHoldSchema)
PeriodClosePageSchema = page_schema(PeriodCloseSchema)
