"""Care plans: written by the party the policy names, in force once confirmed, replaced by the next version."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exc, func, or_, select
from sqlalchemy.orm import Session

from app.careplans.models import CarePlan, PlanConfirmation, PlanItem
from app.careplans.queries import catalogue, get_district, plan_views, visible_plans
from app.careplans.rules import first_day_of_force, repeated_codes, unknown_codes
from app.careplans.types import (
    CarePlanView,
    CatalogueItem,
    ConfirmationWay,
    ConfirmPlan,
    PlanDraft,
)
from app.kernel import audit, clock
from app.kernel.db import constraint_of
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, Role, ScopeKind, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.codes import PlanAuthor
from app.policies.rules import may_plan
from app.policies.service import current_book
from app.policies.types import Policy, PolicyExpired
from app.registry.queries import lock_client, one_or_not_found, serving_agencies


class PlanByCommunityNurse(DomainError):
    """In this region the community health centre's nurse writes the plan; an agency may not."""

    kind, code = ErrorKind.CONFLICT, "plan_by_community_nurse"


class PlanStartPassed(DomainError):
    """A plan starts today or later: nothing is planned backwards."""

    kind, code = ErrorKind.INVALID, "plan_start_passed"


class PlanPeriodBackwards(DomainError):
    """A plan ends before it starts."""

    kind, code = ErrorKind.INVALID, "plan_period_backwards"


class ItemsUnknown(DomainError):
    """The catalogue does not hold these items; `codes` names them."""

    kind, code = ErrorKind.INVALID, "items_unknown"


class ItemsRepeated(DomainError):
    """A plan names each item once; `codes` names those repeated."""

    kind, code = ErrorKind.INVALID, "items_repeated"


class PlanAgencyUnknown(DomainError):
    """The agency that carries the plan out has no agreement with the client on the plan's first day."""

    kind, code = ErrorKind.CONFLICT, "plan_agency_unknown"


class PlanConfirmed(DomainError):
    """The plan was confirmed before."""

    kind, code = ErrorKind.CONFLICT, "plan_confirmed"


class PlanSuperseded(DomainError):
    """A later version of the plan is confirmed already."""

    kind, code = ErrorKind.CONFLICT, "plan_superseded"


class PlanOver(DomainError):
    """The plan's last day passed before it was confirmed."""

    kind, code = ErrorKind.CONFLICT, "plan_over"


class ConfirmationWayWrong(DomainError):
    """A guardian confirms on the own phone; only the agency's head enters a signed paper, with its place."""

    kind, code = ErrorKind.INVALID, "confirmation_way_wrong"


def write_plan(session: Session, command: PlanDraft, *, client_id: UUID, actor: AnyActor, at: datetime) -> CarePlanView:
    """Write a new version of a client's plan: a draft until it is confirmed, or at once where none is asked for.

    Raises PolicyExpired when the region's policy does not hold on the plan's first day or today, PlanByCommunityNurse
    where the plan is not the agency's to write.
    """
    today = _today(actor, at)
    district = get_district(session, client_id=client_id, actor=actor, on=today)
    policy = _policy(actor, district, command, today)
    lock_client(session, client_id=client_id)
    known = _known_items(session, command)
    plan = CarePlan(
        id=new_id(at=at),
        client_id=client_id,
        version=_next_version(session, client_id),
        author_id=_author(actor),
        agency_id=_agency(session, command, client_id, actor),
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        confirmed_at=None,
        policy_digest=policy.digest,
        created_at=at,
    )
    session.add(plan)
    session.flush()
    session.add_all(
        PlanItem(
            plan_id=plan.id,
            item_code=item.item_code,
            item_version=known[item.item_code].version,
            times_per_week=item.times_per_week,
            minutes=item.minutes,
            recorded_at=at,
        )
        for item in command.items
    )
    session.flush()
    _note(session, "care_plan.written", plan, actor, at, version=plan.version)
    if not policy.plan.client_confirmation_required:
        _put_in_force(session, plan, ConfirmPlan(ConfirmationWay.NOT_REQUIRED), actor, at)
    return plan_views(session, (plan,))[0]


def confirm_plan(
    session: Session, command: ConfirmPlan, *, plan_id: UUID, actor: AnyActor, at: datetime
) -> CarePlanView:
    """Put a draft in force; the version before ends the day this one starts. A late confirmation does not reach back.

    The guardian confirms on the own phone, the agency's head enters a signed paper.
    """
    today = _today(actor, at)
    plan = one_or_not_found(session, visible_plans(actor, on=today).where(CarePlan.id == plan_id))
    _check_way(command, actor)
    lock_client(session, client_id=plan.client_id)
    session.refresh(plan)
    if plan.confirmed_at is not None:
        raise PlanConfirmed(plan_id=plan_id)
    if plan.valid_to is not None and plan.valid_to <= today:
        raise PlanOver(plan_id=plan_id, valid_to=plan.valid_to)
    _put_in_force(session, plan, command, actor, at)
    return plan_views(session, (plan,))[0]


