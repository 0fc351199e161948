"""Learns where clients are really cared for, proposes a place where the approved ones look wrong, and takes it when a
person accepts it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.home_models import (
    CENTRE_CONTEXT,
    PROPOSED_CONTEXT,
    HomeProposal,
    HomeProposalDecision,
    HomeProposalPoint,
    TapVerdict,
)
from app.checkin.home_models import LearnedHome as LearnedRow
from app.checkin.homes import LearnedHome, ProposalAnswer, ProposalView
from app.checkin.queries import facts as fact_queries
from app.checkin.queries import homes as queries
from app.checkin.rules.homes import find_address_fault, is_better, is_declined, learn_home
from app.checkin.rules.location import judge_location, location_exceptions
from app.checkin.service import facts
from app.checkin.service.addresses import DOUBT_OF_ADDRESS, doubt_address
from app.checkin.service.settling import policy_on, settle_visit
from app.checkin.types import ExceptionCode, Found, Place
from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.registry.commands import HomeEntry
from app.registry.queries import lock_client
from app.registry.service.homes import add_home
from app.schedules.queries import find_visits
from app.schedules.service import progress
from app.schedules.types import VisitView

OF_PLACE = frozenset({ExceptionCode.OUTSIDE_FENCE, ExceptionCode.UNCERTAIN_LOCATION})


class ProposalAnswered(DomainError):
    """The proposal was answered before."""

    kind, code = ErrorKind.CONFLICT, "proposal_answered"


class ProposalFaded(DomainError):
    """The proposed point was deleted: there is nothing to accept."""

    kind, code = ErrorKind.CONFLICT, "proposal_faded"


def learn(session: Session, *, client_id: UUID, learned_at: datetime, actor: SystemActor, at: datetime) -> bool:
    """Learn a client's home from visits accepted up to `learned_at`; True when a proposal came of it.

    Safe to run twice: while a proposal is open there is no other, and what a person declined is not proposed again.
    """
    zone = zone_of(actor.region)
    today = clock.local_date(at, zone)
    lock_client(session, client_id=client_id)
    learned = learn_home(queries.list_seen(session, client_id=client_id, zone=zone))
    _keep(session, client_id, learned, learned_at=learned_at)
    if learned is None or queries.find_open_proposal(session, client_id=client_id) is not None:
        return False
    district = queries.find_district(session, client_id=client_id)
    policy = policy_on(today, region=actor.region, district=district, at=at)
    distance_m = find_address_fault(
        learned,
        places=queries.list_places(session, client_id=client_id, on=today),
        declined=queries.list_declined_points(session, client_id=client_id),
        terms=policy.location,
    )
    if distance_m is None:
        return False
    _propose(session, client_id, learned, distance_m=distance_m, policy=policy, actor=actor, at=at)
    return True


def propose_told(session: Session, *, event_id: UUID, fact_id: UUID, actor: Actor, at: datetime) -> bool:
    """Propose the place of one tap outside, since its carer says that the address is wrong; True when it did.

    As what is learned it is for a person to accept or decline: nothing is proposed beside an open proposal, nor a place
    that was declined, nor where the phone itself was in doubt.
    """
    seen = queries.find_seen_outside(session, event_id=event_id, fact_id=fact_id)
    if seen is None:
        return False
    client_id, learned, distance_m = seen
    lock_client(session, client_id=client_id)
    if queries.find_open_proposal(session, client_id=client_id) is not None:
        return False
    if is_declined(learned.centre, declined=queries.list_declined_points(session, client_id=client_id)):
        return False
    today, district = clock.local_date(at, zone_of(actor.region)), queries.find_district(session, client_id=client_id)
    policy = policy_on(today, region=actor.region, district=district, at=at)
    _propose(session, client_id, learned, distance_m=distance_m, policy=policy, actor=actor, at=at)
    return True


def answer(session: Session, command: ProposalAnswer, *, proposal_id: UUID, actor: Actor, at: datetime) -> ProposalView:
    """Take the learned place as an approved one and judge the visits that wait by it again, or decline it.

    Either way the address is doubted no longer. Raises NotFound, ProposalAnswered, ProposalFaded and what adding a home
    raises.
    """
    proposal = queries.get_proposal(session, proposal_id=proposal_id, actor=actor)
    client_id = proposal.client_id
    lock_client(session, client_id=client_id)
    home_id, point = None, queries.find_point(session, proposal_id=proposal_id)
    if command.address is not None:
        if point is None:
            raise ProposalFaded(proposal_id=str(proposal_id))
        entry = HomeEntry(
            command.address, point.latitude, point.longitude, CoordinateSystem.WGS84, replaces_id=command.replaces_id
        )
        home_id = add_home(session, entry, client_id=client_id, actor=actor, at=at).id
    once = insert(HomeProposalDecision).on_conflict_do_nothing().returning(HomeProposalDecision.proposal_id)
    values = {"home_id": home_id, "decline_reason": command.decline_reason, "account_id": actor.account_id}
    if session.scalar(once.values(proposal_id=proposal_id, recorded_at=at, **values)) is None:
        raise ProposalAnswered(proposal_id=str(proposal_id))
    doubted = queries.list_doubted(session, client_id=client_id, codes=DOUBT_OF_ADDRESS)
    facts.end_exceptions(session, exception_ids=[each for ids in doubted.values() for each in ids], at=at)
    _audit(session, "home.proposal_answered", client_id, {"proposal_id": proposal_id, **values}, actor=actor, at=at)
    if home_id is not None and point is not None:
        _judge_waiting(session, client_id, Place(point), home_id=home_id, region=actor.region, at=at)
    return queries.get_proposal(session, proposal_id=proposal_id, actor=actor)


def _keep(session: Session, client_id: UUID, learned: LearnedHome | None, *, learned_at: datetime) -> None:
    values: dict[str, Any] = {"centre_enc": None, "spread_m": None, "taps": 0, "days": 0, "carers": 0}
    if learned is not None:
        values = {
            "centre_enc": current_settings().key_ring.encrypt(_text(learned.centre), context=CENTRE_CONTEXT),
            "spread_m": learned.spread_m,
            "taps": learned.taps,
            "days": learned.days,
            "carers": learned.carers,
        }
    values["learned_at"] = learned_at
    row = insert(LearnedRow).values(client_id=client_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["client_id"], set_=values))


def _propose(
    session: Session,
    client_id: UUID,
    learned: LearnedHome,
    *,
    distance_m: int,
    policy: Policy,
    actor: AnyActor,
    at: datetime,
) -> None:
    row = HomeProposal(
        id=new_id(at=at),
        client_id=client_id,
        distance_m=distance_m,
        spread_m=learned.spread_m,
        taps=learned.taps,
        days=learned.days,
        carers=learned.carers,
        policy_digest=policy.digest,
        recorded_at=at,
    )
    sealed = current_settings().key_ring.encrypt(_text(learned.centre), context=PROPOSED_CONTEXT)
    session.add_all([row, HomeProposalPoint(proposal_id=row.id, point_enc=sealed)])
    session.flush()
    outside = queries.list_doubted(session, client_id=client_id, codes=(ExceptionCode.OUTSIDE_FENCE,))
    writes = facts.Writes(session, at)
    for visit_id in queries.list_held(session, fact_ids=outside.keys()):
        known = fact_queries.list_open_exceptions(session, fact_id=visit_id)
        doubt_address(writes, known, fact_id=visit_id, client_id=client_id, policy=policy)
    writes.write()
    details = {"proposal_id": row.id, "distance_m": distance_m, "carers": learned.carers, "days": learned.days}
    _audit(session, "home.proposed", client_id, details, actor=actor, at=at)


def _judge_waiting(
    session: Session, client_id: UUID, place: Place, *, home_id: UUID, region: str, at: datetime
) -> None:
    """Judge the taps of visits that wait by the new place too; one that somebody decides about just now is left to
    him."""
    waiting = queries.list_held(session, fact_ids=queries.list_doubted(session, client_id=client_id, codes=OF_PLACE))
    visits = find_visits(session, ids=waiting)
    for visit_id in waiting:
        visit = visits[visit_id]
        is_free = progress.lock(session, visit_id=visit_id, wait=False)
        if is_free and _judge(session, visit, place, home_id=home_id, region=region, at=at):
            settle_visit(session, visit, region=region, at=at)


def _judge(session: Session, visit: VisitView, place: Place, *, home_id: UUID, region: str, at: datetime) -> bool:
    is_changed = False
    for tap in queries.list_stored_taps(session, visit_id=visit.id):
        on = clock.local_date(tap.occurred_at, zone_of(region))
        policy = policy_on(on, region=region, district=visit.district_code, at=at)
        judged = judge_location(tap.fix, places=[place], occurred_at=tap.occurred_at, terms=policy.location)
        if not is_better(judged.verdict, than=tap.verdict):
            continue
        row = TapVerdict(
            id=new_id(at=at),
            event_id=tap.event_id,
            home_id=home_id,
            verdict=judged.verdict,
            distance_m=judged.distance_m,
            recorded_at=at,
        )
        session.add(row)
        session.flush()
        of_tap = [
            each
            for each in fact_queries.list_open_exceptions(session, fact_id=visit.id)
            if each.code in OF_PLACE and each.details.get("event_id") == str(tap.event_id)
        ]
        facts.end_exceptions(session, exception_ids=[each.id for each in of_tap], at=at)
        found = [Found(code) for code in location_exceptions(judged.verdict, source=None)]
        facts.add_exceptions(session, fact_id=visit.id, found=found, policy=policy, at=at, event_id=tap.event_id)
        is_changed = True
    return is_changed


def _text(point: Point) -> str:
    return f"{point.latitude!r},{point.longitude!r}"


def _audit(
    session: Session, action: str, client_id: UUID, details: Mapping[str, object], *, actor: AnyActor, at: datetime
) -> None:
    keys = current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=("client", client_id), details=details, keys=keys)
