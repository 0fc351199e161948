"""What the server holds, read from its tables in one snapshot."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from app.checkin.models import POINT_CONTEXT
from app.kernel.settings import Settings

Row = Mapping[str, Any]
Rows = Mapping[str, Row]
LIVE = "NOT EXISTS (SELECT FROM tianjin.service_record later WHERE later.supersedes_id = service_record.id)"
OPEN = "NOT EXISTS (SELECT FROM tianjin.exception_end WHERE exception_id = exception.id)"
HELD = "NOT EXISTS (SELECT FROM tianjin.hold_release WHERE hold_id = hold.id)"


@dataclass(frozen=True)
class Held:
    """Rows by id, ids as text; of what belongs to a visit or fact all rows by its id."""

    taps: Rows
    positions: Rows
    items: Rows
    checks: Rows
    words: Rows
    attempts: Rows
    care_days: Rows
    visits: Rows
    records: Mapping[str, Sequence[Row]]  # those that no later one supersedes, by visit
    grades: Mapping[str, Sequence[Row]]  # the last one last
    exceptions: Mapping[str, Sequence[Row]]  # those that still hold
    waiting: frozenset[str]  # facts that wait for a person
    subjects: frozenset[str]
    payable: Sequence[Row]
    payable_days: Rows  # by care day


def read_held(engine: Engine, settings: Settings) -> Held:
    """All of Tianjin, as of one moment."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return _read(connection, settings)


def _read(connection: Connection, settings: Settings) -> Held:
    def rows(table: str, where: str = "true", order: str = "1") -> list[dict[str, Any]]:
        found = connection.execute(text(f"SELECT * FROM tianjin.{table} WHERE {where} ORDER BY {order}")).mappings()
        return [{name: _plain(value) for name, value in row.items()} for row in found]

    def by_id(table: str) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in rows(table)}

    def grouped(key: str, table: str, where: str = "true", order: str = "1") -> dict[str, list[dict[str, Any]]]:
        groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows(table, where, order):
            groups[row[key]].append(row)
        return dict(groups)

    positions = by_id("position")
    for row in positions.values():
        row["point"] = settings.key_ring.decrypt(row["point_enc"], context=POINT_CONTEXT)
    care_days, items = by_id("care_day"), grouped("id", "care_day_item")
    for day in care_days.values():
        day["items"] = [(item["item_code"], item["minutes"]) for item in items.get(day["id"], ())]
    return Held(
        taps=by_id("clock_event"),
        positions=positions,
        items=by_id("item_done"),
        checks=by_id("visit_check"),
        words=by_id("evidence"),
        attempts=by_id("visit_attempt"),
        care_days=care_days,
        visits=by_id("visit"),
        records=grouped("visit_id", "service_record", LIVE),
        grades=grouped("fact_id", "grade", order="seq"),
        exceptions=grouped("fact_id", "exception", OPEN),
        waiting=frozenset(row["fact_id"] for row in rows("hold", HELD)),
        subjects=frozenset(row["id"] for row in rows("care_fact")),
        payable=rows("payable_time"),
        payable_days={row["care_day_id"]: row for row in rows("payable_care_day")},
    )


def _plain(value: Any) -> Any:
    """Ids as text, as phones write them."""
    return str(value) if type(value).__name__ == "UUID" else value
