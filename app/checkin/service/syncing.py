"""Takes the records of one group in, each by the function that a request of its own would have called."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.commands import ItemLog
from app.checkin.service import attempts, care_days, free_taps, help_calls, records, taps
from app.checkin.service.settling import judge_again
from app.checkin.shown import ClockEventView
from app.checkin.sync import PERMISSION, RecordKind, SyncAnswer, SyncRecord
from app.checkin.types import ExceptionCode
from app.kernel import audit
from app.kernel.access import PermissionDenied
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.schedules.queries import get_visit

STORED = 201
TAPS: dict[RecordKind, Callable[..., ClockEventView]] = {
    RecordKind.CLOCK_IN: taps.clock_in,
    RecordKind.CLOCK_OUT: taps.clock_out,
}
TOLD = frozenset({RecordKind.CHECKS, RecordKind.ITEM})  # what a visit is judged by, so it is stored before its taps


def take_group(
    session: Session,
    group: Sequence[SyncRecord],
    *,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> list[SyncAnswer]:
    """Store a group: what is told of a visit first, all its items by one statement, and then its taps, of which the
    last settles it. Raises what the first refused record raises.
    """
    for record in group:
        if not actor.may(PERMISSION[record.kind]):
            raise PermissionDenied(permission=PERMISSION[record.kind].value)
    who: dict[str, Any] = {"actor": actor, "at": at}
    when = {"sent_at": sent_at, "grants_version": grants_version}
    told = [record for record in group if record.kind in TOLD]
    visit = get_visit(session, visit_id=_visit_of(told[0]), actor=actor) if told else None
    news = _store_told(session, told, who=who)
    answers, is_settled = [SyncAnswer(record.place, STORED) for record in told], False
    for record in group:
        if record.kind not in TOLD:
            view = _take(session, record, who=who, when=when)
            is_settled |= record.kind is RecordKind.CLOCK_OUT and _made_a_record(view, at=at)
            answers.append(SyncAnswer(record.place, STORED, exceptions=tuple(getattr(view, "exceptions", ()))))
    if news and visit is not None:
        audit.record_all(session, news, actor=actor, at=at, keys=current_settings().key_ring)
        if not is_settled:
            judge_again(session, visit, region=actor.region, at=at)
    return answers


def _made_a_record(event: ClockEventView, *, at: datetime) -> bool:
    """Whether a clock-out did what there was to do for the items told before it: neither a resend nor a second one."""
    return event.received_at == at and ExceptionCode.REPEATED_EVENT not in event.exceptions


def _store_told(session: Session, told: Sequence[SyncRecord], *, who: dict[str, Any]) -> list[audit.Action]:
    """The checks and items of one visit; what is to be audited of what is new."""
    actions = [
        records.store_checks(session, record.command, visit_id=_visit_of(record), **who)
        for record in told
        if record.kind is RecordKind.CHECKS
    ]
    if items := [record for record in told if record.kind is RecordKind.ITEM]:
        log = ItemLog(tuple(record.command for record in items))
        actions.append(records.store_items(session, log, visit_id=_visit_of(items[0]), **who))
    return [action for action in actions if action is not None]


def _take(session: Session, record: SyncRecord, *, who: dict[str, Any], when: dict[str, Any]) -> Any:
    command = record.command
    if record.kind in TAPS:
        return TAPS[record.kind](session, command, visit_id=_visit_of(record), **who, **when)
    if record.kind is RecordKind.CONFIRMATION:
        return records.confirm_visit(session, command, visit_id=_visit_of(record), **who)
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
