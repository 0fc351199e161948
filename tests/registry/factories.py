"""Agencies, people, clients and rights, made by the registry's own services; a test states only what it is about.

All are open since `SINCE` and entered by a job of Tianjin at `ENTERED_AT`. ID numbers and credit codes are made up from
a counter; their check digits are right.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.codes import CREDIT_CODE_ALPHABET, RESIDENT_ID_CHECKS, RESIDENT_ID_WEIGHTS
from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, Role, Scope, ScopeKind, SystemActor
from app.policies.codes import HomeType, Relation
from app.registry.commands import (
    AgencyAgreementEntry,
    AgreementEntry,
    AssignmentEntry,
    BankAccountEntry,
    CertificateEntry,
    EmploymentEntry,
    EntitlementEntry,
    GuardianEntry,
    HomeEntry,
    InsuranceEntry,
    NameCheckEntry,
    PersonEntry,
    RegisterAgency,
    RegisterCarer,
    RegisterClient,
    StayEntry,
    SuspensionEntry,
    TrainingEntry,
)
from app.registry.service.agencies import agree_with_agency, register_agency
from app.registry.service.assignments import assign_carer
from app.registry.service.bank_accounts import record_name_check, set_bank_account
from app.registry.service.carers import register_carer
from app.registry.service.clients import register_client
from app.registry.service.entitlements import grant_entitlement, record_stay
from app.registry.service.guardians import appoint_guardian
from app.registry.service.insurances import add_insurance
from app.registry.service.suspensions import suspend, suspend_carer
from app.registry.service.trainings import record_training
from app.registry.shown import (
    AgencyView,
    AssignedCarerView,
    BankAccountView,
    CarerView,
    ClientView,
    GuardianView,
    InsuranceView,
    TrainingOutcome,
)
from app.registry.types import (
    CarerKind,
    CertificateKind,
    ContractKind,
    EntitlementView,
    GuardianExtent,
    InsuranceKind,
    NameCheck,
    StayKind,
    StayView,
    SuspensionView,
    TrainingStage,
)

SYSTEM = SystemActor(region="tianjin", job="tests")
CLERK, CHECKER = (
    Actor("tianjin", new_id(), Role.OPERATOR_REVIEWER, Scope(ScopeKind.FUND), grant_id=new_id()) for _ in range(2)
)
SINCE = date(2026, 1, 1)
ENTERED_AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
DISTRICT = "120103"
HOME = Point(39.1, 117.2)
SYLLABLES = "秀英建国玉兰志强桂芳海燕文军"

_numbers = count(1)


def an_id_number(*, born_on: date = date(1950, 3, 4), number: int | None = None) -> str:
    """A resident ID number that belongs to nobody we know of: valid in form and check digit."""
    order = next(_numbers) if number is None else number
    body = f"{110000 + order // 1000 % 10000:06d}{born_on:%Y%m%d}{order % 1000:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(RESIDENT_ID_WEIGHTS, body, strict=True))
    return body + RESIDENT_ID_CHECKS[total % 11]


def a_credit_code() -> str:
    """A unified social credit code, valid in form and check digit."""
    body = f"91120000{next(_numbers):09d}"
    total = sum(CREDIT_CODE_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + CREDIT_CODE_ALPHABET[(31 - total % 31) % 31]


def a_phone() -> str:
    """A mobile number."""
    return f"139{next(_numbers):08d}"


def a_person(**values: Any) -> PersonEntry:
    """What is typed in about a person nobody has entered before."""
    order = next(_numbers)
    name = "王" + SYLLABLES[order % 12] + SYLLABLES[order * 5 % 12]
    return replace(PersonEntry(id_number=an_id_number(), name=name), **values)


def an_agency(session: Session, *, agreement: AgencyAgreementEntry | None = None, **values: Any) -> AgencyView:
    """A designated agency with an agreement of the fund."""
    command = replace(RegisterAgency("安心护理站", a_credit_code(), DISTRICT), **values)
    agency = register_agency(session, command, actor=SYSTEM, at=ENTERED_AT)
    entry = agreement or AgencyAgreementEntry(valid_from=SINCE)
    agree_with_agency(session, entry, agency_id=agency.id, actor=SYSTEM, at=ENTERED_AT)
    return agency


def a_carer(
    session: Session, *, agency: AgencyView | None = None, certified_to: date | None = None, **values: Any
) -> CarerView:
    """A professional carer employed by an agency, with a certificate."""
    employer = agency or an_agency(session)
    number = f"C{next(_numbers):06d}"
    command = RegisterCarer(
        person=a_person(),
        kind=CarerKind.PROFESSIONAL,
        employment=EmploymentEntry(employer.id, ContractKind.LABOUR, SINCE),
        certificates=(CertificateEntry(CertificateKind.ELDERLY_CARE, number, SINCE, certified_to),),
    )
    return register_carer(session, replace(command, **values), actor=SYSTEM, at=ENTERED_AT)


def a_family_carer(
    session: Session,
    *,
    client: ClientView | None = None,
    relation: Relation = Relation.CHILD,
    since: date = SINCE,
    formal: bool = True,
    **values: Any,
) -> CarerView:
    """A family carer; with a client also assigned to him, and formal since then unless told otherwise."""
    command = replace(RegisterCarer(person=a_person(), kind=CarerKind.FAMILY), **values)
    carer = register_carer(session, command, actor=SYSTEM, at=ENTERED_AT)
    if client is not None:
        an_assignment(session, client=client, carer=carer, relation=relation, valid_from=since)
        if formal:
            a_training(session, client=client, carer=carer, valid_from=since)
    return carer


def a_client(
    session: Session, *, agency: AgencyView | None = None, home: Point | None = HOME, **values: Any
) -> ClientView:
    """A client in care of an agency for agency care, with a home whose position is given in WGS-84."""
    serving = agency or an_agency(session)
    command = RegisterClient(
        person=a_person(),
        district_code=DISTRICT,
        street_code="120103001",
        home=None if home is None else a_home(point=home),
        agreement=AgreementEntry(serving.id, HomeType.AGENCY_CARE, SINCE),
    )
    return register_client(session, replace(command, **values), actor=SYSTEM, at=ENTERED_AT)


def a_home(*, point: Point = HOME, **values: Any) -> HomeEntry:
    """A place of care."""
    place = HomeEntry(
        "河西区友谊路1号2门301", point.latitude, point.longitude, CoordinateSystem.WGS84, valid_from=SINCE
    )
    return replace(place, **values)


def an_entitlement(session: Session, *, client: ClientView, starts_on: date = SINCE, **values: Any) -> EntitlementView:
    """An entitlement to all types of home care; in Tianjin it starts on the first of a month."""
    command = EntitlementEntry("5", tuple(HomeType), concluded_on=starts_on - timedelta(days=1))
    return grant_entitlement(
        session, replace(command, **values), client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT
    )


def an_assignment(
    session: Session, *, client: ClientView, carer: CarerView, valid_from: date = SINCE, **values: Any
) -> AssignedCarerView:
    """A carer's standing task at a client."""
    command = replace(AssignmentEntry(carer.id, valid_from), **values)
    return assign_carer(session, command, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)