def _policy(actor: AnyActor, district: str, command: PlanDraft, today: date) -> Policy:
    """The rules of the plan's first day; nothing is planned once the region's document is over."""
    if command.valid_from < today:
        raise PlanStartPassed(valid_from=command.valid_from, today=today)
    if command.valid_to is not None and command.valid_to <= command.valid_from:
        raise PlanPeriodBackwards(valid_from=command.valid_from, valid_to=command.valid_to)
    policy = current_book().policy_for(region=actor.region, district=district, on=command.valid_from)
    if not may_plan(policy, on=command.valid_from):
        raise PolicyExpired(region=actor.region, on=command.valid_from, ended_on=policy.expires_on)
    if policy.plan.author_role is PlanAuthor.COMMUNITY_NURSE:
        raise PlanByCommunityNurse
    return policy


def _known_items(session: Session, command: PlanDraft) -> dict[str, CatalogueItem]:
    if repeated := repeated_codes(command.items):
        raise ItemsRepeated(codes=repeated)
    known = catalogue(session, codes=[item.item_code for item in command.items])
    if unknown := unknown_codes(command.items, known=known):
        raise ItemsUnknown(codes=unknown)
    return known


def _agency(session: Session, command: PlanDraft, client_id: UUID, actor: AnyActor) -> UUID | None:
    """The agency that carries out the plan: the author's own, or the one named or alone that serves the client."""
    serving = serving_agencies(session, client_id=client_id, on=command.valid_from)
    own = actor.scope.agency_id if actor.scope.kind is ScopeKind.AGENCY else None
    chosen = own or command.agency_id or (next(iter(serving)) if len(serving) == 1 else None)
    is_other = own is not None and command.agency_id not in (None, own)
    if is_other or (chosen is not None and chosen not in serving):
        raise PlanAgencyUnknown(client_id=client_id)
    return chosen


def _next_version(session: Session, client_id: UUID) -> int:
    latest = session.scalar(select(func.max(CarePlan.version)).where(CarePlan.client_id == client_id))
    return (latest or 0) + 1


def _check_way(command: ConfirmPlan, actor: AnyActor) -> None:
    is_head = isinstance(actor, Actor) and actor.role is Role.AGENCY_HEAD
    is_system = isinstance(actor, SystemActor)
    allowed = ConfirmationWay.PAPER if is_head or is_system else ConfirmationWay.OWN_PHONE
    if command.way is not allowed or (command.way is ConfirmationWay.PAPER) != (command.document is not None):
        raise ConfirmationWayWrong(way=command.way)


def _put_in_force(session: Session, plan: CarePlan, command: ConfirmPlan, actor: AnyActor, at: datetime) -> None:
    later = select(CarePlan.id).where(
        CarePlan.client_id == plan.client_id, CarePlan.version > plan.version, CarePlan.confirmed_at.is_not(None)
    )
    if session.scalars(later.limit(1)).first() is not None:
        raise PlanSuperseded(plan_id=plan.id)
    starts = first_day_of_force(plan.valid_from, confirmed_on=_today(actor, at))
    _end_earlier(session, plan, starts, actor, at)
    try:
        with session.begin_nested():
            plan.valid_from = starts
            plan.confirmed_at = at
    except exc.IntegrityError as error:
        if constraint_of(error) != "ex_care_plan_client_id":
            raise
        raise PlanSuperseded(plan_id=plan.id) from None
    confirmation = PlanConfirmation(
        plan_id=plan.id,
        account_id=_author(actor),
        person_id=None if isinstance(actor, SystemActor) else actor.person_id,
        way=command.way,
        document=command.document,
        recorded_at=at,
    )
    session.add(confirmation)
    session.flush()
    _note(session, "care_plan.confirmed", plan, actor, at, way=command.way, valid_from=starts)


def _end_earlier(session: Session, plan: CarePlan, starts: date, actor: AnyActor, at: datetime) -> None:
    """End the version in force on the day the new one starts; one that would start later never comes into force."""
    earlier = session.scalars(
        select(CarePlan).where(
            CarePlan.client_id == plan.client_id,
            CarePlan.id != plan.id,
            CarePlan.confirmed_at.is_not(None),
            or_(CarePlan.valid_to.is_(None), CarePlan.valid_to > starts),
            or_(CarePlan.valid_to.is_(None), CarePlan.valid_to > CarePlan.valid_from),
        )
    ).all()
    for row in earlier:
        old, row.valid_to = row.valid_to, max(starts, row.valid_from)
        _note(session, "care_plan.ended", row, actor, at, old_valid_to=old, new_valid_to=row.valid_to)
    session.flush()


def _author(actor: AnyActor) -> UUID | None:
    """The account that writes; a job has none, its audit entry names it."""
    return None if isinstance(actor, SystemActor) else actor.account_id


def _today(actor: AnyActor, at: datetime) -> date:
    return clock.local_date(at, zone_of(actor.region))


def _note(session: Session, action: str, plan: CarePlan, actor: AnyActor, at: datetime, **details: Any) -> None:
    keys = current_settings().key_ring
    subject = ("care_plan", plan.id)
    audit.record(session, action, actor=actor, at=at, subject=subject, details=details, keys=keys)
