"""JSON of what people see of themselves."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Flag, Id, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.registry import commands
from app.registry.schemas.outgoing import BankAccountSchema
from app.registry.types import TrainingStage


class OwnBankAccountEntrySchema(CommandSchema):
    """A payee's own account, in his own name."""

    command = commands.BankAccountEntry

    number = Text(required=True, maximum=60)
    bank_code = Text(required=True, maximum=30, metadata={"description": "CNAPS 联行号, 12 digits"})
    bank_name = Text(load_default=None, maximum=100)


class OwnBankAccountSchema(ma.Schema):
    """The live account of one's own; null before one was told. Money waits for `hold_until` and for the name check;
    another account would wait for `hold_days`."""

    account = ma.fields.Nested(BankAccountSchema, required=True, allow_none=True)
    hold_days = WholeNumber(required=True)


class TrainingProgressSchema(ma.Schema):
    """A stage of a family carer's training: formal from when at the earliest, and paid from when."""

    carer_id = Id(required=True, attribute="training.carer_id")
    stage = Choice(TrainingStage, required=True, attribute="training.stage")
    began_on = Day(required=True, attribute="training.period.valid_from")
    ended_on = Day(required=True, allow_none=True, attribute="training.period.valid_to")
    exam_on = Day(required=True, allow_none=True)
    is_exam_needed = Flag(required=True)
    formal_from = Day(required=True)
    counts_from = Day(required=True)


class TrainingProgressListSchema(ma.Schema):
    """Stages, oldest first."""

    items = ma.fields.List(ma.fields.Nested(TrainingProgressSchema), required=True)
