"""What the community nurse wrote is handed to the agency, which accepts it or returns it and changes nothing itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.careplans.models import CarePlan, PlanAnswer, PlanConfirmation
from app.careplans.queries import plan_views, visible_plans
from app.careplans.service.force import author_of, check_again, note, put_in_force, today_of
from app.careplans.types import CarePlanView, PlanOutcome, PlanReturn
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor
from app.registry.queries import lock_client, one_or_not_found


class PlanAnswered(DomainError):
    """The agency accepted or returned the plan before."""

    kind, code = ErrorKind.CONFLICT, "plan_answered"


class PlanNotHandedOver(DomainError):
    """The client has not confirmed the plan yet, or the agency wrote it itself."""

    kind, code = ErrorKind.CONFLICT, "plan_not_handed_over"


def accept_plan(session: Session, *, plan_id: UUID, actor: AnyActor, at: datetime) -> CarePlanView:
    """Put a confirmed plan in force that was handed to the actor's agency.

    Policy and agency must still be right: raises NotFound, PlanAnswered, PlanNotHandedOver, PolicyExpired,
    PlanAgencyUnknown and PlanSuperseded.
    """
    plan = _handed_over(session, plan_id=plan_id, actor=actor, at=at)
    check_again(session, plan, actor, at)
    put_in_force(session, plan, actor, at)
    return _answer(session, plan, PlanOutcome.ACCEPTED, None, actor=actor, at=at)


def return_plan(session: Session, command: PlanReturn, *, plan_id: UUID, actor: AnyActor, at: datetime) -> CarePlanView:
    """Give a plan back to who wrote it, who may write another version. Raises NotFound, PlanAnswered and
    PlanNotHandedOver."""
    plan = _handed_over(session, plan_id=plan_id, actor=actor, at=at)
    return _answer(session, plan, PlanOutcome.RETURNED, command.reason, actor=actor, at=at)


def _handed_over(session: Session, *, plan_id: UUID, actor: AnyActor, at: datetime) -> CarePlan:
    own = visible_plans(actor, on=today_of(actor, at)).where(CarePlan.agency_id == actor.scope.agency_id)
    plan = one_or_not_found(session, own.where(CarePlan.id == plan_id))
    lock_client(session, client_id=plan.client_id)
    session.refresh(plan)
    if session.get(PlanAnswer, plan.id) is not None:
        raise PlanAnswered(plan_id=plan_id)
    if plan.confirmed_at is not None or session.get(PlanConfirmation, plan.id) is None:
        raise PlanNotHandedOver(plan_id=plan_id)
    return plan


def _answer(
    session: Session, plan: CarePlan, outcome: PlanOutcome, reason: str | None, *, actor: AnyActor, at: datetime
) -> CarePlanView:
    account_id = author_of(actor)
    session.add(PlanAnswer(plan_id=plan.id, outcome=outcome, reason=reason, actor_id=account_id, recorded_at=at))
    session.flush()
    note(session, f"care_plan.{outcome}", plan, actor, at, reason=reason, valid_from=plan.valid_from)
    return plan_views(session, (plan,))[0]
