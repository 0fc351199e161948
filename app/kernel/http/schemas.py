"""Base of all schemas, and the one shape of an error."""

from typing import Any

import marshmallow as ma


class CommandSchema(ma.Schema):
    """Reads JSON into the frozen dataclass `command`; unknown fields are refused."""

    class Meta:
        """Unknown fields are mistakes."""

        unknown = ma.RAISE

    command: type[Any]

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Any:
        return self.command(**data)


class ErrorSchema(ma.Schema):
    """What every refusal looks like."""

    code = ma.fields.String(required=True, metadata={"description": "Stable code, 稳定的错误代码"})
    message = ma.fields.String(required=True, metadata={"description": "A sentence in the language asked for"})
    details = ma.fields.Dict(required=True, metadata={"description": "Ids, dates, numbers; for 422 `fields`"})
    request_id = ma.fields.String(required=True, metadata={"description": "Name it when you call for help"})
