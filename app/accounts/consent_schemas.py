"""JSON of consents."""

import marshmallow as ma

from app.accounts.consent_types import ConsentAct, ConsentGiver, ConsentPurpose
from app.kernel.http.fields import Choice, Flag, Instant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema


class ConsentActSchema(CommandSchema):
    """Give or withdraw the consent for a purpose; `version` is that of the words that were shown."""

    command = ConsentAct

    purpose = Choice(ConsentPurpose, required=True)
    version = WholeNumber(required=True, validate=ma.validate.Range(1, 1_000_000))
    is_given = Flag(required=True)


class ConsentTextSchema(ma.Schema):
    """The words, in Chinese as they are signed; `without` says what becomes of the care without the consent."""

    purpose = Choice(ConsentPurpose, required=True)
    version = WholeNumber(required=True)
    title = Text(required=True)
    text = Text(required=True)
    without = Text(required=True)
    digest = Text(required=True, metadata={"description": "SHA-256 of title, text and `without`, a line each"})


class ConsentAnswerSchema(ma.Schema):
    """What was said last, to which version."""

    version = WholeNumber(required=True)
    is_given = Flag(required=True)
    giver = Choice(ConsentGiver, required=True)
    recorded_at = Instant(required=True)


class ConsentSchema(ma.Schema):
    """A purpose; `holds` says whether the consent counts: given to the present words and not withdrawn."""

    text = ma.fields.Nested(ConsentTextSchema, required=True)
    answer = ma.fields.Nested(ConsentAnswerSchema, required=True, allow_none=True)
    holds = Flag(required=True)


class ConsentsSchema(ma.Schema):
    """Each purpose that the person is asked about."""

    items = ma.fields.List(ma.fields.Nested(ConsentSchema), required=True)
