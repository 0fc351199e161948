"""Keeps the policy texts of every region whenever a region is added, the tables change, or policy files do."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine
from sqlalchemy.orm import Session

from app.kernel import clock, migrate
from app.kernel.db import REGION_SCHEMA
from app.kernel.regions import is_region_code, region_codes
from app.policies.rules import PolicyBook
from app.policies.service import keep_texts


class RegionWithoutPolicy(ValueError):
    """A region of the database has no policy file; the message says what to do."""

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__(
            f"no policy file for {', '.join(codes)}: add one of the layer `fund` with this code "
            f"to the policy folder (ANHU_POLICIES_DIR, else the shipped files), then run this again"
        )


def open_region(owner_url: str, *, code: str, name: str, timezone: str, book: PolicyBook, at: datetime) -> None:
    """Make a region with its schema, tables, rights, partitions and policy texts. Safe to repeat.

    Raises RegionWithoutPolicy, and RegionInvalid for a code that cannot name a schema, before anything is made.
    """
    if is_region_code(code) and code not in book.regions:
        raise RegionWithoutPolicy((code,))
    today = clock.local_date(at, ZoneInfo(timezone))
    migrate.add_region(owner_url, code=code, name=name, timezone=timezone, at=at, today=today)
    keep_all_texts(owner_url, book=book, at=at)


def keep_all_texts(owner_url: str, *, book: PolicyBook, at: datetime) -> dict[str, int]:
    """Keep the texts of all regions; returns by region how many were new. Safe to repeat.

    Raises RegionWithoutPolicy, when no text was kept.
    """
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            codes = region_codes(connection)
            if lacking := [code for code in codes if code not in book.regions]:
                raise RegionWithoutPolicy(lacking)
            return {code: _keep(connection, book, region=code, at=at) for code in codes}
    finally:
        engine.dispose()


def _keep(connection: Connection, book: PolicyBook, *, region: str, at: datetime) -> int:
    bound = connection.execution_options(schema_translate_map={REGION_SCHEMA: region})
    with Session(bound) as session:
        new = keep_texts(session, book, region=region, at=at)
        session.flush()
        return new
