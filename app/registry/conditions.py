"""Conditions on rows: when a dated right holds, and which clients and carers lie in an actor's scope."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.orm import aliased

from app.kernel.permissions import AnyActor, Role, ScopeKind, SystemActor
from app.registry.dated import Dated
from app.registry.history_models import GuardianApproval
from app.registry.models import (
    Agency,
    Assignment,
    Carer,
    Certificate,
    Client,
    Employment,
    Guardian,
    ServiceAgreement,
)
from app.registry.types import CarerKind, GuardianExtent

AGREEING = (GuardianExtent.AGREE_MONEY, GuardianExtent.SIGN)  # to what costs money
CARED_FOR_AS = {Role.CARER: CarerKind.PROFESSIONAL, Role.FAMILY_CARER: CarerKind.FAMILY}


def touches(right: type[Dated] | Any, *, first: date, beyond: date | None) -> ColumnElement[bool]:
    """Condition: the right holds on a day of `[first, beyond)`; beyond None is open."""
    begins = true() if beyond is None else right.valid_from < beyond
    return and_(begins, or_(right.valid_to.is_(None), right.valid_to > first), happened(right))


def holds(right: type[Dated] | Any, *, on: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Condition: the right holds on a day."""
    return and_(right.valid_from <= on, or_(right.valid_to.is_(None), right.valid_to > on))


def lacks_certificate(*, on: date) -> ColumnElement[bool]:
    """Condition: the professional carer is employed on a day, and no certificate of hers holds then."""
    employment, certificate = aliased(Employment), aliased(Certificate)
    return and_(
        Carer.kind == CarerKind.PROFESSIONAL,
        exists().where(employment.carer_id == Carer.id, holds(employment, on=on)),
        ~exists().where(certificate.carer_id == Carer.id, holds(certificate, on=on)),
    )


def guards(
    client_id: Any,
    *,
    person_id: UUID | None,
    on: date | ColumnElement[date] | None,
    extents: Collection[GuardianExtent] = tuple(GuardianExtent),
) -> ColumnElement[bool]:
    """Condition: the fund approved the person as the client's guardian and he is one on that day; None: any day.

    `extents` are those of which his must be one, `AGREEING` where it costs money.
    """
    guardian = aliased(Guardian)
    return exists().where(
        guardian.client_id == client_id,
        guardian.person_id == person_id,
        guardian.extent.in_(extents),
        happened(guardian) if on is None else holds(guardian, on=on),
        exists().where(GuardianApproval.guardian_id == guardian.id),
    )


def happened(right: Any) -> ColumnElement[bool]:
    """Condition: the right was not withdrawn on its first day."""
    return or_(right.valid_to.is_(None), right.valid_to > right.valid_from)


def client_in_scope(actor: AnyActor, on: date | None) -> ColumnElement[bool]:
    """Condition: the client lies in the actor's scope. Own clients are those of his role, not of the person."""
    kind, key = actor.scope.kind, actor.scope.key
    if kind is ScopeKind.FUND:
        return true()
    if kind is ScopeKind.DISTRICT:
        return Client.district_code == key
    if kind is ScopeKind.STREET:
        return Client.street_code == key
    if kind is ScopeKind.AGENCY:
        return _served_by(actor.scope.agency_id)
    if isinstance(actor, SystemActor) or actor.person_id is None:
        return false()
    if kind is ScopeKind.SELF:
        return Client.person_id == actor.person_id
    if actor.role is Role.GUARDIAN:
        return guards(Client.id, person_id=actor.person_id, on=on)
    return _cared_for_by(actor.person_id, CARED_FOR_AS.get(actor.role), on)


def _served_by(agency_id: UUID | None) -> ColumnElement[bool]:
    agreement = aliased(ServiceAgreement)
    return exists().where(agreement.client_id == Client.id, agreement.agency_id == agency_id, happened(agreement))


def _cared_for_by(person_id: UUID, kind: CarerKind | None, on: date | None) -> ColumnElement[bool]:
    assignment, carer = aliased(Assignment), aliased(Carer)
    live = happened(assignment) if on is None else touches(assignment, first=on, beyond=None)
    return exists().where(
        assignment.client_id == Client.id,
        assignment.carer_id == carer.id,
        carer.person_id == person_id,
        carer.kind == kind,
        live,
    )


def carer_in_scope(actor: AnyActor) -> ColumnElement[bool]:
    """Condition: the carer lies in the actor's scope, whenever he was there."""
    kind, key = actor.scope.kind, actor.scope.key
    if kind is ScopeKind.FUND:
        return true()
    of_a_client = exists().where(
        Assignment.carer_id == Carer.id,
        Assignment.client_id == Client.id,
        happened(Assignment),
        client_in_scope(actor, None),
    )
    if kind is ScopeKind.AGENCY:
        return or_(_employed_by(actor.scope.agency_id), and_(Carer.kind == CarerKind.FAMILY, of_a_client))
    if kind is ScopeKind.DISTRICT:
        in_district = exists().where(
            Employment.carer_id == Carer.id,
            Employment.agency_id == Agency.id,
            Agency.district_code == key,
            happened(Employment),
        )
        return or_(in_district, of_a_client)
    if isinstance(actor, SystemActor) or actor.person_id is None:
        return of_a_client
    return or_(Carer.person_id == actor.person_id, of_a_client)


def _employed_by(agency_id: UUID | None) -> ColumnElement[bool]:
    return exists().where(Employment.carer_id == Carer.id, Employment.agency_id == agency_id, happened(Employment))
