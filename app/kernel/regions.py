"""The funds this installation serves (统筹区), the demo clock's row, and how a region's code becomes a schema."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import CheckConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
from sqlalchemy.engine import Connection
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, db, public

CODE = re.compile(r"^[a-z][a-z0-9_]{1,29}\Z")
RESERVED = frozenset({"public", "region", "information_schema", "fresh"})
# The first migrations write the code unquoted. SQLAlchemy's list lacks the words that are reserved in parts or of late.
SQL_WORDS = RESERVED_WORDS | {"collation", "concurrently", "lateral", "system_user", "tablesample"}
CODE_CHECK = (
    "code ~ '^[a-z][a-z0-9_]{1,29}$' AND code !~ '^pg_' "
    "AND code NOT IN ('public', 'region', 'information_schema', 'fresh')"
)


class RegionInvalid(ValueError):
    """The code cannot name a region's schema."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code!r} cannot be a region's code: lower-case letters, digits and _, from 2 to 30, and no word of SQL"
        )


class Region(Base):
    """A fund with a schema of its own. `name` is its Chinese name, `timezone` an IANA name.

    The owner builds statements with the code, so nobody else may write one.
    """

    __tablename__ = "region"
    __table_args__ = (CheckConstraint(CODE_CHECK, name="code"), public(insert=False))

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    timezone: Mapped[str]
    opened_at: Mapped[datetime]


class DemoClockRow(Base):
    """Where a demo's time stands: `demo_at` at the real instant `real_at`. At most one row; never in production."""

    __tablename__ = "demo_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), public(update=("demo_at", "real_at"), delete=True))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    demo_at: Mapped[datetime]
    real_at: Mapped[datetime]


def move_demo_clock(connection: Connection, *, demo_at: datetime, real_at: datetime) -> None:
    """Let a demo's time be `demo_at` at the real instant `real_at`, and go on from there."""
    moved = {"demo_at": demo_at, "real_at": real_at}
    statement = insert(DemoClockRow).values(id=1, **moved)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=moved))


def is_region_code(code: str) -> bool:
    """True for a code that may name a region's schema."""
    return bool(CODE.match(code)) and code not in RESERVED | SQL_WORDS and not code.startswith("pg_")


def zone_of(code: str) -> ZoneInfo:
    """The time zone of a region; looked up once per process, since it does not change while the process runs.

    A session in a transaction is asked itself: a second connection for each of many threads could empty the pool.
    """
    zones: dict[str, ZoneInfo] = current_app.extensions.setdefault("anhu.zones", {})
    if code not in zones:
        statement = select(Region.timezone).where(Region.code == code)
        if db.session().in_transaction():
            zones[code] = ZoneInfo(db.session.scalars(statement).one())
        else:
            with db.engine.connect() as connection:
                zones[code] = ZoneInfo(connection.scalars(statement).one())
    return zones[code]


def is_open_region(code: str) -> bool:
    """True for a region this installation serves."""
    if not is_region_code(code):
        return False
    try:
        zone_of(code)
    except NoResultFound:
        return False
    return True


def region_codes(connection: Connection) -> list[str]:
    """Codes of all regions, in order. Raises RegionInvalid when one of them cannot name a schema: it goes into DDL."""
    codes = list(connection.scalars(select(Region.code).order_by(Region.code)))
    for code in codes:
        if not is_region_code(code):
            raise RegionInvalid(code)
    return codes
