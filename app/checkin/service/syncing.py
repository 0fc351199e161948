"""Takes the records of one group in, each by the function that a request of its own would have called."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.commands import ItemLog
from app.checkin.service import attempts, care_days, free_taps, help_calls, records, taps
from app.checkin.sync import PERMISSION, RecordKind, SyncAnswer, SyncRecord
from app.kernel.access import PermissionDenied
from app.kernel.permissions import Actor

STORED = 201
TAPS: dict[RecordKind, Callable[..., Any]] = {
    RecordKind.CLOCK_IN: taps.clock_in,
    RecordKind.CLOCK_OUT: taps.clock_out,
}
WORDS: dict[RecordKind, Callable[..., Any]] = {
    RecordKind.CHECKS: records.tell_checks,
    RecordKind.CONFIRMATION: records.confirm_visit,
}


def take_group(
    session: Session,
    group: Sequence[SyncRecord],
    *,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> list[SyncAnswer]:
    """Store a group; the items of a visit by one statement. Raises what the first refused record raises."""
    for record in group:
        if not actor.may(PERMISSION[record.kind]):
            raise PermissionDenied(permission=PERMISSION[record.kind].value)
    who: dict[str, Any] = {"actor": actor, "at": at}
    when = {"sent_at": sent_at, "grants_version": grants_version}
    answers: list[SyncAnswer] = []
    items = [record for record in group if record.kind is RecordKind.ITEM]
    for record in group:
        told = None
        if record.kind is not RecordKind.ITEM:
            told = _take(session, record, who=who, when=when)
        elif record is items[0]:
            log = ItemLog(tuple(each.command for each in items))
            records.log_items(session, log, visit_id=_visit_of(record), **who)
        answers.append(SyncAnswer(record.place, STORED, exceptions=tuple(getattr(told, "exceptions", ()))))
    return answers


def _take(session: Session, record: SyncRecord, *, who: dict[str, Any], when: dict[str, Any]) -> Any:
    command = record.command
    if record.kind in TAPS:
        return TAPS[record.kind](session, command, visit_id=_visit_of(record), **who, **when)
    if record.kind in WORDS:
        return WORDS[record.kind](session, command, visit_id=_visit_of(record), **who)
    if record.kind is RecordKind.ATTEMPT:
        visit_id, sent_at = _visit_of(record), when["sent_at"]
        return attempts.record_attempt(session, command, visit_id=visit_id, sent_at=sent_at, **who)
    if record.kind is RecordKind.CLOCK_EVENT:
        return free_taps.add_event(session, command, **who, **when)
    if record.kind is RecordKind.CARE_DAY:
        return care_days.log_care_day(session, command=command, **who)
    return help_calls.call_for_help(session, command, **who)


def _visit_of(record: SyncRecord) -> UUID:
    assert record.visit_id is not None  # noqa: S101 - the schema asks for it, this tells mypy
    return record.visit_id
