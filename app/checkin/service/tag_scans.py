"""A home tag that is scanned after the tap: it says what it would have said beside it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.commands import ClockTap
from app.checkin.door_words import TagScanned, TagScanView
from app.checkin.queries import facts as fact_queries
from app.checkin.queries import tags as queries
from app.checkin.queries.away_words import find_fact_of_own_tap
from app.checkin.queries.door import Door, load_visit_door
from app.checkin.queries.tags import StoredTap
from app.checkin.rules.tags import ScanJudgement, is_timely, place_exceptions, tag_findings, verdict_with_tag
from app.checkin.rules.visits import OF_DOUBT
from app.checkin.service import facts
from app.checkin.service.cases import subject_of
from app.checkin.service.moves import Moment, carer_kind_of, judge_tap, moment_of
from app.checkin.service.scans import ScannedLater, take_scan
from app.checkin.service.settling import policy_on, settle_visit
from app.checkin.tags import TagOutcome
from app.checkin.types import Verdict
from app.kernel import resend
from app.kernel.canonical import command_digest
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor
from app.kernel.resend import EventReused
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.queries import get_visit
from app.schedules.service import progress
from app.schedules.types import VisitView


def scan_tag(
    session: Session, command: TagScanned, *, visit_id: UUID, sent_at: datetime | None, actor: Actor, at: datetime
) -> TagScanView:
    """Judge and keep a tag that was scanned for a tap of a visit, by the rules of one that came with it: a genuine one
    lifts what was uncertain, never what was outside, and counts while the visit lasts only.

    The visit is the one that the tap belongs to by now, whichever the phone names. Raises NotFound when visit or tap is
    not the carer's, EventReused.
    """
    keys, named_id = current_settings().key_ring, visit_id
    visit_id = find_fact_of_own_tap(session, event_id=command.event_id, actor=actor) or visit_id
    get_visit(session, visit_id=visit_id, actor=actor)
    progress.lock(session, visit_id=visit_id)
    moment = moment_of(command.occurred_at, sent_at=sent_at, region=actor.region, at=at)
    who: dict[str, Any] = {"account_id": actor.account_id, "carer_kind": carer_kind_of(actor)}
    door = load_visit_door(session, visit_id=visit_id, day=moment.day, keys=keys, device_id=actor.device_id, **who)
    visit, event = door.visit, queries.find_tap(session, event_id=command.event_id, visit_id=visit_id)
    if visit is None or event is None:
        raise NotFound(kind="tap")
    content = {"command": command, "visit_id": named_id, "carer_id": visit.carer_id}
    digest = command_digest(content, key=keys.command_key)
    scan = _stored(session, command, digest=digest)
    if scan is None:
        policy = policy_on(moment.day, region=actor.region, district=visit.district_code, at=at)
        scan = _judge(session, command, digest, visit=visit, event=event, door=door, moment=moment, policy=policy)
        _follow(session, visit, event, scan, scan_id=command.id, policy=policy, moment=moment)
    verdict = verdict_with_tag(event.verdict, scan.medium)
    return TagScanView(command.id, event.id, scan.outcome, verdict, event.distance_m)


def _stored(session: Session, command: TagScanned, *, digest: bytes) -> ScanJudgement | None:
    stored = queries.find_later_scan(session, scan_id=command.id)
    if stored is None:
        return None
    if stored.command_digest != digest:
        raise EventReused(id=str(command.id))
    resend.mark_replay()
    return ScanJudgement(stored.outcome, stored.medium if stored.outcome is TagOutcome.GENUINE else None)


def _judge(
    session: Session,
    command: TagScanned,
    digest: bytes,
    *,
    visit: VisitView,
    event: StoredTap,
    door: Door,
    moment: Moment,
    policy: Policy,
) -> ScanJudgement:
    tap = judge_tap(
        event.kind,
        ClockTap(command.id, command.occurred_at, None, command.tag),
        carer_id=visit.carer_id,
        client_id=visit.client_id,
        visit_id=visit.id,
        claimed_visit_id=None,
        places=door.places,
        location_withdrawn=door.location_withdrawn,
        moment=moment,
        policy=policy,
    )
    ends_at = visit.ended_at or visit.planned_to
    timely = is_timely(tap.counted_at, tapped_at=event.counted_at, ends_at=ends_at, terms=policy.clock)
    later = ScannedLater(event.id, digest, is_timely=timely)
    scan = take_scan(session, tap, places=door.places, moment=moment, policy=policy, later=later)
    assert scan is not None  # noqa: S101 - there is a tag, this tells mypy
    return scan


def _follow(
    session: Session,
    visit: VisitView,
    event: StoredTap,
    scan: ScanJudgement,
    *,
    scan_id: UUID,
    policy: Policy,
    moment: Moment,
) -> None:
    """End the doubt that the tag dispels, keep what it leaves to look into, and settle the visit again."""
    left = place_exceptions(event.verdict, source=None, scan=scan)
    known = fact_queries.list_open_exceptions(session, fact_id=visit.id)
    of_tap = [each for each in known if each.details.get("event_id") == str(event.id) and each.code in OF_DOUBT]
    facts.end_exceptions(session, exception_ids=[each.id for each in of_tap if each.code not in left], at=moment.at)
    found = tag_findings(scan, verdict=Verdict.NO_POSITION)  # where the phone was at the scan nobody knows
    if found:
        facts.add_subject(session, subject_of(visit), at=moment.at)
        facts.add_exceptions(session, fact_id=visit.id, found=found, policy=policy, at=moment.at, event_id=scan_id)
    settle_visit(session, visit, region=moment.region, at=moment.at, news=found)
