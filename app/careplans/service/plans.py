"""Care plans: written by the party the policy names, in force once confirmed, replaced by the next version."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.careplans.models import CarePlan, PlanConfirmation, PlanItem
from app.careplans.queries import catalogue, confirmable_plans, get_district, plan_views
from app.careplans.rules import repeated_codes, unknown_codes
from app.careplans.service.force import (
    PlanAgencyUnknown,
    author_of,
    check_author,
    confirm,
    note,
    policy_on,
    today_of,
)
from app.careplans.types import (
    CarePlanView,
    CatalogueItem,
    ConfirmationWay,
    ConfirmPlan,
    PlanDraft,
)
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, Role, ScopeKind, SystemActor
from app.policies.types import Policy
from app.registry.queries import lock_client, one_or_not_found, serving_agencies

ON_PAPER = frozenset({Role.AGENCY_HEAD, Role.COMMUNITY_NURSE})


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


class PlanConfirmed(DomainError):
    """The plan was confirmed before."""

    kind, code = ErrorKind.CONFLICT, "plan_confirmed"


class PlanOver(DomainError):
    """The plan's last day passed before it was confirmed."""

    kind, code = ErrorKind.CONFLICT, "plan_over"


class ConfirmationWayWrong(DomainError):
    """A guardian confirms on the own phone; the agency's head or the nurse enters a signed paper, with its number."""

    kind, code = ErrorKind.INVALID, "confirmation_way_wrong"


def write_plan(session: Session, command: PlanDraft, *, client_id: UUID, actor: AnyActor, at: datetime) -> CarePlanView:
    """Write a new version of a client's plan: a draft until it is confirmed, or at once where none is asked for.

    Raises PolicyExpired when the region's policy does not hold on the plan's first day or today, PlanByCommunityNurse
    or PlanByAgency where the plan is not the actor's to write.
    """
    today = today_of(actor, at)
    district = get_district(session, client_id=client_id, actor=actor, on=today)
    policy = _policy(actor, district, command, today)
    check_author(policy, actor=actor)
    lock_client(session, client_id=client_id)
    known = _known_items(session, command)
    plan = CarePlan(
        id=new_id(at=at),
        client_id=client_id,
        version=_next_version(session, client_id),
        author_id=author_of(actor),
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
    note(session, "care_plan.written", plan, actor, at, version=plan.version)
    if not policy.plan.client_confirmation_required:
        confirm(session, plan, ConfirmPlan(ConfirmationWay.NOT_REQUIRED), actor, at)
    return plan_views(session, (plan,))[0]


def confirm_plan(
    session: Session, command: ConfirmPlan, *, plan_id: UUID, actor: AnyActor, at: datetime
) -> CarePlanView:
    """Put a draft in force; the version before ends the day this one starts. A late confirmation does not reach back.
    What the community nurse wrote is in force only when the agency has accepted it.

    The guardian confirms on the own phone; signed paper is entered by whoever writes plans: the head of the agency that
    carries it out, or the nurse. Policy and agency must still be right on the day the plan starts: raises what
    `write_plan` does.
    """
    today = today_of(actor, at)
    plan = one_or_not_found(session, confirmable_plans(actor, on=today).where(CarePlan.id == plan_id))
    check_way(command.way, command.document, actor=actor)
    lock_client(session, client_id=plan.client_id)
    session.refresh(plan)
    if session.get(PlanConfirmation, plan.id) is not None:
        raise PlanConfirmed(plan_id=plan_id)
    if plan.valid_to is not None and plan.valid_to <= today:
        raise PlanOver(plan_id=plan_id, valid_to=plan.valid_to)
    confirm(session, plan, command, actor, at)
    return plan_views(session, (plan,))[0]


def check_way(way: ConfirmationWay, document: str | None, *, actor: AnyActor) -> None:
    """Refuse another way of confirming than the actor's: signed paper with its file number, or the own phone."""
    has_paper = isinstance(actor, SystemActor) or actor.role in ON_PAPER
    allowed = ConfirmationWay.PAPER if has_paper else ConfirmationWay.OWN_PHONE
    if way is not allowed or (way is ConfirmationWay.PAPER) != (document is not None):
        raise ConfirmationWayWrong(way=way)


def _policy(actor: AnyActor, district: str, command: PlanDraft, today: date) -> Policy:
    """The rules of the plan's first day; nothing is planned once the region's document is over."""
    if command.valid_from < today:
        raise PlanStartPassed(valid_from=command.valid_from, today=today)
    if command.valid_to is not None and command.valid_to <= command.valid_from:
        raise PlanPeriodBackwards(valid_from=command.valid_from, valid_to=command.valid_to)
    return policy_on(actor, district, command.valid_from)


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
    hands_over = actor.scope.kind in (ScopeKind.DISTRICT, ScopeKind.STREET)  # a nurse's: no agency, no answer
    if is_other or (chosen is None and hands_over) or (chosen is not None and chosen not in serving):
        raise PlanAgencyUnknown(client_id=client_id)
    return chosen


def _next_version(session: Session, client_id: UUID) -> int:
    latest = session.scalar(select(func.max(CarePlan.version)).where(CarePlan.client_id == client_id))
    return (latest or 0) + 1
