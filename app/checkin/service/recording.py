"""Writes the records of visits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.checkin.models import ServiceRecord
from app.checkin.rules.visits import payable_minutes
from app.checkin.service.told import ToldItems
from app.checkin.shown import RecordView
from app.checkin.types import WorkedTime
from app.policies.types import Policy
from app.schedules.types import VisitView


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
    session: Session,
    record: RecordView,
    *,
    supersedes_id: UUID | None,
    reason: str | None,
    policy: Policy,
    at: datetime,
    author_id: UUID | None = None,
    resolution: str | None = None,
) -> None:
    """Append the record of a visit; `author_id` is the account of who states other times than the taps', `resolution`
    what was done about it."""
    session.execute(
        insert(ServiceRecord).values(
            id=record.id,
            visit_id=record.visit_id,
            clock_in_id=record.clock_in_id,
            clock_out_id=record.clock_out_id,
            began_at=record.began_at,
            ended_at=record.ended_at,
            minutes=record.minutes,
            service_on=record.service_on,
            supersedes_id=supersedes_id,
            reason=reason,
            resolution=resolution,
            author_id=author_id,
            policy_digest=policy.digest,
            recorded_at=at,
        )
    )
