"""What a sample request is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.access.world import World

Body = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """`body` makes the JSON; `stranger` is the status that somebody else of the same role gets, `elsewhere` the status
    of the same role in another region.
    """

    body: Body | None = None
    query: str = ""
    raw: bytes | None = None
    stranger: int = 404
    elsewhere: int = 404


def nothing(_: World) -> dict[str, Any]:
    return {}
