"""Carers with their contracts and certificates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, ScopeKind
from app.registry.commands import CertificateEntry, EmploymentEntry, RegisterCarer
from app.registry.lists import carer_view
from app.registry.models import Carer, Certificate, Employment
from app.registry.queries import visible_carers
from app.registry.service.conflicts import add
from app.registry.service.people import find_or_add_person
from app.registry.service.periods import check_order
from app.registry.service.scopes import agency_in_scope, carer_to_change, check_not_too_far_back, note
from app.registry.shown import CarerView
from app.registry.types import CarerKind


class EmploymentMissing(DomainError):
    """An agency registers only professional carers whom it employs."""

    kind, code = ErrorKind.INVALID, "employment_missing"


class EmploymentNotForFamily(DomainError):
    """A family carer has no contract with an agency."""

    kind, code = ErrorKind.INVALID, "employment_not_for_family"


def register_carer(session: Session, command: RegisterCarer, *, actor: AnyActor, at: datetime) -> CarerView:
    """Register a carer with contract and certificates. Who is known is found; what is known of him is not doubled."""
    _check_employment(command, actor)
    person = find_or_add_person(session, entry=command.person, actor=actor, at=at)
    carer = _find_or_add(session, person_id=person.id, kind=command.kind, at=at)
    if command.employment is not None:
        _employ(session, carer.id, command.employment, actor, at)
    _certify(session, carer.id, command.certificates, at)
    note(session, "carer.registered", subject=("carer", carer.id), actor=actor, at=at, kind=command.kind)
    return _shown(session, carer, actor=actor)


def _shown(session: Session, carer: Carer, *, actor: AnyActor) -> CarerView:
    """Who is registered, but of somebody else's carer no phone: naming a person is no way to learn of him."""
    view = carer_view(session, carer)
    if session.scalars(visible_carers(actor).where(Carer.id == carer.id)).one_or_none() is not None:
        return view
    return replace(view, person=replace(view.person, phone=None))


def add_certificate(
    session: Session, command: CertificateEntry, *, carer_id: UUID, actor: AnyActor, at: datetime
) -> CarerView:
    """Add a certificate to a carer whom the actor may change; CertificateExists when kind and number are known."""
    carer = carer_to_change(session, carer_id=carer_id, actor=actor, at=at)
    certificate = _certificate(carer_id, command, at)
    add(session, certificate)
    note(session, "carer.certified", subject=("carer", carer_id), actor=actor, at=at, certificate_id=certificate.id)
    return carer_view(session, carer)


def _check_employment(command: RegisterCarer, actor: AnyActor) -> None:
    if command.kind is CarerKind.FAMILY and command.employment is not None:
        raise EmploymentNotForFamily
    is_needed = command.kind is CarerKind.PROFESSIONAL and actor.scope.kind is not ScopeKind.FUND
    if is_needed and command.employment is None:
        raise EmploymentMissing


def _find_or_add(session: Session, *, person_id: UUID, kind: CarerKind, at: datetime) -> Carer:
    session.execute(
        insert(Carer)
        .values(id=new_id(at=at), person_id=person_id, kind=kind, created_at=at)
        .on_conflict_do_nothing(index_elements=["person_id", "kind"])
    )
    return session.scalars(select(Carer).where(Carer.person_id == person_id, Carer.kind == kind)).one()


def _employ(session: Session, carer_id: UUID, entry: EmploymentEntry, actor: AnyActor, at: datetime) -> None:
    agency_in_scope(session, agency_id=entry.agency_id, actor=actor)
    check_order(valid_from=entry.valid_from, valid_to=entry.valid_to)
    known = session.scalars(
        select(Employment).where(
            Employment.carer_id == carer_id,
            Employment.agency_id == entry.agency_id,
            Employment.valid_from == entry.valid_from,
            Employment.contract_kind == entry.contract_kind,
        )
    ).first()
    if known is None:
        check_not_too_far_back(actor, entry.valid_from, entry.valid_to, at=at)
        add(
            session,
            Employment(
                id=new_id(at=at),
                carer_id=carer_id,
                agency_id=entry.agency_id,
                contract_kind=entry.contract_kind,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
            ),
        )


def _certify(session: Session, carer_id: UUID, entries: Sequence[CertificateEntry], at: datetime) -> None:
    held = session.execute(select(Certificate.kind, Certificate.number).where(Certificate.carer_id == carer_id))
    known = {(kind, number) for kind, number in held}
    new = [entry for entry in entries if (entry.kind.value, entry.number) not in known]
    add(session, *(_certificate(carer_id, entry, at) for entry in new))


def _certificate(carer_id: UUID, entry: CertificateEntry, at: datetime) -> Certificate:
    check_order(valid_from=entry.valid_from, valid_to=entry.valid_to)
    return Certificate(
        id=new_id(at=at),
        carer_id=carer_id,
        kind=entry.kind.value,
        number=entry.number,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )
