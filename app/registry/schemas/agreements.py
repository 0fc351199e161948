"""JSON of what a family reads of its agreements."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Day, Id, Instant, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import page_schema
from app.policies.codes import HomeType
from app.registry.agreement_types import AgencyPhone, Signing


class AgreementTextSchema(ma.Schema):
    """The words, with the digest (SHA-256) of title and text."""

    version = WholeNumber(required=True)
    title = Text(required=True)
    text = Text(required=True)
    digest = Text(required=True)


class SigningSchema(CommandSchema):
    """Which version was read and is agreed to."""

    command = Signing

    version = WholeNumber(required=True)


class SignedAgreementSchema(ma.Schema):
    """A client's agreement with an agency, the present words, and what was signed last."""

    id = Id(required=True)
    agency_id = Id(required=True)
    agency_name = Text(required=True)
    home_type = Choice(HomeType, required=True)
    valid_from = Day(required=True, attribute="period.valid_from")
    valid_to = Day(required=True, allow_none=True, attribute="period.valid_to")
    text = ma.fields.Nested(AgreementTextSchema, required=True)
    signed_version = WholeNumber(required=True, allow_none=True)
    signed_digest = Text(required=True, allow_none=True)
    signed_at = Instant(required=True, allow_none=True)


class SignedAgreementListSchema(ma.Schema):
    """Agreements without pages."""

    items = ma.fields.List(ma.fields.Nested(SignedAgreementSchema), required=True)


class AgencyToChooseSchema(ma.Schema):
    """An agency that may take the client."""

    id = Id(required=True)
    name = Text(required=True)
    district_code = Text(required=True)
    home_types = ma.fields.List(Choice(HomeType), required=True)


class ComingCarerSchema(ma.Schema):
    """Who comes to the client, masked."""

    carer_id = Id(required=True)
    name = Text(required=True)
    valid_from = Day(required=True, attribute="period.valid_from")
    valid_to = Day(required=True, allow_none=True, attribute="period.valid_to")


class ComingCarerListSchema(ma.Schema):
    """Carers without pages."""

    items = ma.fields.List(ma.fields.Nested(ComingCarerSchema), required=True)


class AgencyPhoneSchema(CommandSchema):
    """The number of an agency's office; `alert_phone` is a mobile that is told of calls for help, null for none."""

    command = AgencyPhone

    phone = Text(
        required=True, maximum=20, validate=ma.validate.Regexp(r"^[0-9][0-9 -]{4,19}\Z", error="not_a_phone_number")
    )
    alert_phone = Text(load_default=None, allow_none=True, maximum=20)


class OwnAgencySchema(ma.Schema):
    """An agency and where to ring."""

    id = Id(required=True)
    name = Text(required=True)
    phone = Text(required=True, allow_none=True)


class OwnAgencyListSchema(ma.Schema):
    """Agencies without pages."""

    items = ma.fields.List(ma.fields.Nested(OwnAgencySchema), required=True)


AgencyToChoosePageSchema = page_schema(AgencyToChooseSchema)
