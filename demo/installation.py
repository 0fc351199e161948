"""A fresh installation: a database with both regions and the texts of their policies, and a clock that can be moved."""

import shutil
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

import app.tables  # noqa: F401  # migrations set the rights that the models of all packages name
from app.kernel import clock
from app.kernel.jobs import JobRun
from app.kernel.migrate import add_region
from app.kernel.regions import move_demo_clock
from app.kernel.roles import DatabaseUrls
from app.policies.service import SHIPPED, keep_texts, load_book

REGIONS: Mapping[str, str] = {"tianjin": "天津市", "huaian": "淮安市"}
DISTRICTS = Path(__file__).with_name("policies")
MADE_UP_PRICE = (
    'prices = { value = [{ unit = "hour", amount_fen = 6000 }], assumed = true, '
    'reason = "示范用：天津未查到价格，假定每小时 60 元" }'
)


def lay_policies(folder: Path) -> Path:
    """A folder of policy files: the shipped ones, with a made-up price of care in Tianjin, and two made-up districts
    that show what a district may change."""
    for source in (SHIPPED, DISTRICTS):
        shutil.copytree(source, folder, dirs_exist_ok=True)
    tianjin = folder / "tianjin.toml"
    lines = tianjin.read_text(encoding="utf-8").splitlines()
    told = [MADE_UP_PRICE if line.startswith("prices = ") else line for line in lines]
    tianjin.write_text("\n".join(told) + "\n", encoding="utf-8")
    return folder


def add_regions(urls: DatabaseUrls, *, at: datetime, policies: Path | None = None) -> None:
    """Create both regions as of the demo's time and keep the texts of their policies by digest."""
    book = load_book(policies)
    for code, name in REGIONS.items():
        add_region(urls.owner, code=code, name=name, timezone="Asia/Shanghai", at=at, today=at.date())
    engine = create_engine(urls.owner)
    for code in REGIONS:
        options = {"schema_translate_map": {"region": code}}
        with Session(engine, execution_options=options) as session, session.begin():
            keep_texts(session, book, region=code, at=at)
    engine.dispose()


class DemoTime:
    """Moves the demo's clock: one row in the database, of which every process keeps for a moment what it read."""

    def __init__(self, owner_url: str) -> None:
        self._engine = create_engine(owner_url)
        self._shift = clock.now() - clock.now()

    def move_to(self, instant: datetime) -> None:
        """Set the demo's time and wait until every process has seen it."""
        real_at = clock.now()
        with self._engine.begin() as connection:
            move_demo_clock(connection, demo_at=instant, real_at=real_at)
        self._shift = instant - real_at
        time.sleep(clock.READ_EVERY_S)

    def now(self) -> datetime:
        """The demo's instant, UTC."""
        return clock.now() + self._shift

    def has_run(self, job: str, *, region: str, since: datetime) -> bool:
        """Whether a run of a job that was due since an instant has ended."""
        ended = select(JobRun.job).where(JobRun.job == job, JobRun.due_at >= since, JobRun.finished_at.is_not(None))
        translated = self._engine.execution_options(schema_translate_map={"region": region})
        with translated.connect() as connection:
            return connection.scalar(ended.limit(1)) is not None

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()
