"""Figures and bars of the bench at size."""

from bench.families import Computation
from bench.figures import Bar
from bench.growth import Growth, median_cost
from bench.history import History
from bench.risks import Risks
from bench.sealing import Sealing
from bench.staff_load import StaffLoadRun

BOUNDS = {
    "growth_ratio": 1.1,
    "import_10k_clients_s": 60.0,
    "subsidies_10k_s": 30.0,
    "subsidies_rss_growth_mib": 32.0,
    "staff_load_p95_ms": 150.0,
    "seal_500k_s": 60.0,
    "risk_1m_s": 120.0,
}
HALF_A_MILLION, A_MILLION = 500_000, 1_000_000
NOT_SHOWN = (
    "Not shown: a network (all shares this machine and its cores), more than one region, several workers, requests for "
    "staff load at the same time, check-ins while a file or a month is worked on."
)


def figures(
    few: History,
    many: History,
    growth: Growth,
    staff_load: StaffLoadRun,
    sealing: Sealing,
    some: Computation,
    all_of_them: Computation,
    *,
    import_s: float,
) -> dict[str, float]:
    """By name; the units are in the names."""
    return {
        "growth_ratio": round(growth.ratio(), 3),
        "growth_visits_few": few.visits,
        "growth_visits_many": many.visits,
        "growth_cpu_s_per_1000_few": round(median_cost(growth.few), 3),
        "growth_cpu_s_per_1000_many": round(median_cost(growth.many), 3),
        "staff_load_p95_ms": round(staff_load.load.percentile_ms(0.95), 1),
        "staff_load_p50_ms": round(staff_load.load.percentile_ms(0.50), 1),
        "staff_load_requests": len(staff_load.load.latencies),
        "staff_load_carers": staff_load.carers,
        "seal_500k_s": round(HALF_A_MILLION * sealing.seconds / sealing.rows, 1),
        "seal_rows": sealing.rows,
        "seal_rss_growth_mib": round(sealing.rss_growth_mib, 1),
        "receipt_ms": round(sealing.receipt_ms, 1),
        "subsidies_10k_s": round(all_of_them.seconds, 1),
        "subsidies_1k_s": round(some.seconds, 1),
        "subsidies_rss_mib": round(all_of_them.worker_peak_mib, 1),
        "subsidies_rss_growth_mib": round(all_of_them.worker_peak_mib - some.worker_peak_mib, 1),
        "import_10k_clients_s": round(import_s, 1),
    }


def of_risks(risks: Risks) -> dict[str, float]:
    """The figures of the risk rules."""
    return {
        "risk_1m_s": round(A_MILLION * risks.seconds / risks.visits, 1),
        "risk_visits": risks.visits,
        "risk_visits_named": risks.named,
        "risk_rss_growth_mib": round(risks.rss_growth_mib, 1),
    }


def bars(found: dict[str, float]) -> list[Bar]:
    """The bars the product is held to at size."""
    return [Bar(f"{name}, at most", found[name], bound, found[name] <= bound) for name, bound in BOUNDS.items()]
