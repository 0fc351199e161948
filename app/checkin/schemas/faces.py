"""JSON of face checks."""

import marshmallow as ma

from app.checkin.faces import FaceState, NewFaceCheck
from app.kernel.http.fields import Choice, Id, PhoneId, PhoneInstant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema


class NewFaceCheckSchema(CommandSchema):
    """A carer wants his face checked at a visit; his consent to it is at `/consents`."""

    command = NewFaceCheck

    id = PhoneId(required=True)
    visit_id = Id(required=True)
    occurred_at = PhoneInstant(required=True)


class FaceSubjectSchema(ma.Schema):
    """Under which pseudonym the provider is to know a carer's face."""

    subject = Text(required=True)


class FaceCheckSchema(ma.Schema):
    """Where a check stands. `unavailable`: go on without it."""

    id = Id(required=True)
    visit_id = Id(required=True)
    state = Choice(FaceState, required=True)
    trace_id = Text(required=True, allow_none=True)
    token = Text(required=True, allow_none=True, metadata={"description": "For the provider's part on the phone"})
    expires_in_s = WholeNumber(required=True, allow_none=True)
