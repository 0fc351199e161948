"""`python -m bench.large`: the product in a region of real size, two million visits by default.

What a check-in costs there against a small region, its SQL alone under pgbench, the staff load of a large agency, a
month of subsidies and a file of new clients: over HTTP, with the real server and the real worker.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from app.kernel import clock
from app.kernel.roles import DatabaseUrls
from bench import figures, large_figures
from bench.cluster import Cluster, fill_database, filled_cluster
from bench.growth import measure_growth
from bench.history import History, fill_history
from bench.neighbours import Neighbours
from bench.office import Office
from bench.pgbench import Script, run_pgbench, statements_of
from bench.risks import measure_risks
from bench.runs import check_stored, hear_check_in
from bench.sealing import measure_sealing
from bench.serving import OURS, ROOT, serve


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large everything is; carers have eight visits a day."""

    carers: int = 500
    days: int = 500
    few_carers: int = 125
    few_days: int = 10
    rounds: int = 6
    check_ins: int = 500
    clients: int = 16
    transactions: int = 1500
    requests: int = 400
    rows: int = 10_000
    families: int = 10_000
    few_families: int = 1_000
    sealed_days: int = 13
    risk_days: int = 36  # of all pairs: a million visits
    looks: int = 20

    @property
    def pairs(self) -> int:
        """Carers with clients, each good for one check-in; one round warms up."""
        return max(self.carers, self.check_ins * (self.rounds + 1))


def main() -> int:
    """Run the whole bench; 1 when a bar was missed. Figures of other than the full sizes are only printed."""
    sizes = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is stopped
    began = time.monotonic()
    found, facts = measure(sizes)
    held = large_figures.bars(found)
    print(figures.report(found, held, facts, not_shown=large_figures.NOT_SHOWN))
    print(f"Cores that others kept busy meanwhile: {facts['cores_used_by_others']}")
    if sizes == Sizes():
        figures.keep(found, held, facts, machine_key="machine_large")
        print(f"the same figures are in {figures.LATEST.relative_to(ROOT)}")
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if all(bar.met for bar in held) else 1


def measure(sizes: Sizes) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and what they depend on."""
    at = clock.now()
    _tell(f"Filling a database with {sizes.pairs} carers, clients and visits")
    with filled_cluster(pairs=sizes.pairs, at=at) as cluster:
        facts = figures.machine(cluster.data_dir, database=cluster.server_version())
        others = Neighbours(cluster)
        _tell("Running the SQL of a check-in under pgbench")
        with others.watched("pgbench"):
            tps = _sql_alone(cluster, sizes, at=at)
        with cluster.fresh_database("bench_small") as small, cluster.fresh_database("bench_large") as large:
            ring = cluster.settings.key_ring
            _tell("Filling the past of a small region and of a large one")
            few = fill_history(small, cluster.pairs[: sizes.few_carers], days=sizes.few_days, ring=ring, at=at)
            many = fill_history(large, cluster.pairs[: sizes.carers], days=sizes.days, ring=ring, at=at)
            with _office(cluster, small) as in_small, _office(cluster, large) as in_large:
                found = _measure(in_small, in_large, few, many, sizes, others)
        found |= _month(cluster, sizes, others, at=at)
    return found | {"pgbench_tps": round(tps, 1)}, facts | {"cores_used_by_others": others.cores}


def _measure(
    in_small: Office, in_large: Office, few: History, many: History, sizes: Sizes, others: Neighbours
) -> dict[str, float]:
    _tell(f"Checking in among {few.visits} visits and among {many.visits}")
    with others.watched("growth"):
        costs = measure_growth(
            in_small, in_large, rounds=sizes.rounds, check_ins=sizes.check_ins, clients=sizes.clients
        )
    _tell("Looking at staff load")
    with others.watched("staff_load"):
        staff_load = in_large.staff_load(many, requests=sizes.requests)
    _tell(f"Sealing {sizes.sealed_days} days of it")
    with others.watched("seals"):
        sealing = measure_sealing(in_large.cluster.data_dir, in_large.urls, many, days=sizes.sealed_days)
    _tell(f"Computing a month of {sizes.few_families} families and one of {sizes.families}")
    some = in_small.subsidies(sizes.few_families, others, name="subsidies_1k")
    all_of_them = in_large.subsidies(sizes.families, others, name="subsidies_10k")
    _tell(f"Importing {sizes.rows} clients")
    import_s = in_large.import_clients(sizes.rows, others)
    return large_figures.figures(few, many, costs, staff_load, sealing, some, all_of_them, import_s=import_s)


@contextmanager
def _office(cluster: Cluster, urls: DatabaseUrls) -> Iterator[Office]:
    with serve(OURS, data_dir=cluster.data_dir, database_url=urls.runtime, more={}) as server:
        yield Office(cluster, urls, server)


def _month(cluster: Cluster, sizes: Sizes, others: Neighbours, *, at: datetime) -> dict[str, float]:
    with cluster.fresh_database("bench_risks") as urls:
        _tell(f"Filling {sizes.risk_days} days of {sizes.pairs} carers")
        history = fill_history(urls, cluster.pairs, days=sizes.risk_days, ring=cluster.settings.key_ring, at=at)
        _tell(f"Looking for risks among {history.visits} visits")
        with others.watched("risks"):
            found = large_figures.of_risks(measure_risks(cluster.data_dir, urls, history))
        _tell("Looking at shares and outcomes among them")
        with others.watched("looks"), _office(cluster, urls) as office:
            return found | office.looks(history, requests=sizes.looks)


def _sql_alone(cluster: Cluster, sizes: Sizes, *, at: datetime) -> float:
    """Transactions a second of pgbench, in a region with a visit for each."""
    pairs = sizes.clients * sizes.transactions
    filled = fill_database(cluster.data_dir, "bench_sql", pairs=pairs, at=at)
    varying, heard = hear_check_in(OURS, filled, name="bench_heard")
    script = Script()
    for statement in statements_of(heard):
        script.add(statement, varying=varying)
    with filled.fresh_database("bench_alone") as urls:
        tps = run_pgbench(cluster.data_dir, urls, script, clients=sizes.clients, of_each=sizes.transactions)
        check_stored(urls, expected=pairs)
    return tps


def _tell(text: str) -> None:
    print(f"{clock.machine_now():%H:%M:%S} {text} …", flush=True)


def _options() -> Sizes:
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    for each in fields(Sizes):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=int, default=each.default)
    return Sizes(**vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
