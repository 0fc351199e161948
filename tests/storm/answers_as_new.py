"""A wrong server, for a control: what comes again it takes as something else, under an id of its own."""

from typing import Any
from uuid import UUID

from app.factory import create_app
from app.kernel.http.fields import PhoneId
from app.kernel.ids import new_id

right_way = PhoneId._deserialize
seen: set[UUID] = set()


def rename(self: PhoneId, value: Any, attr: str | None, data: Any, **more: Any) -> UUID:
    """Read an id as the right way does, once."""
    found = right_way(self, value, attr, data, **more)
    if found in seen:
        return new_id()
    seen.add(found)
    return found


PhoneId._deserialize = rename
application = create_app()
