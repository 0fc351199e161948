"""Puts care plans in force: checks again what may have changed since the draft, and keeps the history of their days."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exc, or_, select
from sqlalchemy.orm import Session

from app.careplans.models import CarePlan, CarePlanChange, PlanConfirmation
from app.careplans.queries import get_district
from app.careplans.rules import first_day_of_force, is_author
from app.careplans.types import ConfirmationWay, ConfirmPlan
from app.kernel import audit, clock
from app.kernel.db import constraint_of
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.codes import PlanAuthor
from app.policies.rules import may_plan
from app.policies.service import current_book
from app.policies.types import Policy, PolicyExpired
from app.registry.queries import serving_agencies


class PlanByCommunityNurse(DomainError):
    """In this region the community health centre's nurse writes the plan; an agency may not."""

    kind, code = ErrorKind.CONFLICT, "plan_by_community_nurse"


class PlanByAgency(DomainError):
    """In this region the agency writes the plan."""

    kind, code = ErrorKind.CONFLICT, "plan_by_agency"


class PlanAgencyUnknown(DomainError):
    """The agency that carries the plan out has no agreement with the client on the plan's first day, or the nurse names
    none of several."""

    kind, code = ErrorKind.CONFLICT, "plan_agency_unknown"


class PlanSuperseded(DomainError):
    """A later version of the plan is confirmed already."""

    kind, code = ErrorKind.CONFLICT, "plan_superseded"


def policy_on(actor: AnyActor, district: str, starts: date) -> Policy:
    """The rules of the day a plan starts; nothing is planned once the region's document is over."""
    policy = current_book().policy_for(region=actor.region, district=district, on=starts)
    if not may_plan(policy, on=starts):
        raise PolicyExpired(region=actor.region, on=starts, ended_on=policy.expires_on)
    return policy


def check_author(policy: Policy, *, actor: AnyActor) -> None:
    """Raise PlanByCommunityNurse or PlanByAgency unless plans are the actor's to write."""
    author = policy.plan.author_role
    if not is_author(author, role=None if isinstance(actor, SystemActor) else actor.role):
        raise PlanByCommunityNurse if author is PlanAuthor.COMMUNITY_NURSE else PlanByAgency


def confirm(session: Session, plan: CarePlan, command: ConfirmPlan, actor: AnyActor, at: datetime) -> None:
    """Keep who confirmed a plan. One that the agency wrote is in force then; another waits for the agency's answer.

    Signed paper is entered by whoever writes plans: raises PlanByCommunityNurse, PlanByAgency.
    """
    policy = check_again(session, plan, actor, at)
    if command.way is ConfirmationWay.PAPER:
        check_author(policy, actor=actor)
    if policy.plan.author_role is PlanAuthor.AGENCY:
        put_in_force(session, plan, actor, at)
    confirmation = PlanConfirmation(
        plan_id=plan.id,
        account_id=author_of(actor),
        person_id=None if isinstance(actor, SystemActor) else actor.person_id,
        way=command.way,
        document=command.document,
        recorded_at=at,
    )
    session.add(confirmation)
    session.flush()
    note(session, "care_plan.confirmed", plan, actor, at, way=command.way, valid_from=plan.valid_from)


def put_in_force(session: Session, plan: CarePlan, actor: AnyActor, at: datetime) -> None:
    """Let a plan hold from its first day, or from today when that has passed, and end the version before."""
    later = select(CarePlan.id).where(
        CarePlan.client_id == plan.client_id, CarePlan.version > plan.version, CarePlan.confirmed_at.is_not(None)
    )
    if session.scalars(later.limit(1)).first() is not None:
        raise PlanSuperseded(plan_id=plan.id)
    starts = first_day_of_force(plan.valid_from, confirmed_on=today_of(actor, at))
    _end_earlier(session, plan, starts, actor, at)
    try:
        with session.begin_nested():
            _change_days(session, plan, cause=plan, actor=actor, at=at, valid_from=starts, valid_to=plan.valid_to)
            plan.confirmed_at = at
    except exc.IntegrityError as error:
        if constraint_of(error) != "ex_care_plan_client_id":
            raise
        raise PlanSuperseded(plan_id=plan.id) from None


def check_again(session: Session, plan: CarePlan, actor: AnyActor, at: datetime) -> Policy:
    """What held when the draft was written may have ended since: the rules, or the agency's time with the client."""
    today = today_of(actor, at)
    starts = first_day_of_force(plan.valid_from, confirmed_on=today)
    policy = policy_on(actor, get_district(session, client_id=plan.client_id, actor=actor, on=today), starts)
    serving = serving_agencies(session, client_id=plan.client_id, on=starts)
    if plan.agency_id is not None and plan.agency_id not in serving:
        raise PlanAgencyUnknown(client_id=plan.client_id)
    return policy


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
        old, ends = row.valid_to, max(starts, row.valid_from)
        _change_days(session, row, cause=plan, actor=actor, at=at, valid_from=row.valid_from, valid_to=ends)
        note(session, "care_plan.ended", row, actor, at, old_valid_to=old, new_valid_to=row.valid_to)
    session.flush()


def _change_days(
    session: Session,
    plan: CarePlan,
    *,
    cause: CarePlan,
    actor: AnyActor,
    at: datetime,
    valid_from: date,
    valid_to: date | None,
) -> None:
    """Move the days of a plan, and keep what they were; nothing is written when they stay."""
    if (valid_from, valid_to) == (plan.valid_from, plan.valid_to):
        return
    change = CarePlanChange(
        id=new_id(at=at),
        plan_id=plan.id,
        old_valid_from=plan.valid_from,
        new_valid_from=valid_from,
        old_valid_to=plan.valid_to,
        new_valid_to=valid_to,
        cause_plan_id=cause.id,
        actor_id=author_of(actor),
        recorded_at=at,
    )
    session.add(change)
    plan.valid_from, plan.valid_to = valid_from, valid_to


def author_of(actor: AnyActor) -> UUID | None:
    """The account that writes; a job has none, its audit entry names it."""
    return None if isinstance(actor, SystemActor) else actor.account_id


def today_of(actor: AnyActor, at: datetime) -> date:
    """The day in the actor's region."""
    return clock.local_date(at, zone_of(actor.region))


def note(session: Session, action: str, plan: CarePlan, actor: AnyActor, at: datetime, **details: Any) -> None:
    """Audit what was done with a plan."""
    keys = current_settings().key_ring
    subject = ("care_plan", plan.id)
    audit.record(session, action, actor=actor, at=at, subject=subject, details=details, keys=keys)
