"""Ends dated rights: the only change they allow, whoever holds them."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import AnyActor
from app.registry.commands import EndEntry, StayEnd
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    Carer,
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
from app.registry.queries import one_or_not_found, visible_agencies, visible_carers
from app.registry.service.entitlements import check_conclusion
from app.registry.service.periods import end_period
from app.registry.service.scopes import client_to_change, note, policy_of, today_of
from app.registry.shown import EndedRight
from app.registry.types import StayView
from app.registry.views import period_of, stay_view

RIGHTS: Mapping[str, Any] = MappingProxyType(
    {
        "agency-agreements": AgencyAgreement,
        "agreements": ServiceAgreement,
        "assignments": Assignment,
        "certificates": Certificate,
        "employments": Employment,
        "entitlements": Entitlement,
        "guardians": Guardian,
        "homes": HomePlace,
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

    An agency ends its own agreements and contracts only. ConclusionTooLong for an entitlement past its conclusion.
    """
    row = _right_in_scope(session, RIGHTS[kind], right_id=right_id, actor=actor, at=at)
    if isinstance(row, Entitlement):
        district = session.get_one(Client, row.client_id).district_code
        policy = policy_of(actor, district=district, on=row.concluded_on)
        check_conclusion(row.concluded_on, valid_to=command.valid_to, policy=policy)
    end_period(session, row, valid_to=command.valid_to, reason=command.reason, actor=actor, at=at)
    note(session, "right.ended", subject=(row.__tablename__, right_id), actor=actor, at=at, valid_to=command.valid_to)
    return EndedRight(row.id, kind, period_of(row))


def end_stay(session: Session, command: StayEnd, *, stay_id: UUID, actor: AnyActor, at: datetime) -> StayView:
    """Record the day of discharge, or correct it; the day of admission as the end withdraws the stay."""
    row = _right_in_scope(session, Stay, right_id=stay_id, actor=actor, at=at)
    if command.discharged_on > today_of(actor, at=at):
        raise DischargeInFuture(discharged_on=command.discharged_on)
    end_period(session, row, valid_to=command.discharged_on, reason=command.reason, actor=actor, at=at)
    note(session, "stay.ended", subject=("stay", stay_id), actor=actor, at=at, discharged_on=command.discharged_on)
    return stay_view(row)


def _right_in_scope(session: Session, model: Any, *, right_id: UUID, actor: AnyActor, at: datetime) -> Any:
    row = one_or_not_found(session, select(model).where(model.id == right_id))
    if hasattr(model, "client_id"):
        client_to_change(session, client_id=row.client_id, actor=actor, at=at)
    elif hasattr(model, "carer_id"):
        one_or_not_found(session, visible_carers(actor).where(Carer.id == row.carer_id))
    if hasattr(model, "agency_id"):
        one_or_not_found(session, visible_agencies(actor).where(Agency.id == row.agency_id))
    return row
