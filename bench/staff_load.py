"""Staff load over HTTP: every page of an agency's month, by days and by weeks, one request after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import httpx

from bench.history import PLANNED, RECORDED, History
from bench.load import LoadResult, ServerFailed, drive
from bench.serving import Server
from bench.staff import API, Json, answer_of, client

ONE_DAY, ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)
SPANS = {"day": timedelta(days=31), "week": timedelta(weeks=5)}  # up to the last Sunday: whole weeks, all in the past
SUMS = ("visits", "planned_minutes", "recorded_minutes", "accepted_minutes")
OK = 200


@dataclass(frozen=True, slots=True)
class StaffLoadRun:
    """What the dispatcher waited for. `carers` are on the pages of either kind, `pages` on those of both."""

    load: LoadResult
    carers: int
    pages: int


def measure_staff_load(server: Server, sent: Mapping[str, str], history: History, *, requests: int) -> StaffLoadRun:
    """Ask for every page of both kinds again and again until there are `requests` answers or a few more.

    A first round only warms up. Raises ServerFailed unless its sums are those of the visits that were seeded.
    """
    paths: list[str] = []
    carers = 0
    with client(server, sent) as http:
        for by, span in SPANS.items():
            beyond = history.beyond - history.beyond.weekday() * ONE_DAY
            first = max(history.first, beyond - span)
            pages = _pages(http, first=first, beyond=beyond, by=by)
            _check_sums(tuple(pages.values()), visits=(beyond - first).days * history.visits_a_day, by=by)
            carers = sum(len(page["items"]) for page in pages.values())
            paths += pages
    rounds = -(-requests // len(paths))
    load = drive(server.address, [request_of(path, sent) for path in paths] * rounds, clients=1)
    if set(load.statuses) != {OK}:
        raise ServerFailed(f"staff load answered {dict(load.statuses)}; each must be {OK}")
    return StaffLoadRun(load, carers, len(paths))


def _pages(http: httpx.Client, *, first: date, beyond: date, by: str) -> dict[str, Json]:
    """Every page by its path, as the API cuts them."""
    path = f"/staff-load?day_from={first}&day_to={beyond - ONE_DAY}&by={by}"
    pages = {path: answer_of(http.get(path))}
    while (after := next(reversed(pages.values()))["next_after"]) is not None:
        more = f"{path}&after={after}"
        pages[more] = answer_of(http.get(more))
    return pages


def _check_sums(pages: Sequence[Json], *, visits: int, by: str) -> None:
    cells = [cell for page in pages for item in page["items"] for cell in item["cells"]]
    found = tuple(sum(cell[name] for cell in cells) for name in SUMS)
    planned, recorded = visits * (PLANNED // ONE_MINUTE), visits * (RECORDED // ONE_MINUTE)
    if found != (visits, planned, recorded, recorded):
        raise ServerFailed(f"staff load by {by}: {SUMS} are {found}; seeded were {visits, planned, recorded, recorded}")


def request_of(path: str, sent: Mapping[str, str]) -> bytes:
    """A GET as it goes over the wire."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"GET {API}{path} HTTP/1.1\r\nHost: bench\r\n{lines}\r\n".encode()
