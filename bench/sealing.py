"""Seals days of a region's past, as the worker's job does it, and asks for the receipt of one visit under them."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psutil
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.models import CareFact
from app.checkin.queries.receipts import list_rows
from app.cli.at_work import region_at_work
from app.kernel import clock
from app.kernel.db import session, transaction
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.kernel.roles import DatabaseUrls
from app.kernel.sealing.models import SealLeaf
from app.kernel.sealing.receipts import check_receipt, make_receipt
from app.kernel.sealing.sealing import seal_day
from app.kernel.settings import Settings, read_settings
from bench import seed
from bench.history import History
from bench.load import ServerFailed

ONE_DAY = timedelta(days=1)
MIB = 1024 * 1024
MOST_ROWS_OF_A_VISIT = 6


@dataclass(frozen=True, slots=True)
class Sealing:
    """What one seal took: rows, seconds, memory; and the receipt of a visit, made and checked, in milliseconds."""

    rows: int
    seconds: float
    rss_growth_mib: float
    receipt_ms: float


def measure_sealing(data_dir: Path, urls: DatabaseUrls, history: History, *, days: int) -> Sealing:
    """Seal a day and then, with one seal, the `days` after it; the last day stays for whoever comes."""
    settings = read_settings(
        {"DATABASE_URL": urls.runtime, "ANHU_DATA_DIR": str(data_dir), "ANHU_LOG_LEVEL": "WARNING"}
    )
    last = history.beyond - 2 * ONE_DAY
    with region_at_work(settings, seed.REGION):
        zone, keys, at = zone_of(seed.REGION), settings.seal_keys, clock.now()
        with transaction() as current:
            seal_day(current, region=seed.REGION, day=last - days * ONE_DAY, zone=zone, keys=keys, at=at)
        memory = psutil.Process().memory_info().rss
        began = time.perf_counter()
        with transaction() as current:
            sealed = seal_day(current, region=seed.REGION, day=last, zone=zone, keys=keys, at=at)
        seconds = time.perf_counter() - began
        grown = psutil.Process().memory_info().rss - memory
        if sealed is None:
            raise ServerFailed("the days were sealed already")
        return Sealing(sealed.size, seconds, grown / MIB, _time_receipt(session(), settings))


def _time_receipt(current: Session, settings: Settings) -> float:
    """Of a visit of the days under the second seal."""
    leaf = select(SealLeaf.row_key).where(SealLeaf.table_name == CareFact.__tablename__)
    fact_id = UUID(current.scalars(leaf.order_by(SealLeaf.day.desc(), SealLeaf.position).limit(1)).one())
    keys, actor = settings.seal_keys, SystemActor(seed.REGION, "bench")
    began = time.perf_counter()
    rows = list_rows(current, fact_id=fact_id, actor=actor)
    made = make_receipt(current, rows, region=seed.REGION, subject=f"fact {fact_id}", keys=keys, at=clock.now())
    if sum(row.seal is not None for row in check_receipt(made, public=keys.public)) < MOST_ROWS_OF_A_VISIT:
        raise ServerFailed("the visit is not under the seal")  # when it was planned is under none, being earlier
    return 1000 * (time.perf_counter() - began)
