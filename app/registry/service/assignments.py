"""Who cares for a client, and who acts for him."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, ScopeKind
from app.policies.types import Policy
from app.registry.commands import AssignmentEntry, GuardianEntry
from app.registry.models import (
    Assignment,
    Carer,
    Client,
    Employment,
    Entitlement,
    Guardian,
    Person,
    ServiceAgreement,
)
from app.registry.queries import holds, one_or_not_found, visible_carers
from app.registry.rules import may_be_family_carer
from app.registry.service.conflicts import add
from app.registry.service.people import find_or_add_person
from app.registry.service.periods import check_order
from app.registry.service.scopes import check_alive, client_to_change, note, policy_of
from app.registry.shown import AssignedCarerView, GuardianView
from app.registry.types import CarerKind, ServiceMode
from app.registry.views import assigned_carer_view, guardian_view


class RelationMissing(DomainError):
    """A family carer's relation to the client is needed; a professional carer has none."""

    kind, code = ErrorKind.INVALID, "relation_only_for_family"


class RelationNotAllowed(DomainError):
    """The region's policy does not let a person of this relation be a family carer."""

    kind, code = ErrorKind.CONFLICT, "relation_not_allowed"


class OwnCarer(DomainError):
    """Nobody is his own family carer or guardian."""

    kind, code = ErrorKind.CONFLICT, "own_carer"


class CarerNotEmployed(DomainError):
    """On that day the carer works for no agency that has an agreement with the client."""

    kind, code = ErrorKind.CONFLICT, "carer_not_employed"


class CaseloadFull(DomainError):
    """The carer has as many clients as the region's policy allows."""

    kind, code = ErrorKind.CONFLICT, "caseload_full"


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
    agreement with the client, and room below the policy's caseload.
    """
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    carer = _carer_to_assign(session, command.carer_id, actor)
    check_order(valid_from=command.valid_from, valid_to=command.valid_to)
    check_alive(client, on=command.valid_from)
    policy = policy_of(actor, district=client.district_code, on=command.valid_from)
    case = _Case(client, carer, command, policy)
    if carer.kind is CarerKind.FAMILY:
        _check_relation(case)
    else:
        _check_professional(session, case, actor)
    row = Assignment(
        id=new_id(at=at),
        client_id=client_id,
        carer_id=carer.id,
        relation=command.relation,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    add(session, row)
    note(session, "client.assigned", subject=("client", client_id), actor=actor, at=at, assignment_id=row.id)
    return assigned_carer_view(row, kind=carer.kind)


def appoint_guardian(
    session: Session, command: GuardianEntry, *, client_id: UUID, actor: AnyActor, at: datetime
) -> GuardianView:
    """Record who may act for the client, by which document."""
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    check_order(valid_from=command.valid_from, valid_to=command.valid_to)
    person = find_or_add_person(session, entry=command.person, actor=actor, at=at)
    if person.id == client.person_id:
        raise OwnCarer
    row = Guardian(
        id=new_id(at=at),
        client_id=client_id,
        person_id=person.id,
        relation=command.relation,
        extent=command.extent,
        document=command.document,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    add(session, row)
    note(session, "client.guarded", subject=("client", client_id), actor=actor, at=at, guardian_id=row.id)
    return guardian_view(row)


def _carer_to_assign(session: Session, carer_id: UUID, actor: AnyActor) -> Carer:
    """A professional of the actor's scope, or any family carer: before the first assignment he is in nobody's scope."""
    carer = session.get(Carer, carer_id)
    if carer is None:
        raise NotFound
    if carer.kind is CarerKind.FAMILY:
        return carer
    return one_or_not_found(session, visible_carers(actor).where(Carer.id == carer_id))


def _check_relation(case: _Case) -> None:
    if case.entry.relation is None:
        raise RelationMissing
    if not may_be_family_carer(case.entry.relation, relations=case.policy.family.relations):
        raise RelationNotAllowed(relation=case.entry.relation)
    if case.carer.person_id == case.client.person_id:
        raise OwnCarer


def _check_professional(session: Session, case: _Case, actor: AnyActor) -> None:
    if case.entry.relation is not None:
        raise RelationMissing
    if case.carer.person_id == case.client.person_id:
        raise OwnCarer
    if session.scalars(_employers(case, actor)).first() is None:
        raise CarerNotEmployed(carer_id=case.carer.id, on=case.entry.valid_from)
    most = case.policy.carer.caseload_max
    if most is not None:
        # One transaction at a time counts: the person's row is locked, since a carer's row may never change.
        session.execute(select(Person.id).where(Person.id == case.carer.person_id).with_for_update())
        held = _caseload(session, carer_id=case.carer.id, besides=case.client.id, on=case.entry.valid_from)
        if held >= most:
            raise CaseloadFull(carer_id=case.carer.id, most=most)


def _employers(case: _Case, actor: AnyActor) -> Select[UUID]:
    day = case.entry.valid_from
    statement = select(Employment.agency_id).where(
        Employment.carer_id == case.carer.id,
        holds(Employment, on=day),
        exists().where(
            ServiceAgreement.client_id == case.client.id,
            ServiceAgreement.agency_id == Employment.agency_id,
            holds(ServiceAgreement, on=day),
        ),
    )
    if actor.scope.kind is ScopeKind.AGENCY:
        statement = statement.where(Employment.agency_id == actor.scope.agency_id)
    return statement


def _caseload(session: Session, *, carer_id: UUID, besides: UUID, on: date) -> int:
    """Entitled clients in home care with a standing assignment that day, over all agencies."""
    counted = select(func.count(Assignment.client_id.distinct())).where(
        Assignment.carer_id == carer_id,
        Assignment.client_id != besides,
        holds(Assignment, on=on),
        exists().where(
            Entitlement.client_id == Assignment.client_id,
            Entitlement.mode == ServiceMode.HOME,
            holds(Entitlement, on=on),
        ),
    )
    return session.scalars(counted).one()