def a_training(
    session: Session,
    *,
    client: ClientView,
    carer: CarerView,
    stage: TrainingStage = TrainingStage.FORMAL,
    valid_from: date = SINCE,
    **values: Any,
) -> TrainingOutcome:
    """A family carer's stage; formal since `valid_from`, as the fund may enter it."""
    command = TrainingEntry(carer.id, stage, valid_from, exam_on=valid_from, exam_document="D3-12")
    return record_training(session, replace(command, **values), client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)


def a_guardian(session: Session, *, client: ClientView, by: AnyActor = SYSTEM, **values: Any) -> GuardianView:
    """A daughter who may confirm care; whom an agency enters, the fund still has to approve."""
    command = GuardianEntry(a_person(), Relation.CHILD, GuardianExtent.CONFIRM_CARE, "WT-2026-01", SINCE)
    return appoint_guardian(session, replace(command, **values), client_id=client.client.id, actor=by, at=ENTERED_AT)


def a_stay(
    session: Session,
    *,
    client: ClientView,
    admitted_on: date,
    discharged_on: date | None = None,
    kind: StayKind = StayKind.HOSPITAL,
) -> StayView:
    """A stay away from home."""
    command = StayEntry(kind, admitted_on, discharged_on)
    return record_stay(session, command, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)


def a_suspension(
    session: Session, *, client: ClientView, valid_from: date, valid_to: date | None = None
) -> SuspensionView:
    """Days on which the entitlement rests."""
    command = SuspensionEntry("not_confirmed", valid_from, valid_to)
    return suspend(session, command, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)


def a_carer_suspension(
    session: Session, *, carer: CarerView, valid_from: date, valid_to: date | None = None
) -> SuspensionView:
    """Days on which a carer may give no care."""
    command = SuspensionEntry("work_under_anothers_name", valid_from, valid_to)
    return suspend_carer(session, command, carer_id=carer.id, actor=SYSTEM, at=ENTERED_AT)


def an_insurance(
    session: Session, *, carer: CarerView, agency: AgencyView, valid_from: date = SINCE, **values: Any
) -> InsuranceView:
    """A paper by which the agency insures the carer against liability."""
    command = replace(InsuranceEntry(agency.id, InsuranceKind.LIABILITY, "BX-001", valid_from), **values)
    return add_insurance(session, command, carer_id=carer.id, actor=SYSTEM, at=ENTERED_AT)


def a_bank_account(
    session: Session, *, person_id: UUID, checked: NameCheck | None = NameCheck.MATCHED, **values: Any
) -> BankAccountView:
    """A payee's account, its name check done unless told otherwise."""
    command = replace(BankAccountEntry(f"62220210001{next(_numbers):08d}", "102110000011", "工商银行"), **values)
    account = set_bank_account(session, command, person_id=person_id, actor=CLERK, at=ENTERED_AT)
    if checked is None:
        return account
    return record_name_check(session, NameCheckEntry(checked), account_id=account.id, actor=CHECKER, at=ENTERED_AT)
