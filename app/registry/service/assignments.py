"""Who cares for a client."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.policies.types import Policy
from app.registry.commands import AssignmentEntry
from app.registry.conditions import touches
from app.registry.models import Assignment, Carer, Client, Guardian
from app.registry.queries import lock_client
from app.registry.rules import earlier_end, may_be_family_carer
from app.registry.service.conflicts import add
from app.registry.service.guardians import GuardianIsCarer, OwnCarer
from app.registry.service.periods import check_order
from app.registry.service.professionals import check_caseload, check_employed, lock_carer
from app.registry.service.scopes import (
    carer_to_change,
    check_alive,
    check_not_too_far_back,
    client_to_change,
    note,
    policy_of,
)
from app.registry.shown import AssignedCarerView
from app.registry.types import CarerKind, Period
from app.registry.views import assigned_carer_view


class RelationMissing(DomainError):
    """A family carer's relation to the client is needed; a professional carer has none."""

    kind, code = ErrorKind.INVALID, "relation_only_for_family"


class RelationNotAllowed(DomainError):
    """The region's policy does not let a person of this relation be a family carer."""

    kind, code = ErrorKind.CONFLICT, "relation_not_allowed"


@dataclass(frozen=True, slots=True)
class _Case:
    client: Client
    carer: Carer
    entry: AssignmentEntry
    policy: Policy


def assign_carer(
    session: Session, command: AssignmentEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> AssignedCarerView:
    """Give a carer a standing task at a client.

    A family carer needs a relation the policy allows. A professional needs a contract with an agency that has an
    agreement with the client, and room below the policy's caseload; her task ends with contract or agreement.
    """
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    lock_client(session, client_id=client_id)
    carer = _carer_to_assign(session, command.carer_id, actor, at)
    check_order(valid_from=command.valid_from, valid_to=command.valid_to)
    check_not_too_far_back(actor, command.valid_from, command.valid_to, at=at)
    check_alive(client, on=command.valid_from)
    policy = policy_of(actor, district=client.district_code, on=command.valid_from)
    case = _Case(client, carer, command, policy)
    valid_to = _check_relation(case) if carer.kind is CarerKind.FAMILY else _check_professional(session, case, actor)
    row = Assignment(
        id=new_id(at=at),
        client_id=client_id,
        carer_id=carer.id,
        relation=command.relation,
        valid_from=command.valid_from,
        valid_to=valid_to,
    )
    add(session, row)
    note(session, "client.assigned", subject=("client", client_id), actor=actor, at=at, assignment_id=row.id)
    return assigned_carer_view(row, kind=carer.kind)


def _carer_to_assign(session: Session, carer_id: UUID, actor: AnyActor, at: datetime) -> Carer:
    """A professional whom the actor may change, or any family carer: before the first assignment he is nobody's."""
    carer = session.get(Carer, carer_id)
    if carer is None:
        raise NotFound
    if carer.kind is CarerKind.FAMILY:
        return carer
    return carer_to_change(session, carer_id=carer_id, actor=actor, at=at)


def _check_relation(case: _Case) -> date | None:
    """The day on which the assignment ends, as asked for."""
    if case.entry.relation is None:
        raise RelationMissing
    if not may_be_family_carer(case.entry.relation, relations=case.policy.family.relations):
        raise RelationNotAllowed(relation=case.entry.relation)
    if case.carer.person_id == case.client.person_id:
        raise OwnCarer
    return case.entry.valid_to


def _check_professional(session: Session, case: _Case, actor: AnyActor) -> date | None:
    """The day on which the assignment ends: what is asked for, or the end of the contract or agreement behind it."""
    if case.entry.relation is not None:
        raise RelationMissing
    if case.carer.person_id == case.client.person_id:
        raise OwnCarer
    wanted = Period(case.entry.valid_from, case.entry.valid_to)
    if _is_guardian(session, client_id=case.client.id, person_id=case.carer.person_id, within=wanted):
        raise GuardianIsCarer
    lock_carer(session, person_id=case.carer.person_id)
    until = check_employed(
        session, client_id=case.client.id, carer=case.carer, on=wanted.valid_from, agency_id=actor.scope.agency_id
    )
    period = Period(wanted.valid_from, earlier_end(wanted.valid_to, until))
    check_caseload(session, carer_id=case.carer.id, besides=case.client.id, within=period, terms=case.policy.carer)
    return period.valid_to


def _is_guardian(session: Session, *, client_id: UUID, person_id: UUID, within: Period) -> bool:
    guarding = exists().where(
        Guardian.client_id == client_id,
        Guardian.person_id == person_id,
        touches(Guardian, first=within.valid_from, beyond=within.valid_to),
    )
    return bool(session.scalar(guarding.select()))
