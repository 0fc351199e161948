"""What the OpenAPI document says of every route besides its schemas: name, permission, login, Idempotency-Key."""

from collections.abc import Mapping
from typing import Any

from app.kernel.http.marks import IDEMPOTENCY_HEADER, LONGEST_KEY, needs_key, permission_of

SECURED: list[dict[str, list[str]]] = [{"bearer": []}]
KEY_PARAMETER = {
    "name": IDEMPOTENCY_HEADER,
    "in": "header",
    "required": True,
    "description": "One key for one request; sent again it gets the first answer (Idempotent-Replay: true)",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": r"^[\x21-\x7e]+$"},
}


def describe(docs: Mapping[str, Any], *, view: Any, operation_id: str) -> None:
    """Add to a route's documentation, method by method, what its decorators say."""
    permission = permission_of(view)
    for method, doc in docs.items():
        if method == "parameters":
            continue
        manual = doc.setdefault("manual_doc", {})
        manual.setdefault("operationId", operation_id)
        manual["security"] = SECURED if permission else []
        if permission:
            manual["x-permission"] = permission
        doc["needs_key"] = needs_key(view)


def document_idempotency(doc: dict[str, Any], doc_info: Mapping[str, Any], **_: Any) -> dict[str, Any]:
    """One of flask-smorest's steps: the header's parameter on routes that need it."""
    if doc_info.get("needs_key"):
        doc.setdefault("parameters", []).append(KEY_PARAMETER)
    return doc
