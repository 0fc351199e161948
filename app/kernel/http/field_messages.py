"""Gives each refused field a stable code and a sentence, wherever the refusal comes from.

Our own fields and validators speak in codes: `not_a_number`, or `text_length_1_to_30` for a code with two bounds. What
marshmallow says by itself is turned into codes here. Sentences are in the section `fields` of the catalogues.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

MOST_FIELDS = 50
LONGEST_PATH = 120
WHOLE = "body"
UNCLEAR = "not_valid"

NUMBER = r"-?\d+(?:\.\d+)?"
OWN = re.compile(rf"^(?P<code>[a-z][a-z0-9_]*?)(?:_(?P<min>{NUMBER})_to_(?P<max>{NUMBER})(?:_[a-z]+)?)?\Z")
MARSHMALLOW: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"^{pattern}\Z", re.DOTALL), code)
    for pattern, code in (
        (r"Missing data for required field\.", "required"),
        (r"Field may not be null\.", "null"),
        (r"Unknown field\.", "unknown"),
        (r"Invalid input type\.|Invalid type\.", "not_an_object"),
        (r"Not a valid list\.", "not_a_list"),
        (r"Not a valid mapping type\.", "not_an_object"),
        (r"Not a valid (?:utf-8 )?string\.", "not_text"),
        (r"Not a valid (?:number|integer)\.", "not_a_number"),
        (r"Special numeric values \(nan or infinity\) are not permitted\.", "not_a_number"),
        (r"Number too large\.", "number_too_large"),
        (r"Not a valid boolean\.", "not_a_flag"),
        (r"Not a valid (?:naive |aware )?datetime\.", "not_an_instant"),
        (r"Not a valid date\.", "not_a_day"),
        (r"Not a valid UUID\.", "not_an_id"),
        (r"Must be one of: .*\.", "not_one_of_the_choices"),
        (r"One or more of the choices you made was not in: .*\.", "not_one_of_the_choices"),
        (rf"Shorter than minimum length (?P<min>{NUMBER})\.", "too_short"),
        (rf"Longer than maximum length (?P<max>{NUMBER})\.", "too_long"),
        (rf"Length must be between (?P<min>{NUMBER}) and (?P<max>{NUMBER})\.", "length"),
        (rf"Length must be (?P<min>{NUMBER})\.", "exact_length"),
        (rf"Must be greater than or equal to (?P<min>{NUMBER})\.", "too_small"),
        (rf"Must be greater than (?P<min>{NUMBER})\.", "not_greater"),
        (rf"Must be less than or equal to (?P<max>{NUMBER})\.", "too_great"),
        (rf"Must be less than (?P<max>{NUMBER})\.", "not_less"),
        (
            rf"Must be greater than(?: or equal to)? (?P<min>{NUMBER}) and less than(?: or equal to)? "
            rf"(?P<max>{NUMBER})\.",
            "range",
        ),
        (r"String does not match expected pattern\.", "pattern"),
    )
)


def explain_fields(messages: Any, *, sentences: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Code and sentence of each refused field, by its path (`visits.0.planned_from`); the first 50 fields."""
    found = islice(_leaves(messages, ()), MOST_FIELDS)
    return {".".join(path)[:LONGEST_PATH] or WHOLE: explain(message, sentences=sentences) for path, message in found}


def explain(message: str, *, sentences: Mapping[str, str]) -> dict[str, str]:
    """Code and sentence of one message of a field."""
    code, bounds = code_of(message)
    form = sentences.get(code)
    if form is None:
        code, form = UNCLEAR, sentences[UNCLEAR]
    return {"code": code, "message": form.format_map(bounds)}


def code_of(message: str) -> tuple[str, dict[str, str]]:
    """The stable code of a message, and the bounds it names."""
    for pattern, code in ((OWN, None), *MARSHMALLOW):
        if match := pattern.match(message):
            named = {name: text for name, text in match.groupdict().items() if text is not None}
            own = named.pop("code", None)
            return code or own or UNCLEAR, named
    return UNCLEAR, {}


def _leaves(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """First message of each field. The depth is bounded by the schemas."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            yield from _leaves(below, path if key == "_schema" else (*path, str(key)))
    elif isinstance(messages, list | tuple):
        if messages:
            yield from _leaves(messages[0], path)
    else:
        yield path, str(messages)
