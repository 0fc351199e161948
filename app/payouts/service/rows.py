"""Stores computed months: a row each, and a row for each of their days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Text, Uuid, cast, column, func, insert, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.payouts.models import Subsidy, SubsidyDay
from app.payouts.types import SubsidyComputation


@dataclass(frozen=True, slots=True)
class Computed:
    """A pair's month as computed now, and its newest row if there is one."""

    computation: SubsidyComputation
    payee_person_id: UUID
    facts_digest: bytes
    before: Subsidy | None
    live_fen: int

    @property
    def is_new(self) -> bool:
        """True when something it was computed from has changed; a pair without money gets its first row too."""
        return self.before is None or self.before.facts_digest != self.facts_digest

    @property
    def delta_fen(self) -> int:
        """What this row adds to what earlier rows gave."""
        return self.computation.amount_fen - (self.before.amount_fen if self.before else 0)


def store_rows(
    session: Session, ids: Sequence[UUID], new: Sequence[Computed], *, computed_by: UUID | None, at: datetime
) -> None:
    """Insert the subsidies under the ids given, and a row for each of their days, in two statements."""
    table = Subsidy.__table__
    statement = insert(table).returning(table.c.id)  # type: ignore[arg-type]  # a mapped class's table is a Table
    rows = [_row(each, subsidy_id, computed_by=computed_by, at=at) for subsidy_id, each in zip(ids, new, strict=True)]
    session.execute(statement, rows)  # returning something, all rows go in one round trip
    _store_days(session, ids, new, at=at)


def _row(each: Computed, subsidy_id: UUID, *, computed_by: UUID | None, at: datetime) -> dict[str, object]:
    done = each.computation
    return {
        "id": subsidy_id,
        "client_id": done.client_id,
        "carer_id": done.carer_id,
        "payee_person_id": each.payee_person_id,
        "month": done.month,
        "seq": each.before.seq + 1 if each.before else 1,
        "amount_fen": done.amount_fen,
        "payable_fen": each.delta_fen,
        "days_paid": done.days_paid,
        "pay_by": done.pay_by,
        "policy_digest": done.policy_digest,
        "facts_digest": each.facts_digest,
        "supersedes_id": each.before.id if each.before else None,
        "computed_by": computed_by,
        "recorded_at": at,
    }


DAY_COLUMNS: dict[str, TypeEngine[Any]] = {
    "subsidy_id": Uuid(),
    "day": Date(),
    "is_paid": Boolean(),
    "rule": Text(),
    "policy_key": Text(),
    "source": Text(),
    "policy_digest": Text(),
    "record_id": Uuid(),
}


SEPARATOR, NOTHING = "\x1f", "\x1e"


def _joined(values: Iterable[object]) -> str:
    return SEPARATOR.join(NOTHING if value is None else str(value) for value in values)


def _store_days(session: Session, ids: Sequence[UUID], new: Sequence[Computed], *, at: datetime) -> None:
    """One statement with a list a column: a row of values each would need more parameters than a statement has.

    A list goes as one text, which the driver need not look at item by item; no value holds the separator.
    """
    lines = [(subsidy_id, line) for subsidy_id, each in zip(ids, new, strict=True) for line in each.computation.days]
    values: dict[str, list[object]] = {
        "subsidy_id": [subsidy_id for subsidy_id, _ in lines],
        "day": [line.day for _, line in lines],
        "is_paid": [line.is_paid for _, line in lines],
        "rule": [line.rule.value for _, line in lines],
        "policy_key": [line.policy_key for _, line in lines],
        "source": [line.source for _, line in lines],
        "policy_digest": [line.policy_digest for _, line in lines],
        "record_id": [line.record_id for _, line in lines],
    }
    arrays = [
        cast(func.string_to_array(_joined(values[name]), SEPARATOR, NOTHING), ARRAY(kind))
        for name, kind in DAY_COLUMNS.items()
    ]
    table = (
        func.unnest(*arrays)
        .table_valued(*(column(name, kind) for name, kind in DAY_COLUMNS.items()), name="line")
        .render_derived()
    )
    chosen = select(*(table.c[name] for name in DAY_COLUMNS), literal(at, DateTime(timezone=True)))
    session.execute(insert(SubsidyDay).from_select([*DAY_COLUMNS, "recorded_at"], chosen))
