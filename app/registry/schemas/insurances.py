"""JSON of how agencies insure their carers."""

from app.kernel.http.fields import Choice, Day, FileNumber, Id
from app.kernel.http.schemas import CommandSchema
from app.registry import commands
from app.registry.types import InsuranceKind


class InsuranceEntrySchema(CommandSchema):
    """By which paper on file an agency insures a carer; `valid_to` is the first day it no longer does."""

    command = commands.InsuranceEntry

    agency_id = Id(required=True)
    kind = Choice(InsuranceKind, required=True)
    document = FileNumber(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None)
