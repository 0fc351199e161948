"""What supervisors ask of a whole month over HTTP: one request after the other, over all visits there are."""

from collections.abc import Mapping

from bench.history import History
from bench.load import ServerFailed, drive
from bench.serving import Server
from bench.staff_load import OK, request_of

PATHS = {
    "verified_share": "/verified-share?month={month}&by=region",
    "rule_outcomes": "/rule-outcomes?month_from={month}&month_to={month}",
}


def measure_looks(server: Server, sent: Mapping[str, str], history: History, *, requests: int) -> dict[str, float]:
    """Figures by name: 95 % of `requests` answers of each kind took no longer; the first of all only warms up.

    The month is that of the day in the middle.
    """
    month = (history.first + (history.beyond - history.first) / 2).replace(day=1)
    figures = {}
    for name, path in PATHS.items():
        asked = request_of(path.format(month=month), sent)
        drive(server.address, [asked], clients=1)
        load = drive(server.address, [asked] * requests, clients=1)
        if set(load.statuses) != {OK}:
            raise ServerFailed(f"{name} answered {dict(load.statuses)}; each must be {OK}")
        figures[f"{name}_p95_ms"] = round(load.percentile_ms(0.95), 1)
    return figures
