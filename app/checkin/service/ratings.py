"""The client's or guardian's rating of a visit: told to the fund, never to the carer, and no part of what is paid."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import events, statements
from app.checkin.queries import ratings as queries
from app.checkin.queries.ratings import MonthPage
from app.checkin.rating_models import ServiceRating
from app.checkin.ratings import (
    GivenOn,
    Rating,
    RatingHandedOver,
    RatingTerms,
    RatingTotals,
    Unrated,
    UnratedCount,
)
from app.checkin.rules.ratings import (
    RATED_WITHIN,
    RatingUnreadable,
    add_up,
    check_ratable,
    content_of,
    is_closed,
)
from app.checkin.service.moves import VisitBusy
from app.checkin.service.records import OwnFact
from app.checkin.service.settling import policy_on
from app.kernel import audit, clock, resend
from app.kernel.boxes import BoxUnreadable, open_box, public_key
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.paging import Page, PageRequest
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.entry_codes import LimitPeriod
from app.policies.oversight_codes import RatingDuty
from app.schedules.queries import get_visit
from app.schedules.rules import days_of
from app.schedules.service import progress
from app.schedules.types import VisitState, VisitView

DAY = timedelta(days=1)
BOX_CONTEXT = "service_rating.box"


class AlreadyRated(DomainError):
    """The visit has a rating, and a rating is not changed."""

    kind, code = ErrorKind.CONFLICT, "already_rated"


class RatingMonthOpen(DomainError):
    """Visits of the month may still be rated: two looks at its totals would tell what one visit got."""

    kind, code = ErrorKind.CONFLICT, "rating_month_open"


def rate_visit(session: Session, command: Rating, *, visit_id: UUID, actor: Actor, at: datetime) -> Rating:
    """Keep what a guardian of the visit's day thinks of it. A resend changes nothing, however late.

    Raises NotFound, OwnFact, AlreadyRated, EventReused and what `check_ratable` raises.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    carer_person_id = events.get_carer_person(session, carer_id=visit.carer_id)
    if actor.person_id == carer_person_id:
        raise OwnFact
    is_carers = statements.is_carers_phone(
        session, device_id=actor.device_id, person_id=carer_person_id, since=visit.began_at or at
    )
    given_on = GivenOn.CARER_PHONE if is_carers else GivenOn.OWN_PHONE
    _keep(session, command, command, visit=visit, given_on=given_on, actor=actor, at=at)
    return command


def pass_on(session: Session, command: RatingHandedOver, *, visit_id: UUID, actor: Actor, at: datetime) -> None:
    """Keep what the client or family said on the phone of the visit's carer. Whoever held it, it is told apart, and a
    rating from an own phone replaces it. Raises NotFound, RatingUnreadable, VisitBusy for a visit whose clock-out the
    phone is still to bring, and what `rate_visit` raises but OwnFact.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    if visit.state is VisitState.BEGUN:
        raise VisitBusy(visit_id=str(visit_id))
    try:
        said = open_box(command.box, secret=current_settings().key_ring.box_secret(context=BOX_CONTEXT))
    except BoxUnreadable:
        raise RatingUnreadable from None
    score, reasons = content_of(said)
    rating = Rating(command.id, score, command.occurred_at, reasons)
    _keep(session, command, rating, visit=visit, given_on=GivenOn.CARER_PHONE, actor=actor, at=at)


def terms_of_handing_over(*, actor: Actor, at: datetime) -> RatingTerms:
    """Whether a carer's phone asks for a rating today, and the key with which it seals one."""
    today = clock.local_date(at, zone_of(actor.region))
    duty = policy_on(today, region=actor.region, district=None, at=at).service.rating
    key = public_key(current_settings().key_ring.box_secret(context=BOX_CONTEXT))
    return RatingTerms(is_asked=duty is not None, public_key=key)


def _keep(
    session: Session,
    command: Rating | RatingHandedOver,
    rating: Rating,
    *,
    visit: VisitView,
    given_on: GivenOn,
    actor: Actor,
    at: datetime,
) -> None:
    """Append a rating, once for each phone; what was sent before changes nothing."""
    visit_id = visit.id
    progress.lock(session, visit_id=visit_id)
    rated = queries.find_rating_ids(session, visit_id=visit_id)
    if command.id not in rated.values():
        if given_on in rated:
            raise AlreadyRated
        zone = zone_of(actor.region)
        day = queries.day_of(visit, zone=zone, at=at)
        duty = policy_on(day, region=actor.region, district=visit.district_code, at=at).service.rating
        check_ratable(visit.state, duty=duty, day=day, today=clock.local_date(at, zone))
    keys = current_settings().key_ring
    content = {"command": command, "visit_id": visit_id, "account_id": actor.account_id}
    _, is_new = resend.insert_once(
        session,
        ServiceRating,
        digest=command_digest(content, key=keys.command_key),
        id=command.id,
        visit_id=visit_id,
        score=rating.score,
        reasons=[each.value for each in rating.reasons],
        account_id=actor.account_id,
        given_on=given_on,
        occurred_at=command.occurred_at,
        recorded_at=at,
    )
    if is_new:  # the score is not told: who reads the audit need not know it
        about, details = ("visit", visit_id), {"rating_id": command.id, "given_on": given_on}
        audit.record(session, "visit.rated", actor=actor, at=at, subject=about, details=details, keys=keys)
    else:
        resend.mark_replay()


def list_unrated(session: Session, page: PageRequest, *, actor: Actor, at: datetime) -> Page[Unrated]:
    """What a guardian is asked to rate, again and again until the days for it are over."""
    today = clock.local_date(at, zone_of(actor.region))
    days = _days_asking(today - RATED_WITHIN, today + DAY, duties=tuple(RatingDuty), region=actor.region, at=at)
    return queries.list_unrated(session, actor=actor, page=page, days=days)


def count_unrated(session: Session, wanted: MonthPage, *, actor: Actor, at: datetime) -> Page[UnratedCount]:
    """The visits of a month that were to be rated and are not, by agency, of days on which policy says that each is."""
    first, beyond = days_of(LimitPeriod.MONTH, on=wanted.month)
    days = _days_asking(first, beyond, duties=(RatingDuty.REQUIRED,), region=actor.region, at=at)
    return queries.count_unrated(session, actor=actor, wanted=wanted, days=days)


def sum_ratings(session: Session, *, carer_id: UUID, month: date, actor: Actor, at: datetime) -> RatingTotals:
    """A carer's ratings of a month added up, once nothing can be added. Raises NotFound, RatingMonthOpen."""
    first, beyond = days_of(LimitPeriod.MONTH, on=month)
    scores = queries.list_scores(session, carer_id=carer_id, actor=actor, first=first, beyond=beyond)
    if not is_closed(beyond=beyond, today=clock.local_date(at, zone_of(actor.region))):
        raise RatingMonthOpen(month=month)
    return add_up(scores)


def _days_asking(
    first: date, beyond: date, *, duties: Collection[RatingDuty], region: str, at: datetime
) -> tuple[date, ...]:
    """The days of `[first, beyond)` on which the fund asks so; no district has a rule of its own."""
    days = (first + DAY * each for each in range((beyond - first).days))
    return tuple(day for day in days if policy_on(day, region=region, district=None, at=at).service.rating in duties)
