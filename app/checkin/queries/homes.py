"""Selects about homes learned from accepted visits, and about what is proposed of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.checkin.home_models import (
    PROPOSED_CONTEXT,
    HomeProposal,
    HomeProposalDecision,
    HomeProposalPoint,
    LearnedHome,
)
from app.checkin.homes import LearnedHome as SeenHome
from app.checkin.homes import ProposalState, ProposalView, SeenAt
from app.checkin.models import (
    POINT_CONTEXT,
    CareFact,
    ClockEvent,
    ExceptionFound,
    Hold,
    PayableTime,
    Position,
)
from app.checkin.queries.door import POSITION_CONTEXT, place_of
from app.checkin.queries.fact_statements import OPEN_HOLD, STILL_HOLDS
from app.checkin.rules.homes import MOST_TAPS, WORST_ACCURACY_M
from app.checkin.types import ExceptionCode, FactKind, Fix, LocationSource, Place, Verdict
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.geo import Point, to_wgs84
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.registry.conditions import holds
from app.registry.models import Client, HomePlace
from app.registry.queries import visible_clients
from app.registry.types import PlaceState

USABLE = (Verdict.INSIDE, Verdict.UNCERTAIN, Verdict.OUTSIDE, Verdict.NO_HOME)
ANSWERED = exists().where(HomeProposalDecision.proposal_id == HomeProposal.id)
TAKEN = exists().where(HomeProposalDecision.proposal_id == HomeProposal.id, HomeProposalDecision.home_id.is_not(None))
IN_STATE = {
    ProposalState.OPEN: ~ANSWERED,
    ProposalState.ACCEPTED: TAKEN,
    ProposalState.DECLINED: ANSWERED & ~TAKEN,
}


@dataclass(frozen=True, slots=True)
class ProposalFilter(PageRequest):
    """Query keys of the list: proposals in one state, or all."""

    state: ProposalState | None = None


@dataclass(frozen=True, slots=True)
class StoredTap:
    """A tap of a visit with where the phone was."""

    event_id: UUID
    occurred_at: datetime
    verdict: Verdict
    fix: Fix


def list_to_learn(session: Session, *, since: datetime, after: UUID | None, limit: int) -> list[tuple[UUID, datetime]]:
    """Clients with visits accepted since their home was learned, with when the last was; in order of ids, unscoped,
    for the job."""
    statement = (
        select(PayableTime.client_id, func.max(PayableTime.recorded_at))
        .outerjoin(LearnedHome, LearnedHome.client_id == PayableTime.client_id)
        .where(PayableTime.recorded_at >= since)
        .where(or_(LearnedHome.learned_at.is_(None), PayableTime.recorded_at > LearnedHome.learned_at))
        .group_by(PayableTime.client_id)
        .order_by(PayableTime.client_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(PayableTime.client_id > after)
    return [(row[0], row[1]) for row in session.execute(statement)]


def list_seen(session: Session, *, client_id: UUID, zone: ZoneInfo) -> list[SeenAt]:
    """Where phones were at the newest taps of a client's accepted visits, unscoped; what has faded is left out."""
    statement = (
        select(ClockEvent.carer_id, ClockEvent.counted_at, Position.point_enc, Position.system)
        .join(PayableTime, PayableTime.visit_id == ClockEvent.visit_id)
        .join(Position, Position.id == ClockEvent.id)
        .where(ClockEvent.client_id == client_id, ClockEvent.verdict.in_(USABLE))
        .where(ClockEvent.accuracy_m <= WORST_ACCURACY_M)
        .order_by(ClockEvent.id.desc())
        .limit(MOST_TAPS)
    )
    return [
        SeenAt(to_wgs84(*_pair(sealed, POINT_CONTEXT), system), clock.local_date(counted_at, zone), carer_id)
        for carer_id, counted_at, sealed, system in session.execute(statement)
    ]


