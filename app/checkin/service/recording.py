"""Makes the records of visits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from app.checkin.rules.statements import StatedTimes
from app.checkin.rules.visits import OF_MINUTES, OF_RECORD, OF_TOLD, payable_minutes, span_of
from app.checkin.service import facts
from app.checkin.service.cases import Case, subject_of
from app.checkin.service.facts import Writes
from app.checkin.service.told import Told, ToldItems, find_deviations_of
from app.checkin.shown import RecordView
from app.checkin.types import EventKind, Found, VisitTap, WorkedTime
from app.kernel.ids import new_id
from app.policies.types import Policy
from app.schedules.types import VisitView

CAME_LATE = "tap_came_late"
EXTRAS_TOLD = "extras_told"


def worked_time(
    visit: VisitView, began_at: datetime, ended_at: datetime, *, told: ToldItems, policy: Policy
) -> WorkedTime:
    """What these times of a visit come to, with what was told of its items."""
    planned = visit.planned_to - visit.planned_from if visit.planned_from and visit.planned_to else None
    return payable_minutes(
        began_at=began_at,
        ended_at=ended_at,
        planned=planned,
        extra=told.extra,
        clock=policy.clock,
        visit=policy.visit,
    )


def add_record(
    writes: Writes,
    record: RecordView,
    *,
    supersedes_id: UUID | None,
    reason: str | None,
    policy: Policy,
    author_id: UUID | None = None,
    resolution: str | None = None,
) -> None:
    """Append the record of a visit; `author_id` is the account of who states other times than the taps', `resolution`
    what was done about it."""
    writes.records.append(
        {
            "id": record.id,
            "visit_id": record.visit_id,
            "clock_in_id": record.clock_in_id,
            "clock_out_id": record.clock_out_id,
            "began_at": record.began_at,
            "ended_at": record.ended_at,
            "minutes": record.minutes,
            "service_on": record.service_on,
            "supersedes_id": supersedes_id,
            "reason": reason,
            "resolution": resolution,
            "author_id": author_id,
            "policy_digest": policy.digest,
            "recorded_at": writes.at,
        }
    )


def span_of_visit(visit: VisitView, stated: StatedTimes) -> tuple[datetime, datetime] | None:
    """From when to when a visit lasted, by what its taps, people's words and its plan say."""
    return span_of(
        began_at=visit.began_at or stated.began_at,
        ended_at=visit.ended_at or stated.ended_at,
        planned_from=visit.planned_from,
        planned_to=min((each for each in (visit.planned_to, stated.latest) if each), default=None),
    )


def make_record(
    case: Case,
    span: tuple[datetime, datetime],
    *,
    on: date,
    told: Told,
    found: Sequence[Found],
    reason: str,
    author_id: UUID | None,
    writes: Writes,
) -> None:
    """Make the record of a visit that lasted for a span; it supersedes the one there was, for this `reason`."""
    visit, before, policy = case.visit, case.dossier.record, case.policy
    worked = worked_time(visit, *span, told=told.items, policy=policy)
    record = RecordView(
        id=new_id(at=writes.at),
        visit_id=visit.id,
        clock_in_id=_tap_of(case.dossier.taps, EventKind.IN, counted_at=visit.began_at),
        clock_out_id=_tap_of(case.dossier.taps, EventKind.OUT, counted_at=visit.ended_at),
        began_at=worked.began_at,
        ended_at=worked.ended_at,
        minutes=worked.minutes,
        service_on=on,
    )
    why, earlier = reason if before or author_id else None, before.id if before else None
    add_record(writes, record, supersedes_id=earlier, reason=why, policy=policy, author_id=author_id)
    case.dossier.record = record
    writes.subjects.append(facts.subject_row(subject_of(visit), at=writes.at))
    case.find_again(OF_RECORD, (*found, *worked.exceptions, *find_deviations_of(case, told=told)), writes=writes)


def compare_record(case: Case, *, told: Told, writes: Writes) -> None:
    """Compare a record with what is told by now; another supersedes it where the minutes are others."""
    record, policy = case.record, case.policy
    found, codes = find_deviations_of(case, told=told), OF_TOLD
    if record.began_at is not None and record.ended_at is not None:
        worked = worked_time(case.visit, record.began_at, record.ended_at, told=told.items, policy=policy)
        if worked.minutes != record.minutes:
            again = replace(record, id=new_id(at=writes.at), minutes=worked.minutes)
            add_record(writes, again, supersedes_id=record.id, reason=EXTRAS_TOLD, policy=policy)
            case.dossier.record = again
            found, codes = (*found, *worked.exceptions), codes | OF_MINUTES
    case.find_again(codes, found, writes=writes)


def _tap_of(taps: Iterable[VisitTap], kind: EventKind, *, counted_at: datetime | None) -> UUID | None:
    """The tap by which a visit began or ended; the first one where none tells that."""
    of_kind = sorted((tap for tap in taps if tap.kind is kind), key=lambda tap: tap.counted_at != counted_at)
    return of_kind[0].id if of_kind else None
