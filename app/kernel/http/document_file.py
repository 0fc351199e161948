"""The OpenAPI document as the file that is kept in `docs/`."""

import json

from flask import Flask

from app.kernel.http.api import OPENAPI_URL


def document_text(app: Flask) -> str:
    """The document the application serves, as text with one field a line."""
    document = app.test_client().get(OPENAPI_URL).get_json()
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