def find_seen_outside(session: Session, *, event_id: UUID, fact_id: UUID) -> tuple[UUID, SeenHome, int] | None:
    """Client and place of one tap of a visit outside every approved place, and how far (metres); None where the phone
    doubted it too much or it has faded. Unscoped."""
    statement = (
        select(ClockEvent.client_id, ClockEvent.accuracy_m, ClockEvent.distance_m, Position.point_enc, Position.system)
        .join(Position, Position.id == ClockEvent.id)
        .where(ClockEvent.id == event_id, ClockEvent.visit_id == fact_id, ClockEvent.verdict == Verdict.OUTSIDE)
        .where(ClockEvent.accuracy_m <= WORST_ACCURACY_M, ClockEvent.distance_m.is_not(None))
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return None
    point = to_wgs84(*_pair(row.point_enc, POINT_CONTEXT), row.system)
    return row.client_id, SeenHome(point, spread_m=row.accuracy_m, taps=1, days=1, carers=1), row.distance_m


def list_places(session: Session, *, client_id: UUID, on: date) -> list[Place]:
    """A client's approved places of a day, unscoped."""
    rows = session.scalars(
        select(HomePlace).where(
            HomePlace.client_id == client_id, HomePlace.state == PlaceState.APPROVED, holds(HomePlace, on=on)
        )
    )
    keys = current_settings().key_ring
    return [
        place_of(keys.decrypt(row.position_enc, context=POSITION_CONTEXT), row.system, row.radius_m) for row in rows
    ]


def find_district(session: Session, *, client_id: UUID) -> str | None:
    """The district whose rules hold for a client, unscoped."""
    return session.scalar(select(Client.district_code).where(Client.id == client_id))


def find_open_proposal(session: Session, *, client_id: UUID) -> UUID | None:
    """The proposal about a client that nobody has answered, unscoped."""
    statement = select(HomeProposal.id).where(HomeProposal.client_id == client_id, ~ANSWERED)
    return session.scalars(statement.order_by(HomeProposal.id).limit(1)).one_or_none()


def list_declined_points(session: Session, *, client_id: UUID) -> list[Point]:
    """Places of a client that a person declined, unscoped."""
    statement = (
        select(HomeProposalPoint.point_enc)
        .join(HomeProposal, HomeProposal.id == HomeProposalPoint.proposal_id)
        .where(HomeProposal.client_id == client_id, ANSWERED, ~TAKEN)
    )
    return [Point(*_pair(each, PROPOSED_CONTEXT)) for each in session.scalars(statement)]


def find_point(session: Session, *, proposal_id: UUID) -> Point | None:
    """The proposed point; None when it was deleted. Unscoped: the caller has found the proposal."""
    sealed = session.scalar(select(HomeProposalPoint.point_enc).where(HomeProposalPoint.proposal_id == proposal_id))
    return None if sealed is None else Point(*_pair(sealed, PROPOSED_CONTEXT))


def list_doubted(session: Session, *, client_id: UUID, codes: Collection[ExceptionCode]) -> dict[UUID, list[UUID]]:
    """Visits of a client, each with its exceptions of these codes that still hold; in order of ids, unscoped."""
    statement = (
        select(CareFact.id, ExceptionFound.id)
        .join(ExceptionFound, ExceptionFound.fact_id == CareFact.id)
        .where(CareFact.client_id == client_id, CareFact.kind == FactKind.VISIT)
        .where(ExceptionFound.code.in_(codes), STILL_HOLDS)
        .order_by(CareFact.id, ExceptionFound.id)
    )
    found: dict[UUID, list[UUID]] = {}
    for fact_id, exception_id in session.execute(statement):
        found.setdefault(fact_id, []).append(exception_id)
    return found


def list_held(session: Session, *, fact_ids: Collection[UUID]) -> list[UUID]:
    """Those of these facts that wait for a person, in order of ids, unscoped."""
    waiting = select(Hold.fact_id).where(Hold.fact_id.in_(fact_ids), OPEN_HOLD).distinct()
    return sorted(session.scalars(waiting))


def list_stored_taps(session: Session, *, visit_id: UUID) -> list[StoredTap]:
    """A visit's taps whose position has not faded, unscoped."""
    statement = (
        select(ClockEvent, Position)
        .join(Position, Position.id == ClockEvent.id)
        .where(ClockEvent.visit_id == visit_id)
        .order_by(ClockEvent.id)
    )
    return [
        StoredTap(event.id, event.occurred_at, event.verdict, _fix(event, position))
        for event, position in session.execute(statement)
    ]


def get_proposal(session: Session, *, proposal_id: UUID, actor: AnyActor) -> ProposalView:
    """One proposal about a client in the actor's scope; raises NotFound."""
    row = session.scalars(_visible(actor).where(HomeProposal.id == proposal_id)).one_or_none()
    if row is None:
        raise NotFound(kind="home_proposal")
    return _view(row, session.get(HomeProposalDecision, row.id))


def list_proposals(session: Session, *, actor: AnyActor, wanted: ProposalFilter) -> Page[ProposalView]:
    """Proposals about clients in the actor's scope, in one state or all; two statements a page."""
    statement = _visible(actor)
    if wanted.state is not None:
        statement = statement.where(IN_STATE[wanted.state])
    page = fetch_page(
        session, statement, key=HomeProposal.id, limit=wanted.limit, after=wanted.after, view=lambda row: row
    )
    ids = [row.id for row in page.items]
    answers = session.scalars(select(HomeProposalDecision).where(HomeProposalDecision.proposal_id.in_(ids)))
    answered = {each.proposal_id: each for each in answers}
    return Page(tuple(_view(row, answered.get(row.id)) for row in page.items), page.next_after)


def _visible(actor: AnyActor) -> Select[HomeProposal]:
    clients = visible_clients(actor).with_only_columns(Client.id)
    return select(HomeProposal).where(HomeProposal.client_id.in_(clients))


def _view(row: HomeProposal, answer: HomeProposalDecision | None) -> ProposalView:
    state = ProposalState.OPEN
    if answer is not None:
        state = ProposalState.DECLINED if answer.home_id is None else ProposalState.ACCEPTED
    return ProposalView(
        id=row.id,
        client_id=row.client_id,
        state=state,
        distance_m=row.distance_m,
        spread_m=row.spread_m,
        taps=row.taps,
        days=row.days,
        carers=row.carers,
        proposed_at=row.recorded_at,
        decline_reason=answer.decline_reason if answer else None,
        home_id=answer.home_id if answer else None,
        answered_by=answer.account_id if answer else None,
        answered_at=answer.recorded_at if answer else None,
    )


def _fix(event: ClockEvent, position: Position) -> Fix:
    latitude, longitude = _pair(position.point_enc, POINT_CONTEXT)
    source = event.location_source or LocationSource.WECHAT
    return Fix(latitude, longitude, position.system, source, position.accuracy_m, position.fixed_at)


def _pair(sealed: bytes, context: str) -> tuple[float, float]:
    latitude, _, longitude = current_settings().key_ring.decrypt(sealed, context=context).partition(",")
    return float(latitude), float(longitude)
