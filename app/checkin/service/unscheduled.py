"""Visits that nobody planned, begun and ended by a carer's taps at a client of his."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import unscheduled as queries
from app.checkin.queries.door import Door
from app.checkin.rules.devices import device_exceptions
from app.checkin.rules.tags import place_exceptions, tag_findings
from app.checkin.rules.unscheduled import place_tap
from app.checkin.rules.visits import door_exceptions
from app.checkin.service import facts
from app.checkin.service.cases import subject_of
from app.checkin.service.events import Judged, replay, store
from app.checkin.service.moves import Moment, VisitBusy, codes_of, follow, lenient
from app.checkin.service.scans import take_scan
from app.checkin.service.turns import take_turn
from app.checkin.shown import ClockEventView
from app.checkin.types import EventKind, ExceptionCode, Found
from app.kernel.permissions import Actor
from app.kernel.resend import EventReused
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.service import progress
from app.schedules.types import VisitSource, VisitState, VisitView


def tap_unscheduled(
    session: Session,
    tap: Judged,
    *,
    client_id: UUID,
    content: object,
    door: Door,
    why: Sequence[Found],
    policy: Policy,
    moment: Moment,
    actor: Actor,
) -> ClockEventView:
    """Store a tap that begins or ends a visit nobody planned, whichever comes first, or says once more what is known.

    The visit has the id of the tap that came first. `why` is what a person should know beside that nobody planned it.
    Raises EventReused for an id that is a visit's or another fact's, and VisitBusy.
    """
    settings, at = current_settings(), moment.at
    take_turn(session, client_id=client_id)
    if queries.is_stored(session, event_id=tap.event_id):
        return replay(session, event_id=tap.event_id, content=content, settings=settings)
    longest = policy.clock.longest_visit
    near = queries.list_unscheduled_near(
        session, carer_id=tap.carer_id, client_id=client_id, around=tap.counted_at, within=2 * longest
    )
    known = place_tap(tap.kind, counted_at=tap.counted_at, visits=near, longest=longest)
    visit = known or _add(session, tap, client_id=client_id, door=door, moment=moment, actor=actor)
    event = store(session, replace(tap, visit_id=visit.id), content=content, actor=actor, settings=settings, at=at)
    if event is None:  # it was stored at this moment, at another client's door or when the visit was still planned
        raise VisitBusy(event_id=str(tap.event_id))
    scan = take_scan(session, tap, places=door.places, moment=moment, policy=policy)
    codes = [ExceptionCode.UNSCHEDULED, *place_exceptions(event.verdict, source=event.location_source, scan=scan)]
    codes += device_exceptions(door.device_doubt)
    if tap.kind is EventKind.IN:
        rights = lenient(door.rights, terms=policy.carer, day=moment.day, employed_since=door.employed_since)
        codes += door_exceptions(rights)
    found = [*why, *moment.judged.exceptions, *(Found(code) for code in codes)]
    found += tag_findings(scan, verdict=event.verdict)
    if known is not None:
        return follow(session, event, visit=known, found=found, policy=policy, moment=moment, actor=actor)
    facts.add_exceptions(session, fact_id=visit.id, found=found, policy=policy, at=at, event_id=event.id)
    return replace(event, exceptions=codes_of(found))


def _add(session: Session, tap: Judged, *, client_id: UUID, door: Door, moment: Moment, actor: Actor) -> VisitView:
    begins = tap.kind is EventKind.IN
    visit = VisitView(
        id=tap.event_id,
        client_id=client_id,
        carer_id=tap.carer_id,
        agency_id=door.employer_id,
        plan_id=None,
        team_slot=1,
        planned_from=None,
        planned_to=None,
        state=VisitState.BEGUN if begins else VisitState.DONE,
        seq=1,
        began_at=tap.counted_at if begins else None,
        ended_at=None if begins else tap.counted_at,
        source=VisitSource.UNSCHEDULED,
        district_code=door.district_code or "",
        street_code=door.street_code,
    )
    is_new = progress.add_unscheduled(session, visit, cause_id=tap.event_id, actor=actor, at=moment.at)
    if not is_new or not facts.add_subject(session, subject_of(visit), at=moment.at):
        raise EventReused(id=str(tap.event_id))
    return visit
