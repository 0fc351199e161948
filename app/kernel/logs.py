"""JSON logs on standard error: a fixed message, ids as fields, never personal data. Rotation is the platform's work."""

import logging
import sys

import structlog

from app.kernel import clock


def configure(level: str) -> None:
    """Set up structlog and the standard library's loggers once per process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a run that is longer than a tick is nothing to tell
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)


def _stamp(_logger: object, _method: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
    fields["at"] = clock.machine_now().isoformat()  # a log line must not need the database, as a demo's clock does
    return fields
