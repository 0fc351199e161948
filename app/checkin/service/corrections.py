"""Times that people state beside a visit's taps: a record of its own beside the first, which stays."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.checkin.commands import Decided
from app.checkin.queries.corrections import find_unlocked_until
from app.checkin.rules.corrections import is_locked
from app.checkin.rules.visits import is_statable
from app.checkin.service import facts
from app.checkin.service.facts import Writes
from app.checkin.service.recording import add_record, worked_time
from app.checkin.service.told import items_told
from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, Found, ReviewStep
from app.kernel import clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.policies.types import Policy
from app.schedules.types import VisitView


class TimesKnown(DomainError):
    """The carer tapped at this end, and the tap's time stands; or the fact has no times."""

    kind, code = ErrorKind.CONFLICT, "times_known"


class TimesImpossible(DomainError):
    """The end does not follow the beginning, lies ahead, or makes the visit longer than the longest."""

    kind, code = ErrorKind.CONFLICT, "times_impossible"


class EditLocked(DomainError):
    """The days within which an agency corrects a record are over, and the operator has not unlocked it."""

    kind, code = ErrorKind.CONFLICT, "edit_locked"


def state_times(
    session: Session,
    command: Decided,
    *,
    visit: VisitView,
    record: RecordView,
    step: ReviewStep,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> RecordView:
    """Make the record that supersedes, by the times a reviewer states for the taps that lack, and mark the visit as
    corrected by hand; raises TimesKnown, TimesImpossible and EditLocked. Of a visit under its lock."""
    tapped_in, tapped_out = record.clock_in_id is not None, record.clock_out_id is not None
    if (command.began_at and tapped_in) or (command.ended_at and tapped_out):
        raise TimesKnown(fact_id=str(visit.id))
    if locked_for(session, record, step=step, policy=policy, region=actor.region, at=at):
        raise EditLocked(visit_id=str(visit.id))
    began_at, ended_at = command.began_at or record.began_at, command.ended_at or record.ended_at
    if began_at is None or ended_at is None:
        raise TimesImpossible(fact_id=str(visit.id))
    span, reason = (began_at, ended_at), command.reason.value
    mark = Found(ExceptionCode.HAND_ENTRY, {"review_id": str(command.id)})
    facts.add_exceptions(session, fact_id=visit.id, found=(mark,), policy=policy, at=at)
    return supersede(session, visit, record, span=span, reason=reason, policy=policy, actor=actor, at=at)[0]


def locked_for(
    session: Session, record: RecordView, *, step: ReviewStep, policy: Policy, region: str, at: datetime
) -> bool:
    """Whether the record of a visit is locked for who decides at a step."""
    return is_locked(
        step,
        service_on=record.service_on,
        today=clock.local_date(at, zone_of(region)),
        lock=policy.entry.edit_lock,
        unlocked_until=find_unlocked_until(session, visit_id=record.visit_id),
    )


def supersede(
    session: Session,
    visit: VisitView,
    record: RecordView,
    *,
    span: tuple[datetime, datetime],
    reason: str,
    policy: Policy,
    actor: Actor,
    at: datetime,
    resolution: str | None = None,
    is_payable: bool = True,
) -> tuple[RecordView, tuple[Found, ...]]:
    """Append the record of these times beside the one that counted so far, and say what is found about them; raises
    TimesImpossible. Without `is_payable` no minute of it is paid."""
    began_at, ended_at = span
    if not is_statable(began_at=began_at, ended_at=ended_at, at=at, terms=policy.clock):
        raise TimesImpossible(fact_id=str(visit.id))
    (told,) = items_told(session, [(visit, record.service_on)])
    worked = worked_time(visit, began_at, ended_at, told=told, policy=policy)
    stated = replace(
        record,
        id=new_id(at=at),
        began_at=worked.began_at,
        ended_at=worked.ended_at,
        minutes=worked.minutes if is_payable else 0,
        service_on=clock.local_date(worked.began_at, zone_of(actor.region)),
    )
    writes = Writes(session, at)
    add_record(
        writes,
        stated,
        supersedes_id=record.id,
        reason=reason,
        resolution=resolution,
        policy=policy,
        author_id=actor.account_id,
    )
    writes.write()
    return stated, worked.exceptions
