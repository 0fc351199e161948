"""Pages by keyset on an immutable key, mostly the id: no page is lost or doubled while rows are added."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import marshmallow as ma
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kernel.http.fields import Flag, Id, WholeNumber
from app.kernel.http.schemas import CommandSchema

Item = TypeVar("Item")
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `limit` items whose id comes after `after`."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items in order of their key; `next_after` asks for the following page, None at the end."""

    items: tuple[Item, ...]
    next_after: UUID | None


class QueryNumber(WholeNumber):
    """A whole number in a query string, where everything is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 15:
            raise self.make_error("invalid")
        return super()._deserialize(int(value), attr, data, **kwargs)


class QueryFlag(Flag):
    """true or false in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return super()._deserialize({"true": True, "false": False}.get(value, value), attr, data, **kwargs)


class PageRequestSchema(CommandSchema):
    """Query keys of every list; a list with filters extends it and its command."""

    command = PageRequest

    limit = QueryNumber(
        load_default=DEFAULT_LIMIT, validate=ma.validate.Range(1, LARGEST_LIMIT, error="limit_1_to_200")
    )
    after = Id(load_default=None)


def page_schema(item: type[ma.Schema]) -> type[ma.Schema]:
    """Schema of a page of `item`."""
    name = item.__name__.removesuffix("Schema") + "PageSchema"
    fields: dict[str, Any] = {
        "items": ma.fields.List(ma.fields.Nested(item), required=True),
        "next_after": Id(required=True, allow_none=True, metadata={"description": "`after` of the next page"}),
    }
    return type(name, (ma.Schema,), fields)


def fetch_page(
    session: Session,
    statement: Select[Any],
    *,
    key: InstrumentedAttribute[UUID],
    limit: int,
    after: UUID | None,
    view: Callable[[Any], Item],
    key_of: Callable[[Any], UUID] = lambda row: row.id,
) -> Page[Item]:
    """Run `statement` for one page, ordered by `key`; `view` turns a row into what is shown."""
    if after is not None:
        statement = statement.where(key > after)
    result = session.scalars(statement.order_by(key).limit(limit + 1))
    rows: Sequence[Any] = result.unique().all()
    shown = rows[:limit]
    return Page(tuple(view(row) for row in shown), key_of(shown[-1]) if len(rows) > limit else None)
