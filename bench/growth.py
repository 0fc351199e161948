"""What a clean check-in costs in a region with few visits and in one with many, in turn on the same machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

import psutil
from sqlalchemy import make_url

from app.kernel import clock
from app.kernel.roles import RUNTIME
from bench.load import drive
from bench.office import Office
from bench.runs import check_statuses, clock_ins, stamped
from bench.serving import OURS, cpu_seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of the web server and of its database backends per 1,000 check-ins of one round."""

    web: float
    database: float

    @property
    def both(self) -> float:
        """Web server and database backends."""
        return self.web + self.database


@dataclass(frozen=True, slots=True)
class Growth:
    """Costs of the rounds in the small region and in the large one."""

    few: list[Cost]
    many: list[Cost]

    def ratio(self) -> float:
        """How many times more a check-in costs in the large region."""
        return median_cost(self.many) / median_cost(self.few)


def median_cost(costs: Sequence[Cost]) -> float:
    """Of all rounds, web server and backends together."""
    return median(cost.both for cost in costs)


class Region:
    """A database with its server and the check-ins that are still to come there."""

    def __init__(self, office: Office) -> None:
        cluster = office.cluster
        self.costs: list[Cost] = []
        self._server = office.server
        self._postmaster = cluster.process()
        self._backend = f"postgres: {RUNTIME} {make_url(office.urls.runtime).database} "
        self._waiting = iter(clock_ins(cluster.pairs, keys=cluster.settings.token_keys, at=clock.now()))

    def drive(self, check_ins: int, *, clients: int) -> None:
        """Let so many carers clock in; raises ServerFailed unless all are taken."""
        requests = islice(self._waiting, check_ins)
        check_statuses(drive(self._server.address, stamped(requests), clients=clients), OURS)

    def measure(self, check_ins: int, *, clients: int) -> None:
        """One round, added to `costs`."""
        web, database = cpu_seconds(self._server.process), self._backend_seconds()
        self.drive(check_ins, clients=clients)
        web, database = cpu_seconds(self._server.process) - web, self._backend_seconds() - database
        self.costs.append(Cost(1000 * web / check_ins, 1000 * database / check_ins))

    def _backend_seconds(self) -> float:
        """Of the backends alone: what the server writes out or cleans up meanwhile is not the check-ins'."""
        return sum(cpu_seconds(child) for child in self._postmaster.children() if _is_named(child, self._backend))


def measure_growth(few: Office, many: Office, *, rounds: int, check_ins: int, clients: int) -> Growth:
    """Warm both up, then let them take turns, each beginning as often as the other."""
    regions = (Region(few), Region(many))
    for region in regions:
        region.drive(check_ins, clients=clients)
    few.cluster.checkpoint()
    for number in range(rounds):
        for region in regions if number % 2 == 0 else reversed(regions):
            region.measure(check_ins, clients=clients)
    return Growth(*(region.costs for region in regions))


def _is_named(process: psutil.Process, beginning: str) -> bool:
    try:
        return " ".join(process.cmdline()).startswith(beginning)
    except psutil.NoSuchProcess:
        return False
