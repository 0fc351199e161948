"""Designated agencies and the fund's agreements with them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import codes
from app.kernel.errors import DomainError, ErrorKind, IllegalTransition
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.policies.codes import HomeType
from app.registry.agreement_types import AgencyPhone, OwnAgency
from app.registry.agreements import own_agency
from app.registry.commands import AgencyAgreementEntry, AgencyStateEntry, RegisterAgency
from app.registry.conditions import holds
from app.registry.lists import get_agency
from app.registry.models import Agency, AgencyAgreement
from app.registry.service.conflicts import add
from app.registry.service.people import normal_phone
from app.registry.service.periods import check_order
from app.registry.service.scopes import agency_in_scope, check_place, note
from app.registry.shown import AgencyAgreementView, AgencyView
from app.registry.types import AGENCY_STEPS, AgencyState
from app.registry.views import agency_agreement_view, agency_view

CheckServing = Callable[[UUID, HomeType, str, date], None]


class CreditCodeInvalid(DomainError):
    """Not a unified social credit code; `reason` says why."""

    kind, code = ErrorKind.INVALID, "credit_code_invalid"


class AgencyNotActive(DomainError):
    """A suspended agency takes no new clients, one that left serves nobody."""

    kind, code = ErrorKind.CONFLICT, "agency_not_active"


class AgencyNotDesignated(DomainError):
    """The fund has no agreement with this agency on that day."""

    kind, code = ErrorKind.CONFLICT, "agency_not_designated"


class OutsideServiceScope(DomainError):
    """The fund's agreement with the agency does not include this home type."""

    kind, code = ErrorKind.CONFLICT, "outside_service_scope"


class OutsideServiceArea(DomainError):
    """The fund's agreement with the agency does not include this district."""

    kind, code = ErrorKind.CONFLICT, "outside_service_area"


def register_agency(session: Session, command: RegisterAgency, *, actor: AnyActor, at: datetime) -> AgencyView:
    """Register an agency; AgencyExists when its credit code is known."""
    try:
        credit_code = codes.normal_credit_code(command.credit_code)
    except codes.BadCode as error:
        raise CreditCodeInvalid(reason=error.reason) from None
    check_place(actor, district_code=command.district_code, street_code=None)
    row = Agency(
        id=new_id(at=at),
        name=command.name,
        credit_code=credit_code,
        district_code=command.district_code,
        state=AgencyState.ACTIVE,
        created_at=at,
    )
    add(session, row)
    note(session, "agency.registered", subject=("agency", row.id), actor=actor, at=at, credit_code=credit_code)
    return agency_view(row, ())


def agree_with_agency(
    session: Session, command: AgencyAgreementEntry, *, agency_id: UUID, actor: AnyActor, at: datetime
) -> AgencyAgreementView:
    """Record the fund's agreement with an agency, its service scope and area."""
    agency_in_scope(session, agency_id=agency_id, actor=actor)
    check_order(valid_from=command.valid_from, valid_to=command.valid_to)
    row = AgencyAgreement(
        id=new_id(at=at),
        agency_id=agency_id,
        home_types=None if command.home_types is None else [each.value for each in command.home_types],
        district_codes=None if command.district_codes is None else list(command.district_codes),
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    add(session, row)
    note(session, "agency.agreed", subject=("agency", agency_id), actor=actor, at=at, agreement_id=row.id)
    return agency_agreement_view(row)


def change_agency_state(
    session: Session, command: AgencyStateEntry, *, agency_id: UUID, actor: AnyActor, at: datetime
) -> AgencyView:
    """Suspend an agency, let it go on, or record that it left; what it may do then follows from its state."""
    agency = agency_in_scope(session, agency_id=agency_id, actor=actor)
    session.refresh(agency, with_for_update=True)
    if command.state not in AGENCY_STEPS[agency.state]:
        raise IllegalTransition(from_state=agency.state.value, to_state=command.state.value)
    details = {"from_state": agency.state, "to_state": command.state, "reason": command.reason}
    agency.state = command.state
    session.flush()
    note(session, "agency.state_changed", subject=("agency", agency_id), actor=actor, at=at, **details)
    return get_agency(session, agency_id=agency_id, actor=actor)


def set_phone(session: Session, command: AgencyPhone, *, agency_id: UUID, actor: AnyActor, at: datetime) -> OwnAgency:
    """Put an office's numbers in place of those before. Raises PhoneInvalid."""
    agency = agency_in_scope(session, agency_id=agency_id, actor=actor)
    agency.phone = command.phone
    agency.alert_phone = normal_phone(command.alert_phone) if command.alert_phone else None
    session.flush()
    note(session, "agency.phone_set", subject=("agency", agency_id), actor=actor, at=at)
    return own_agency(agency)


def check_may_serve(session: Session, *, agency: Agency, home_type: HomeType, district_code: str, on: date) -> None:
    """Refuse an agency that may take no new client of this district for this home type on that day."""
    if agency.state is not AgencyState.ACTIVE:
        raise AgencyNotActive(agency_id=agency.id, state=agency.state)
    agreement = session.scalars(
        select(AgencyAgreement).where(AgencyAgreement.agency_id == agency.id, holds(AgencyAgreement, on=on))
    ).one_or_none()
    if agreement is None:
        raise AgencyNotDesignated(agency_id=agency.id, on=on)
    if agreement.home_types is not None and home_type.value not in agreement.home_types:
        raise OutsideServiceScope(agency_id=agency.id, home_type=home_type)
    if agreement.district_codes is not None and district_code not in agreement.district_codes:
        raise OutsideServiceArea(agency_id=agency.id, district_code=district_code)


def check_serving_once(session: Session, *, actor: AnyActor) -> CheckServing:
    """Checks whether an agency may take a client, and asks the database once for what many clients have alike."""

    @cache
    def refusal(agency_id: UUID, home_type: HomeType, district_code: str, on: date) -> DomainError | None:
        try:
            agency = agency_in_scope(session, agency_id=agency_id, actor=actor)
            check_may_serve(session, agency=agency, home_type=home_type, district_code=district_code, on=on)
        except DomainError as error:
            return error
        return None

    def check(agency_id: UUID, home_type: HomeType, district_code: str, on: date) -> None:
        error = refusal(agency_id, home_type, district_code, on)
        if error is not None:
            raise error

    return check
