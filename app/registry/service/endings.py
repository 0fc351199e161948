"""Ends dated rights: the only change they allow, whoever holds them."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor, ScopeKind
from app.registry.commands import EndEntry, StayEnd
from app.registry.insurance_models import Insurance
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    Carer,
    CarerSuspension,
    Certificate,
    Client,
    Employment,
    Entitlement,
    FamilyTraining,
    Guardian,
    HomePlace,
    ServiceAgreement,
    Stay,
    Suspension,
)
from app.registry.queries import lock_client, one_or_not_found, visible_agencies, visible_carers
from app.registry.rules import ends_later
from app.registry.service.agencies import check_may_serve
from app.registry.service.entitlements import check_conclusion
from app.registry.service.periods import end_period
from app.registry.service.professionals import (
    CarerNotEmployed,
    check_caseload,
    check_employed,
    end_unsupported,
    lock_carer,
)
from app.registry.service.scopes import (
    carer_to_change,
    check_alive,
    check_not_too_far_back,
    client_to_change,
    note,
    policy_of,
    today_of,
)
from app.registry.service.sharing import check_not_shared
from app.registry.shown import EndedRight
from app.registry.types import CarerKind, Period, StayView
from app.registry.views import period_of, stay_view

RIGHTS: Mapping[str, Any] = MappingProxyType(
    {
        "agency-agreements": AgencyAgreement,
        "agreements": ServiceAgreement,
        "assignments": Assignment,
        "carer-suspensions": CarerSuspension,
        "certificates": Certificate,
        "employments": Employment,
        "entitlements": Entitlement,
        "guardians": Guardian,
        "homes": HomePlace,
        "insurances": Insurance,
        "suspensions": Suspension,
        "trainings": FamilyTraining,
    }
)


class DischargeInFuture(DomainError):
    """A discharge is entered on its day or later."""

    kind, code = ErrorKind.INVALID, "discharge_in_future"


def end_right(
    session: Session, command: EndEntry, *, kind: str, right_id: UUID, actor: AnyActor, at: datetime
) -> EndedRight:
    """Give a right of one of the kinds in `RIGHTS` another end. NotFound outside the actor's scope.

    An agency ends its own agreements, contracts and carers' tasks only, and lengthens nothing but a certificate; what
    the fund lengthens is checked as when it began. With an agreement or a contract end the tasks that rest on it.
    """
    row = _right_in_scope(session, RIGHTS[kind], right_id=right_id, actor=actor, at=at)
    may_lengthen = actor.scope.kind is not ScopeKind.AGENCY or isinstance(row, Certificate)
    if isinstance(row, Certificate):
        check_not_shared(session, person_id=session.get_one(Carer, row.carer_id).person_id, actor=actor)
    else:
        check_not_too_far_back(actor, command.valid_to, at=at)
    _lock(session, row)
    if may_lengthen and ends_later(command.valid_to, than=row.valid_to):
        _check_longer(session, row, valid_to=command.valid_to, actor=actor)
    end_period(
        session, row, valid_to=command.valid_to, reason=command.reason, actor=actor, at=at, may_lengthen=may_lengthen
    )
    if isinstance(row, ServiceAgreement):
        end_unsupported(session, Assignment.client_id == row.client_id, on=command.valid_to, actor=actor, at=at)
    if isinstance(row, Employment):
        end_unsupported(session, Assignment.carer_id == row.carer_id, on=command.valid_to, actor=actor, at=at)
    note(session, "right.ended", subject=(row.__tablename__, right_id), actor=actor, at=at, valid_to=command.valid_to)
    return EndedRight(row.id, kind, period_of(row))


def end_stay(session: Session, command: StayEnd, *, stay_id: UUID, actor: AnyActor, at: datetime) -> StayView:
    """Record the day of discharge, or correct it; the day of admission as the end withdraws the stay."""
    row = _right_in_scope(session, Stay, right_id=stay_id, actor=actor, at=at)
    if command.discharged_on > today_of(actor, at=at):
        raise DischargeInFuture(discharged_on=command.discharged_on)
    check_not_too_far_back(actor, command.discharged_on, at=at)
    end_period(
        session, row, valid_to=command.discharged_on, reason=command.reason, actor=actor, at=at, may_lengthen=True
    )
    note(session, "stay.ended", subject=("stay", stay_id), actor=actor, at=at, discharged_on=command.discharged_on)
    return stay_view(row)


def _right_in_scope(session: Session, model: Any, *, right_id: UUID, actor: AnyActor, at: datetime) -> Any:
    row = one_or_not_found(session, select(model).where(model.id == right_id))
    if hasattr(model, "client_id"):
        client_to_change(session, client_id=row.client_id, actor=actor, at=at)
    elif hasattr(model, "carer_id"):
        carer_to_change(session, carer_id=row.carer_id, actor=actor, at=at)
    if model is Assignment and _is_professional(session, row.carer_id):
        one_or_not_found(session, visible_carers(actor).where(Carer.id == row.carer_id))
    if hasattr(model, "agency_id"):
        one_or_not_found(session, visible_agencies(actor).where(Agency.id == row.agency_id))
    return row


def _is_professional(session: Session, carer_id: UUID) -> bool:
    return session.get_one(Carer, carer_id).kind is CarerKind.PROFESSIONAL


def _lock(session: Session, row: Any) -> None:
    """Let nobody assign a carer meanwhile by the agreement or contract that ends; then read the row as it is now."""
    if hasattr(row, "client_id"):
        lock_client(session, client_id=row.client_id)
    elif isinstance(row, Employment):
        lock_carer(session, person_id=session.get_one(Carer, row.carer_id).person_id)
    session.refresh(row, with_for_update=True)


def _check_longer(session: Session, row: Any, *, valid_to: date, actor: AnyActor) -> None:
    """What is asked when a right begins, asked again of the days that are added."""
    if not hasattr(row, "client_id"):
        return
    day: date = row.valid_to
    client = session.get_one(Client, row.client_id)
    check_alive(client, on=day)
    if isinstance(row, Entitlement):
        policy = policy_of(actor, district=client.district_code, on=row.concluded_on)
        check_conclusion(row.concluded_on, valid_to=valid_to, policy=policy)
    if isinstance(row, ServiceAgreement):
        agency = session.get_one(Agency, row.agency_id)
        check_may_serve(session, agency=agency, home_type=row.home_type, district_code=client.district_code, on=day)
    if isinstance(row, Assignment) and _is_professional(session, row.carer_id):
        carer = session.get_one(Carer, row.carer_id)
        _check_longer_task(session, carer, client, Period(day, valid_to), actor=actor)


def _check_longer_task(session: Session, carer: Carer, client: Client, added: Period, *, actor: AnyActor) -> None:
    lock_carer(session, person_id=carer.person_id)
    until = check_employed(session, client_id=client.id, carer=carer, on=added.valid_from, agency_id=None)
    if ends_later(added.valid_to or date.max, than=until):
        raise CarerNotEmployed(carer_id=carer.id, on=until)
    terms = policy_of(actor, district=client.district_code, on=added.valid_from).carer
    check_caseload(session, carer_id=carer.id, besides=client.id, within=added, terms=terms)
