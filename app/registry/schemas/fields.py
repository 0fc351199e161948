"""Fields that the registry's schemas share."""

from typing import Any

import marshmallow as ma

from app.kernel.codes import CERTIFICATE_NUMBER_FORM
from app.kernel.http.fields import Day, Text


class DatedSchema(ma.Schema):
    """Days of validity of what is shown."""

    valid_from = Day(required=True, attribute="period.valid_from")
    valid_to = Day(required=True, allow_none=True, attribute="period.valid_to")


def reason_code(**kwargs: Any) -> Text:
    """A reason as a code: histories are never changed, so no free words go there."""
    validate = ma.validate.Regexp(r"^[a-z][a-z0-9_]*\Z", error="not_a_reason_code")
    return Text(maximum=64, validate=validate, **kwargs)


def certificate_number(**kwargs: Any) -> Text:
    """The number of a certificate; an ID number does not belong there."""
    form = ma.validate.Regexp(rf"^{CERTIFICATE_NUMBER_FORM.pattern}\Z", error="not_a_certificate_number")
    return Text(maximum=64, validate=form, **kwargs)


def district_code(**kwargs: Any) -> Text:
    """A GB/T 2260 code of six digits."""
    return Text(maximum=6, validate=ma.validate.Regexp(r"^[1-9][0-9]{5}\Z", error="not_a_district_code"), **kwargs)


def street_code(**kwargs: Any) -> Text:
    """A street's or town's code of nine digits."""
    return Text(maximum=9, validate=ma.validate.Regexp(r"^[1-9][0-9]{8}\Z", error="not_a_street_code"), **kwargs)
