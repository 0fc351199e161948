"""What a phone brings when it is online again: records of all kinds, each with its own id and its own answer. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.checkin.types import ExceptionCode
from app.kernel.permissions import Permission


class RecordKind(StrEnum):
    """What a phone keeps while it is offline. In this order they are taken: what is told of a visit before its end is
    there when the end settles it.
    """

    CHECKS = "checks"
    CLOCK_IN = "clock_in"
    ITEM = "item"
    ATTEMPT = "attempt"
    CLOCK_OUT = "clock_out"
    CONFIRMATION = "confirmation"
    CLOCK_EVENT = "clock_event"
    CARE_DAY = "care_day"
    HELP_CALL = "help_call"


OF_A_VISIT = frozenset(RecordKind) - {RecordKind.CLOCK_EVENT, RecordKind.CARE_DAY, RecordKind.HELP_CALL}
PERMISSION = {
    RecordKind.CHECKS: Permission.LOG_ITEMS,
    RecordKind.CLOCK_IN: Permission.CLOCK_IN,
    RecordKind.ITEM: Permission.LOG_ITEMS,
    RecordKind.ATTEMPT: Permission.ATTEMPT_VISITS,
    RecordKind.CLOCK_OUT: Permission.CLOCK_OUT,
    RecordKind.CONFIRMATION: Permission.CONFIRM_SERVICE,
    RecordKind.CLOCK_EVENT: Permission.CLOCK_IN,
    RecordKind.CARE_DAY: Permission.LOG_CARE_DAYS,
    RecordKind.HELP_CALL: Permission.CALL_FOR_HELP,
}
_ORDER = {kind: place for place, kind in enumerate(RecordKind)}


@dataclass(frozen=True, slots=True)
class SyncRecord:
    """One record that could be read: its place in the request, and the command a request of its own would bring."""

    place: int
    kind: RecordKind
    visit_id: UUID | None
    command: Any


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """What became of one record: the status, code and details that a request of its own would have been given."""

    place: int
    status: int
    code: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    exceptions: tuple[ExceptionCode, ...] = ()


def grouped(records: Sequence[SyncRecord]) -> Iterator[list[SyncRecord]]:
    """What belongs together, in the order in which it happened: the records of one visit, or one other record.

    Each group is stored or left whole, so that a broken line loses nothing else.
    """
    of_visit: defaultdict[UUID, list[SyncRecord]] = defaultdict(list)
    groups: list[list[SyncRecord]] = []
    for record in sorted(records, key=_moment):
        if record.kind not in OF_A_VISIT or record.visit_id is None:
            groups.append([record])
            continue
        group = of_visit[record.visit_id]
        if not group:
            groups.append(group)
        group.append(record)
    for group in groups:
        yield sorted(group, key=lambda each: (_ORDER[each.kind], _moment(each)))


def _moment(record: SyncRecord) -> tuple[Any, int]:
    return record.command.occurred_at, record.place
