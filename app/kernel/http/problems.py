"""Turns every refusal, expected or not, into the one error shape, in the language the caller reads."""

import tomllib
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, request
from marshmallow import ValidationError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.http.field_messages import explain_fields

LANGUAGES = ("zh-CN", "en")
STATUS: dict[ErrorKind, int] = {
    ErrorKind.UNREADABLE: 400,
    ErrorKind.UNAUTHENTICATED: 401,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.INVALID: 422,
    ErrorKind.TOO_MANY: 429,
    ErrorKind.UNAVAILABLE: 503,
}
CODES = {
    400: "unreadable",
    404: "no_such_address",
    405: "method_not_allowed",
    406: "not_acceptable",
    411: "length_required",
    413: "body_too_large",
    415: "json_expected",
    422: "fields_invalid",
    429: "too_many_requests",
    500: "internal_error",
    503: "busy",
}
OTHER = "refused"
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
BUSY_STATES = ("57014", "25P03", "55P03", "40001", "40P01")  # canceled by timeout, idle, lock, serialization, deadlock

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Register the handlers of expected refusals and of everything unexpected."""
    app.register_error_handler(DomainError, answer_domain_error)
    app.register_error_handler(exc.DBAPIError, answer_database_error)
    app.register_error_handler(exc.TimeoutError, answer_busy)


def answer_domain_error(error: DomainError) -> Response:
    """The answer to an expected refusal."""
    answer = problem(STATUS[error.kind], error.code, details=_plain(error.details))
    if error.retry_after_s is not None:
        answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def answer_database_error(error: exc.DBAPIError) -> Response:
    """Away, full or too slow: 503. A value that fits no column: 422, a schema let it through. Else our mistake: 500."""
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, exc.OperationalError) or state in BUSY_STATES:
        return answer_busy(error)
    if isinstance(error, exc.DataError):
        log.error("value_reached_the_database", sqlstate=state, request_id=g.get("request_id", ""))
        return problem(422, "fields_invalid", details={})
    raise error


def outcome_of(error: Exception) -> tuple[int, str, dict[str, Any]]:
    """Status, code and details that a request of its own would have been answered with: for one of many records."""
    if isinstance(error, DomainError):
        return STATUS[error.kind], error.code, _plain(error.details)
    if isinstance(error, ValidationError):
        return 422, CODES[422], {"fields": explain_fields(error.messages, sentences=catalogue(asked_language()))}
    is_busy = isinstance(error, exc.OperationalError | exc.TimeoutError)
    if is_busy or getattr(getattr(error, "orig", None), "sqlstate", None) in BUSY_STATES:
        return 503, CODES[503], {}
    return 500, CODES[500], {}


def answer_busy(error: exc.SQLAlchemyError) -> Response:
    """The caller may try again; nothing was written."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    log.warning("database_trouble", sqlstate=state, kind=type(error).__name__, request_id=g.get("request_id", ""))
    answer = problem(503, "busy", details={})
    answer.headers["Retry-After"] = "2"
    return answer


def answer_http_exception(error: HTTPException) -> Response:
    """The answer to what Flask, werkzeug or webargs refused, and to whatever failed unexpectedly (500)."""
    status = error.code or 500
    if error.response is not None and status < 400:
        return Response(status=status, headers=error.response.headers)
    details = _details(error)
    answer = problem(status, CODES.get(status, OTHER), details=details)
    for name, value in error.get_headers():
        if name in KEPT_HEADERS:
            answer.headers[name] = value
    return answer


def problem(status: int, code: str, *, details: dict[str, Any]) -> Response:
    """One error in the shape of `ErrorSchema`."""
    language = asked_language()
    body = {
        "code": code,
        "message": sentence(code, language=language),
        "details": details,
        "request_id": g.get("request_id", ""),
    }
    answer = jsonify(body)
    answer.status_code = status
    answer.headers["Content-Language"] = language
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def asked_language() -> str:
    """The language of this request's answer: what Accept-Language prefers, else Chinese."""
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0]) or LANGUAGES[0]


def sentence(code: str, *, language: str) -> str:
    """The sentence for a code; a code without one is shown as it is (a test keeps that from happening)."""
    return catalogue(language).get(code, code)


@cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of a language by code, over all packages."""
    text = files("app.kernel").joinpath(f"sentences/{language}.toml").read_text(encoding="utf-8")
    return {code: line for table in tomllib.loads(text).values() for code, line in table.items()}


def _details(error: HTTPException) -> dict[str, Any]:
    messages = getattr(error, "data", {}).get("messages")
    return {"fields": explain_fields(messages, sentences=catalogue(asked_language()))} if messages else {}


def _plain(value: Any) -> Any:
    """Details as JSON needs them: text keys, dates in ISO form, ids as text. Their depth is bounded by the schemas."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)
