"""A carer comes and cannot start: kept with its place and reason, and told to the agency by the visit's state."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.attempt_models import VisitAttempt
from app.checkin.commands import AttemptTap
from app.checkin.queries.attempts import attempt_view
from app.checkin.queries.door import Door, load_visit_door
from app.checkin.rules.location import judge_location, kept_fix
from app.checkin.service.events import MILLISECOND, SALT_BYTES, check_source, position_digest, store_position
from app.checkin.service.moves import NotACarer, VisitBusy, carer_kind_of, moment_of
from app.checkin.service.settling import policy_on
from app.checkin.shown import AttemptView
from app.kernel import resend
from app.kernel.canonical import command_digest
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.schedules.service import progress
from app.schedules.service.progress import VisitMoved
from app.schedules.types import ALLOWED, VisitState, VisitView


def record_attempt(
    session: Session, command: AttemptTap, *, visit_id: UUID, sent_at: datetime | None, actor: Actor, at: datetime
) -> AttemptView:
    """Keep that a carer came to a visit of his and could not start; a visit that was still to come is then attempted.

    It begins all the same when he clocks in later. One that has begun, is over or was cancelled stays as it is. Raises
    NotACarer, NotFound for a visit that is not his, EventReused, VisitBusy.
    """
    settings = current_settings()
    check_source(command.fix, settings=settings)
    moment = moment_of(command.occurred_at, sent_at=sent_at, region=actor.region, at=at)
    door = load_visit_door(
        session,
        account_id=actor.account_id,
        carer_kind=carer_kind_of(actor),
        visit_id=visit_id,
        day=moment.day,
        keys=settings.key_ring,
    )
    visit = _visit_of(door)
    policy = policy_on(moment.day, region=actor.region, district=door.district_code, at=at)
    fix = kept_fix(command.fix, is_withdrawn=door.location_withdrawn)
    place = judge_location(fix, places=door.places, occurred_at=command.occurred_at, terms=policy.location)
    salt, key = secrets.token_bytes(SALT_BYTES), settings.key_ring.command_key
    row, is_new = resend.insert_once(
        session,
        VisitAttempt,
        digest=command_digest({"command": command, "visit_id": visit_id}, key=key),
        id=command.id,
        visit_id=visit_id,
        carer_id=visit.carer_id,
        reason=command.reason,
        occurred_at=command.occurred_at,
        counted_at=moment.counted_at,
        skew_ms=moment.judged.skew // MILLISECOND,
        verdict=place.verdict,
        distance_m=place.distance_m,
        location_source=fix.source if fix else None,
        position_digest=position_digest(fix, salt=salt, key=key) if fix else None,
        account_id=actor.account_id,
        policy_digest=policy.digest,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
        return attempt_view(row)
    if fix is not None:
        store_position(session, command.id, fix, salt=salt, settings=settings)
    _move(session, visit, command, actor=actor, at=at)
    return attempt_view(row)


def _visit_of(door: Door) -> VisitView:
    if door.carer_id is None:
        raise NotACarer
    if door.visit is None:
        raise NotFound(kind="visit")
    return door.visit


def _move(session: Session, visit: VisitView, command: AttemptTap, *, actor: Actor, at: datetime) -> None:
    if VisitState.ATTEMPTED not in ALLOWED[visit.state]:
        return
    try:
        progress.advance(
            session, visit, VisitState.ATTEMPTED, actor=actor, at=at, reason=command.reason, cause_id=command.id
        )
    except VisitMoved:
        raise VisitBusy(event_id=str(command.id)) from None
