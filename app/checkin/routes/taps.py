"""Clocking in and out. The account's state is read in the service's first statement: a round trip counts here."""

from typing import Any
from uuid import UUID

from app.checkin.commands import AttemptTap, ClockTap, FreeTap
from app.checkin.queries.attempts import list_attempts
from app.checkin.schemas.taps import (
    AttemptListSchema,
    AttemptSchema,
    AttemptTapSchema,
    ClockEventSchema,
    ClockTapSchema,
    FreeTapSchema,
    Sent,
    SentSchema,
)
from app.checkin.service import attempts, free_taps, taps
from app.checkin.shown import AttemptView, ClockEventView
from app.kernel import clock
from app.kernel.access import current_actor, current_grants_version, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission

bp = AnhuBlueprint("taps", __name__, description="Clock-in and clock-out (签到 / 签退)")


@bp.post("/visits/<uuid:visit_id>/clock-in")
@requires(Permission.CLOCK_IN, account_check=False)
@bp.arguments(ClockTapSchema)
@bp.arguments(SentSchema, location="headers")
@bp.response(201, ClockEventSchema)
def clock_in(command: ClockTap, sent: Sent, visit_id: UUID) -> ClockEventView:
    """Clock in. A known carer's tap is always recorded; what does not fit is told as exceptions."""
    with transaction() as current:
        return taps.clock_in(
            current,
            command,
            visit_id=visit_id,
            sent_at=sent.sent_at,
            actor=current_actor(),
            grants_version=current_grants_version(),
            at=clock.now(),
        )


@bp.post("/visits/<uuid:visit_id>/clock-out")
@requires(Permission.CLOCK_OUT, account_check=False)
@bp.arguments(ClockTapSchema)
@bp.arguments(SentSchema, location="headers")
@bp.response(201, ClockEventSchema)
def clock_out(command: ClockTap, sent: Sent, visit_id: UUID) -> ClockEventView:
    """Clock out, before or after the clock-in arrived."""
    with transaction() as current:
        return taps.clock_out(
            current,
            command,
            visit_id=visit_id,
            sent_at=sent.sent_at,
            actor=current_actor(),
            grants_version=current_grants_version(),
            at=clock.now(),
        )


@bp.post("/clock-events")
@requires(Permission.CLOCK_IN, account_check=False)
@bp.arguments(FreeTapSchema)
@bp.arguments(SentSchema, location="headers")
@bp.response(201, ClockEventSchema)
def add_clock_event(command: FreeTap, sent: Sent) -> ClockEventView:
    """A family carer's tap at his client; a professional's begins or ends a visit that nobody planned."""
    with transaction() as current:
        return free_taps.add_event(
            current,
            command,
            sent_at=sent.sent_at,
            actor=current_actor(),
            grants_version=current_grants_version(),
            at=clock.now(),
        )


@bp.post("/visits/<uuid:visit_id>/attempts")
@requires(Permission.ATTEMPT_VISITS)
@bp.arguments(AttemptTapSchema)
@bp.arguments(SentSchema, location="headers")
@bp.response(201, AttemptSchema)
def record_attempt(command: AttemptTap, sent: Sent, visit_id: UUID) -> AttemptView:
    """Tell that the visit cannot start today, and why; a later clock-in begins it all the same."""
    with transaction() as current:
        return attempts.record_attempt(
            current, command, visit_id=visit_id, sent_at=sent.sent_at, actor=current_actor(), at=clock.now()
        )


@bp.get("/visits/<uuid:visit_id>/attempts")
@requires(Permission.READ_RECORDS)
@bp.response(200, AttemptListSchema)
def read_attempts(visit_id: UUID) -> dict[str, Any]:
    """What carers told who came to this visit and could not start."""
    return {"items": list_attempts(session(), visit_id=visit_id, actor=current_actor())}
