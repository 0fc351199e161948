"""Reads JSON as the standard has it, and nothing that Python's reader adds to it."""

import json
from typing import Any, NoReturn


class NotJson(ValueError):
    """The bytes are not one JSON text in UTF-8, are nested too deep, hold a giant integer, or name a key twice."""


def read_json(content: bytes) -> Any:
    """The value of a JSON text; raises NotJson."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("a key is given twice")
    return found


def _refuse(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")
