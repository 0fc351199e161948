"""Request ids, one log line a request, metrics, and what is logged of a failure."""

import re
import time
import traceback
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client import values as metric_values

from app.kernel.ids import new_id

SAFE_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}\Z")

REQUESTS = Counter("anhu_requests_total", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram("anhu_request_seconds", "Time to answer", ["route", "method"])

WITHOUT_BODY = (204, 304)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.get_logger()


class WatchedFlask(Flask):
    """Logs what failed unexpectedly by kind and place: an exception's text may carry what somebody entered."""

    def log_exception(self, exc_info: Any) -> None:
        """One log line for a request that ends with 500."""
        kind, error, trace = exc_info
        frames = traceback.extract_tb(trace)[-8:]
        original = getattr(error, "orig", None)
        log.error(
            "request_failed",
            request_id=g.get("request_id", ""),
            kind=kind.__name__,
            sqlstate=getattr(original, "sqlstate", None),
            constraint=getattr(getattr(original, "diag", None), "constraint_name", None),
            where=[f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
        )


def install(app: Flask) -> None:
    """Watch every request of the application."""
    app.before_request(_begin)
    app.after_request(_finish)


def metrics() -> Response:
    """All metrics in Prometheus' text form; over all web workers when PROMETHEUS_MULTIPROC_DIR is set."""
    if metric_values.ValueClass.__name__ == "MmapedValue":
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # its stub is partial
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if SAFE_REQUEST_ID.match(given) else str(new_id())
    g.began = time.perf_counter()


def _finish(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "unknown"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code in WITHOUT_BODY:
        response.headers.pop("Content-Type", None)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(route, method, str(response.status_code)).inc()
    SECONDS.labels(route, method).observe(seconds)
    fields: dict[str, Any] = {"route": route, "method": method, "status": response.status_code}
    log.info("request", request_id=g.get("request_id", ""), ms=round(seconds * 1000, 1), **fields)
    return response
