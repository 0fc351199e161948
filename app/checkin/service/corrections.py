"""Times a person states for a visit that lacks a tap: a record of its own beside the first, which stays."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.checkin.commands import Decided
from app.checkin.rules.visits import is_statable
from app.checkin.service.facts import Writes
from app.checkin.service.recording import add_record, worked_time
from app.checkin.service.told import items_told
from app.checkin.shown import RecordView
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


def state_times(
    session: Session,
    command: Decided,
    *,
    visit: VisitView,
    record: RecordView,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> RecordView:
    """Make the record that supersedes, by the times a reviewer states for the taps that lack; raises TimesKnown and
    TimesImpossible. Of a visit under its lock."""
    tapped_in, tapped_out = record.clock_in_id is not None, record.clock_out_id is not None
    if (command.began_at and tapped_in) or (command.ended_at and tapped_out):
        raise TimesKnown(fact_id=str(visit.id))
    began_at, ended_at = command.began_at or record.began_at, command.ended_at or record.ended_at
    if began_at is None or ended_at is None:
        raise TimesImpossible(fact_id=str(visit.id))
    if not is_statable(began_at=began_at, ended_at=ended_at, at=at, terms=policy.clock):
        raise TimesImpossible(fact_id=str(visit.id))
    (told,) = items_told(session, [(visit, record.service_on)])
    worked = worked_time(visit, began_at, ended_at, told=told, policy=policy)
    stated = replace(
        record,
        id=new_id(at=at),
        began_at=worked.began_at,
        ended_at=worked.ended_at,
        minutes=worked.minutes,
        service_on=clock.local_date(worked.began_at, zone_of(actor.region)),
    )
    reason, author_id = command.reason.value, actor.account_id
    writes = Writes(at)
    add_record(writes, stated, supersedes_id=record.id, reason=reason, policy=policy, author_id=author_id)
    writes.write(session)
    return stated
