"""Marshmallow fields that refuse what JSON's looseness would let through.

A number is never a string, a flag only true or false, text holds no NUL and no lone surrogate, an instant has a zone.
"""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import marshmallow as ma

from app.kernel.codes import FILE_NUMBER_FORM, LONGEST_FILE_NUMBER
from app.kernel.ids import is_uuid7

MAXIMUM_TEXT = 2000
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?\Z", re.ASCII)
UUID_TEXT = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
LARGEST_INTEGER = 2**53 - 1  # what a JavaScript client can hold exactly


class Number(ma.fields.Float):
    """A finite JSON number; not a string, not true."""

    default_error_messages = {"invalid": "not_a_number", "too_large": "number_too_large"}  # noqa: RUF012 - marshmallow's form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
            raise self.make_error("too_large")
        number = super()._deserialize(value, attr, data, **kwargs)
        if number is None:
            raise self.make_error("invalid")
        return float(number)


class WholeNumber(ma.fields.Integer):
    """A JSON integer within ±(2^53 - 1); not a string, not 1.5, not true."""

    default_error_messages = {"invalid": "not_a_whole_number", "too_large": "number_too_large"}  # noqa: RUF012 - marshmallow's form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if abs(value) > LARGEST_INTEGER:
            raise self.make_error("too_large")
        return value


class Flag(ma.fields.Boolean):
    """true or false and nothing that looks like it."""

    default_error_messages = {"invalid": "not_a_flag"}  # noqa: RUF012 - marshmallow's form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Text(ma.fields.String):
    """Text without NUL, other control characters or lone surrogates; by default 1 to 2,000 characters.

    Surrounding white space is removed.
    """

    default_error_messages = {"invalid": "not_text", "characters": "text_has_bad_characters"}  # noqa: RUF012 - marshmallow's form

    def __init__(self, *, minimum: int = 1, maximum: int = MAXIMUM_TEXT, **kwargs: Any) -> None:
        length = ma.validate.Length(min=minimum, max=maximum, error="text_length_{min}_to_{max}")
        validate = kwargs.pop("validate", None)
        super().__init__(validate=[length, *([validate] if validate else [])], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if any(_is_bad(character) for character in value):
            raise self.make_error("characters")
        return value.strip()


def _is_bad(character: str) -> bool:
    code = ord(character)
    return 0xD800 <= code <= 0xDFFF or (code < 0x20 and character not in "\t\n\r") or code == 0x7F


class Instant(ma.fields.AwareDateTime):
    """An RFC 3339 instant with a zone, between the years 2000 and 2099; dumped in UTC with a Z."""

    first_year = 2000
    default_error_messages = {"invalid": "not_an_instant", "zone": "instant_without_zone", "year": "year_out_of_range"}  # noqa: RUF012 - marshmallow's form

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not INSTANT.match(value):
            raise self.make_error("invalid")
        try:
            instant = datetime.fromisoformat(value.upper())
            if instant.tzinfo is None:
                raise self.make_error("zone")
            instant = instant.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            if isinstance(error, ma.ValidationError):
                raise
            raise self.make_error("invalid") from error
        if not self.first_year <= instant.year < 2100:
            raise self.make_error("year")
        return instant

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class PhoneInstant(Instant):
    """What a phone's clock said: years 1970 to 2099, since a wrong clock is stored and judged, never refused."""

    first_year = 1970


class Day(ma.fields.Date):
    """A calendar day, YYYY-MM-DD, between the years 1900 and 2099."""

    default_error_messages = {"invalid": "not_a_day", "year": "year_out_of_range"}  # noqa: RUF012 - marshmallow's form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not DAY.match(value):
            raise self.make_error("invalid")
        day = super()._deserialize(value, attr, data, **kwargs)
        if day is not None and not 1900 <= day.year < 2100:
            raise self.make_error("year")
        return day


class Month(Day):
    """A calendar month between the years 2000 and 2099, named by its first day, YYYY-MM-01."""

    default_error_messages = {"first": "not_the_first_day_of_a_month"}  # noqa: RUF012 - marshmallow's form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        month = super()._deserialize(value, attr, data, **kwargs)
        if month is not None and month.day != 1:
            raise self.make_error("first")
        if month is not None and month.year < 2000:
            raise self.make_error("year")
        return month


class Id(ma.fields.UUID):
    """An id of any version, as text in groups of 8, 4, 4, 4 and 12 hexadecimal digits."""

    default_error_messages = {"invalid_uuid": "not_an_id"}  # noqa: RUF012 - marshmallow's form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or not UUID_TEXT.match(value):
            raise self.make_error("invalid_uuid")
        found = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(found, UUID):
            raise self.make_error("invalid_uuid")
        return found


class PhoneId(Id):
    """A UUIDv7 made by the caller: the id of what it writes."""

    default_error_messages = {"version": "not_a_uuid7"}  # noqa: RUF012 - marshmallow's form

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        found = super()._deserialize(value, attr, data, **kwargs)
        if not is_uuid7(found):
            raise self.make_error("version")
        return found


class Choice(ma.fields.Enum[Any]):
    """One of an enum's values, as text."""

    default_error_messages = {"unknown": "not_one_of_the_choices"}  # noqa: RUF012 - marshmallow's form

    def __init__(self, kind: Any, **kwargs: Any) -> None:
        super().__init__(kind, by_value=ma.fields.String(), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("unknown", choices=self.choices_text)
        return super()._deserialize(value, attr, data, **kwargs)


class Several(ma.fields.List[Any]):
    """A list that the command gets as a tuple; at most 50 unless told otherwise.

    Its length is judged before anything in it is: a body of the largest size holds hundreds of thousands of elements.
    """

    def __init__(self, item: Any, *, minimum: int = 0, maximum: int = 50, **kwargs: Any) -> None:
        self._length = ma.validate.Length(minimum, maximum, error="length_{min}_to_{max}")
        super().__init__(item, validate=self._length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, list):
            self._length(value)
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class FileNumber(Text):
    """Where a paper is on file: groups of capital letters and digits, too short for an ID number or a phone.

    Such rows are never deleted, so that no name may stand there.
    """

    def __init__(self, **kwargs: Any) -> None:
        form = ma.validate.Regexp(rf"^{FILE_NUMBER_FORM.pattern}\Z", error="not_a_file_number")
        super().__init__(maximum=LONGEST_FILE_NUMBER, validate=form, **kwargs)
