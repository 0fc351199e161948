"""Takes the records of one group in, each by the function that a request of its own would have called."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.door_words import TagScanView
from app.checkin.service import (
    attempts,
    away_words,
    cards,
    care_days,
    free_taps,
    help_calls,
    incidents,
    photos,
    ratings,
    records,
    remarks,
    scans,
    stated_ends,
    tag_scans,
)
from app.checkin.service.at_door import VisitTapping
from app.checkin.service.taps import take_taps
from app.checkin.shown import AttemptView, ClockEventView
from app.checkin.sync import PERMISSION, TOLD, RecordKind, SyncAnswer, SyncRecord, rounds
from app.checkin.types import EventKind
from app.kernel.access import PermissionDenied
from app.kernel.permissions import Actor
from app.registry.service import notices
from app.schedules.service import progress

STORED = 201
TOGETHER = TOLD | {RecordKind.PHOTO}
SAID_OF_A_VISIT: dict[RecordKind, Callable[..., Any]] = {
    RecordKind.CONFIRMATION: records.confirm_visit,
    RecordKind.STATED_END: stated_ends.state_end,
    RecordKind.SHIFT_NOTE: cards.leave_note,
    RecordKind.VITAL_SIGNS: cards.tell_signs,
    RecordKind.AWAY_WORD: away_words.tell_away,
    RecordKind.RATING: ratings.pass_on,
}
AT_A_MOMENT: dict[RecordKind, Callable[..., Any]] = {  # of a visit, judged by the phone's clock too
    RecordKind.ATTEMPT: attempts.record_attempt,
    RecordKind.TAG_SCAN: tag_scans.scan_tag,
}
SAID: dict[RecordKind, Callable[..., Any]] = {
    RecordKind.HELP_CALL: help_calls.call_for_help,
    RecordKind.INCIDENT: incidents.report_incident,
    RecordKind.NOTICE: notices.give_notice,
    RecordKind.REMARK: remarks.leave_remark,
}
TAPPED = {RecordKind.CLOCK_IN: EventKind.IN, RecordKind.CLOCK_OUT: EventKind.OUT}


def take_group(
    session: Session,
    group: Sequence[SyncRecord],
    *,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> list[SyncAnswer]:
    """Store a group whole; what is told beside taps, and the taps of several visits, by as many statements as those of
    one. Raises what the first refused record raises.
    """
    for record in group:
        if not actor.may(PERMISSION[record.kind]):
            raise PermissionDenied(permission=PERMISSION[record.kind].value)
    who: dict[str, Any] = {"actor": actor, "at": at}
    when = {"sent_at": sent_at, "grants_version": grants_version}
    told: defaultdict[UUID, list[records.Told]] = defaultdict(list)
    for record in group:
        if record.kind in TOLD:
            told[_visit_of(record)].append(record.command)
    if told:
        records.tell(session, told, **who)
    if taken := [record.command for record in group if record.kind is RecordKind.PHOTO]:
        photos.describe(session, taken, **who)
    visits = {record.visit_id for record in group if record.kind not in TOGETHER}
    together = _take_taps(session, group, **who, **when) if len(visits) > 1 else {}
    return [
        SyncAnswer(record.place, STORED)
        if record.kind in TOGETHER
        else _answer(record, together.get(record.place) or _take(session, record, who=who, when=when))
        for record in group
    ]


def _take_taps(session: Session, group: Sequence[SyncRecord], **told: Any) -> dict[int, ClockEventView]:
    """The taps of several visits, by the places of their records; the visits are locked, so that nobody moves one."""
    progress.lock_all(session, visit_ids={_visit_of(record) for record in group})
    scans.take_turns(session, [record.command.tag for record in group])
    views: dict[int, ClockEventView] = {}
    for tapped in rounds(group):
        tappings = [VisitTapping(TAPPED[record.kind], record.command, _visit_of(record)) for record in tapped]
        places = [record.place for record in tapped]
        views |= zip(places, take_taps(session, tappings, **told), strict=True)
    return views


def _answer(record: SyncRecord, view: object) -> SyncAnswer:
    if isinstance(view, ClockEventView | AttemptView | TagScanView):
        codes = view.exceptions if isinstance(view, ClockEventView) else ()
        return SyncAnswer(record.place, STORED, exceptions=codes, verdict=view.verdict, distance_m=view.distance_m)
    return SyncAnswer(record.place, STORED, exceptions=tuple(getattr(view, "exceptions", ())))


def _take(session: Session, record: SyncRecord, *, who: dict[str, Any], when: dict[str, Any]) -> Any:
    command = record.command
    if record.kind in TAPPED:
        tapping = VisitTapping(TAPPED[record.kind], command, _visit_of(record))
        return take_taps(session, [tapping], **who, **when)[0]
    if record.kind in SAID_OF_A_VISIT:
        return SAID_OF_A_VISIT[record.kind](session, command, visit_id=_visit_of(record), **who)
    if record.kind in AT_A_MOMENT:
        visit_id, sent_at = _visit_of(record), when["sent_at"]
        return AT_A_MOMENT[record.kind](session, command, visit_id=visit_id, sent_at=sent_at, **who)
    if record.kind is RecordKind.CLOCK_EVENT:
        return free_taps.add_event(session, command, **who, **when)
    if record.kind is RecordKind.CARE_DAY:
        return care_days.log_care_day(session, command=command, **who)
    return SAID[record.kind](session, command, **who)


def _visit_of(record: SyncRecord) -> UUID:
    assert record.visit_id is not None  # noqa: S101 - the schema asks for it, this tells mypy
    return record.visit_id
