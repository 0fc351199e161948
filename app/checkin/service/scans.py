"""Keeps what a phone read from a home tag with its tap, and judges it. Without a tag it costs nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.checkin.queries import tags as queries
from app.checkin.rules.tags import (
    Reading,
    ScanJudgement,
    is_replayed,
    is_too_fast,
    judge_code,
    medium_of,
)
from app.checkin.service.events import Judged
from app.checkin.service.moves import Moment
from app.checkin.tag_models import TagScan
from app.checkin.tags import TagMedium, TagOutcome
from app.checkin.types import Place
from app.kernel.settings import current_settings
from app.kernel.tag_codes import TagCode, read_code
from app.policies.types import Policy


@dataclass(frozen=True, slots=True)
class ScannedLater:
    """A scan of its own: the tap that it came after, its digest, and whether the visit lasted still."""

    event_id: UUID
    command_digest: bytes
    is_timely: bool


def take_scan(
    session: Session,
    tap: Judged,
    *,
    places: Sequence[Place],
    moment: Moment,
    policy: Policy,
    later: ScannedLater | None = None,
) -> ScanJudgement | None:
    """Judge and keep the tag read with a tap that is stored by now, or `later` for one; None without a tag."""
    if tap.tag is None:
        return None
    code, settings = read_code(tap.tag), current_settings()
    tag = queries.find_tag(session, tag_id=code.tag_id, settings=settings) if code else None
    at, client_id = tap.counted_at, tap.client_id
    outcome = judge_code(code, tag=tag, region=moment.region, client_id=client_id, at=at)
    if later is not None and outcome is TagOutcome.GENUINE and not later.is_timely:
        outcome = TagOutcome.OUT_OF_TIME
    medium = medium_of(code) if code else None
    if code is not None and outcome is TagOutcome.GENUINE and medium is TagMedium.CHIP:
        outcome = _judge_counter(session, code, tap=tap, policy=policy)
    too_fast_after = None
    if outcome is TagOutcome.GENUINE and client_id is not None:
        too_fast_after = _find_too_fast(session, tap, client_id=client_id, places=places, moment=moment, policy=policy)
    session.execute(
        insert(TagScan).values(
            id=tap.event_id,
            carer_id=tap.carer_id,
            tag_id=code.tag_id if code else None,
            medium=medium,
            counter=code.counter if code else None,
            outcome=outcome,
            counted_at=at,
            event_id=later.event_id if later else None,
            occurred_at=tap.occurred_at if later else None,
            command_digest=later.command_digest if later else None,
            recorded_at=moment.at,
        )
    )
    return ScanJudgement(outcome, medium if outcome is TagOutcome.GENUINE else None, too_fast_after)


def take_turns(session: Session, tags: Iterable[str | None]) -> None:
    """Wait for the turns of all tags that are read together, in one order for everybody: else two phones with the tags
    of two homes could wait for each other."""
    codes = [code for tag in tags if tag is not None and (code := read_code(tag)) is not None]
    for tag_id in sorted({code.tag_id for code in codes if medium_of(code) is TagMedium.CHIP}):
        queries.take_tags_turn(session, tag_id=tag_id)


def _judge_counter(session: Session, code: TagCode, *, tap: Judged, policy: Policy) -> TagOutcome:
    queries.take_tags_turn(session, tag_id=code.tag_id)
    reading = Reading(code.counter, tap.counted_at, tap.carer_id)
    others = queries.list_readings(session, tag_id=code.tag_id, counter=code.counter)
    replayed = is_replayed(reading, others=others, tolerance=policy.clock.skew_flag_after)
    return TagOutcome.REPLAYED if replayed else TagOutcome.GENUINE


def _find_too_fast(
    session: Session, tap: Judged, *, client_id: UUID, places: Sequence[Place], moment: Moment, policy: Policy
) -> UUID | None:
    near = queries.list_near_scans(
        session,
        carer_id=tap.carer_id,
        client_id=client_id,
        at=tap.counted_at,
        on=moment.day,
        settings=current_settings(),
    )
    terms = policy.location
    found = (each for each in near if is_too_fast(at=tap.counted_at, places=places, near=each, terms=terms))
    return next((each.event_id for each in found), None)
