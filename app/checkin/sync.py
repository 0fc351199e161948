"""What a phone brings when it is online again: records of all kinds, each with its own id and its own answer. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.checkin.types import ExceptionCode, Verdict
from app.kernel.permissions import Permission


class RecordKind(StrEnum):
    """What a phone keeps while it is offline. Those of one visit are taken in this order."""

    CHECKS = "checks"
    ITEM = "item"
    CLOCK_IN = "clock_in"
    ATTEMPT = "attempt"
    CLOCK_OUT = "clock_out"
    STATED_END = "stated_end"
    CONFIRMATION = "confirmation"
    CLOCK_EVENT = "clock_event"
    CARE_DAY = "care_day"
    HELP_CALL = "help_call"
    PHOTO = "photo"
    SHIFT_NOTE = "shift_note"
    INCIDENT = "incident"
    NOTICE = "notice"
    AWAY_WORD = "away_word"
    TAG_SCAN = "tag_scan"
    VITAL_SIGNS = "vital_signs"
    REMARK = "remark"
    RATING = "rating"


OF_A_VISIT = frozenset(RecordKind) - {
    RecordKind.CLOCK_EVENT,
    RecordKind.CARE_DAY,
    RecordKind.HELP_CALL,
    RecordKind.PHOTO,
    RecordKind.INCIDENT,
    RecordKind.NOTICE,
    RecordKind.REMARK,
}
PERMISSION = {
    RecordKind.CHECKS: Permission.LOG_ITEMS,
    RecordKind.CLOCK_IN: Permission.CLOCK_IN,
    RecordKind.ITEM: Permission.LOG_ITEMS,
    RecordKind.ATTEMPT: Permission.ATTEMPT_VISITS,
    RecordKind.CLOCK_OUT: Permission.CLOCK_OUT,
    RecordKind.STATED_END: Permission.LOG_ITEMS,
    RecordKind.CONFIRMATION: Permission.CONFIRM_SERVICE,
    RecordKind.CLOCK_EVENT: Permission.CLOCK_IN,
    RecordKind.CARE_DAY: Permission.LOG_CARE_DAYS,
    RecordKind.SHIFT_NOTE: Permission.LOG_ITEMS,
    RecordKind.VITAL_SIGNS: Permission.LOG_ITEMS,
    RecordKind.INCIDENT: Permission.REPORT_INCIDENTS,
    RecordKind.NOTICE: Permission.GIVE_NOTICE,
    RecordKind.HELP_CALL: Permission.CALL_FOR_HELP,
    RecordKind.PHOTO: Permission.SEND_PHOTOS,
    RecordKind.AWAY_WORD: Permission.LOG_ITEMS,
    RecordKind.TAG_SCAN: Permission.LOG_ITEMS,
    RecordKind.REMARK: Permission.LEAVE_REMARKS,
    RecordKind.RATING: Permission.BRING_RATINGS,
}
TAPS = frozenset({RecordKind.CLOCK_IN, RecordKind.CLOCK_OUT})
TOLD = frozenset({RecordKind.CHECKS, RecordKind.ITEM})  # beside the taps: what a visit is judged by
_ORDER = {kind: place for place, kind in enumerate(RecordKind)}
# Said between clock-ins: "I was not there yet" comes before the next one.
_ORDER[RecordKind.AWAY_WORD] = _ORDER[RecordKind.CLOCK_IN]


@dataclass(frozen=True, slots=True)
class SyncRecord:
    """One record that could be read: its place in the request, and the command a request of its own would bring."""

    place: int
    kind: RecordKind
    visit_id: UUID | None
    command: Any


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """What became of one record: the status, code and details that a request of its own would have been given; of a
    tap also what its position says, so that the phone need not ask."""

    place: int
    status: int
    code: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    exceptions: tuple[ExceptionCode, ...] = ()
    verdict: Verdict | None = None
    distance_m: int | None = None


def grouped(records: Sequence[SyncRecord]) -> list[list[SyncRecord]]:
    """What is stored or left together, in order: all that is told beside taps, so that taps find it; then the taps of
    all visits of which nothing else came; then, as it happened, what else belongs to one visit, and each other record;
    then all photos, whose care days are there now.
    """
    told = [record for record in records if record.kind in TOLD]
    photos = [record for record in records if record.kind is RecordKind.PHOTO]
    others = _by_visit([record for record in records if record.kind not in (*TOLD, RecordKind.PHOTO)])
    tapped = [record for group in others if _is_tapped(group) for record in group]
    rest = (group for group in others if not _is_tapped(group))
    return [group for group in (told, tapped, *rest, photos) if group]


def rounds(taps: Sequence[SyncRecord]) -> list[list[SyncRecord]]:
    """Taps of visits in rounds, each with one of a visit at most: the first clock-ins, the second ones, and so on, then
    the clock-outs."""
    found: defaultdict[tuple[int, int], list[SyncRecord]] = defaultdict(list)
    seen: defaultdict[tuple[UUID | None, RecordKind], int] = defaultdict(int)
    for tap in taps:
        seen[tap.visit_id, tap.kind] += 1
        found[_ORDER[tap.kind], seen[tap.visit_id, tap.kind]].append(tap)
    return [found[place] for place in sorted(found)]


def _is_tapped(group: Sequence[SyncRecord]) -> bool:
    return all(record.kind in TAPS for record in group)


def parted(group: Sequence[SyncRecord]) -> list[list[SyncRecord]]:
    """The parts of a group that could not be stored together: its visits, or each record; one record has none."""
    visits = _by_visit(group)
    return visits if len(visits) > 1 else [[record] for record in group]


def _by_visit(records: Sequence[SyncRecord]) -> list[list[SyncRecord]]:
    of_visit: defaultdict[UUID, list[SyncRecord]] = defaultdict(list)
    groups: list[list[SyncRecord]] = []
    for record in sorted(records, key=_moment):
        if record.visit_id is None:
            groups.append([record])
            continue
        group = of_visit[record.visit_id]
        if not group:
            groups.append(group)
        group.append(record)
    return [sorted(group, key=lambda each: (_ORDER[each.kind], _moment(each))) for group in groups]


def _moment(record: SyncRecord) -> tuple[Any, int]:
    return record.command.occurred_at, record.place
