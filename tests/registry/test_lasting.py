"""How long rights last: what lengthens them, what ends with what, and how many clients a carer holds at once."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.policies.codes import HomeType
from app.registry.commands import (
    AgencyAgreementEntry,
    AgreementEntry,
    EndEntry,
    EntitlementEntry,
    RegisterAgency,
)
from app.registry.models import Assignment, Entitlement
from app.registry.service.agencies import AgencyNotDesignated, register_agency
from app.registry.service.clients import add_agreement
from app.registry.service.endings import end_right
from app.registry.service.entitlements import ConclusionTooLong, NothingToChange, grant_entitlement
from app.registry.service.guardians import GuardianIsCarer
from app.registry.service.periods import OnlyFundLengthens, end_sooner
from app.registry.service.professionals import CarerNotEmployed, CaseloadFull
from app.registry.service.scopes import OutsideScope
from app.registry.shown import AgencyView, CarerView, ClientView
from app.registry.types import ServiceMode
from tests.registry.factories import (
    DISTRICT,
    ENTERED_AT,
    SINCE,
    SYSTEM,
    a_carer,
    a_client,
    a_credit_code,
    a_family_carer,
    a_guardian,
    a_person,
    an_agency,
    an_assignment,
    an_entitlement,
)

OCTOBER, NOVEMBER, DECEMBER, JANUARY = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def head_of(agency: AgencyView) -> Actor:
    """An actor of an agency."""
    scope = Scope(ScopeKind.AGENCY, str(agency.id))
    return Actor("tianjin", new_id(), Role.AGENCY_HEAD, scope, new_id())


def end(session: Session, kind: str, right_id: UUID, valid_to: date, *, actor: Actor | None = None) -> None:
    command = EndEntry(valid_to, "corrected")
    end_right(session, command, kind=kind, right_id=right_id, actor=actor or SYSTEM, at=ENTERED_AT)


def task_of(session: Session, right_id: UUID) -> tuple[date, date | None]:
    row = session.get_one(Assignment, right_id)
    session.refresh(row)
    return row.valid_from, row.valid_to


@pytest.mark.parametrize("kind", ["homes", "guardians", "assignments", "agreements", "employments", "certificates"])
def test_an_agency_ends_sooner_and_lengthens_nothing_but_a_certificate(tianjin: Session, kind: str):
    agency = an_agency(tianjin)
    client, carer = a_client(tianjin, agency=agency), a_carer(tianjin, agency=agency, certified_to=JANUARY)
    rights = {
        "homes": client.homes[0].id,
        "guardians": a_guardian(tianjin, client=client).id,
        "assignments": an_assignment(tianjin, client=client, carer=carer).id,
        "agreements": client.agreements[0].id,
        "employments": carer.employments[0].id,
        "certificates": carer.certificates[0].id,
    }
    head = head_of(agency)
    end(tianjin, kind, rights[kind], DECEMBER, actor=head)

    if kind == "certificates":
        end(tianjin, kind, rights[kind], JANUARY, actor=head)
        return
    with pytest.raises(OnlyFundLengthens):
        end(tianjin, kind, rights[kind], JANUARY, actor=head)


def _agreement(session: Session) -> tuple[str, UUID]:
    agency = an_agency(session, agreement=AgencyAgreementEntry(SINCE, DECEMBER))
    client = a_client(
        session, agency=agency, agreement=AgreementEntry(agency.id, HomeType.AGENCY_CARE, SINCE, DECEMBER)
    )
    return "agreements", client.agreements[0].id


def _task(session: Session) -> tuple[str, UUID]:
    agency = an_agency(session)
    carer = a_carer(session, agency=agency)
    task = an_assignment(session, client=a_client(session, agency=agency), carer=carer, valid_to=DECEMBER)
    end(session, "employments", carer.employments[0].id, DECEMBER + timedelta(days=5))
    return "assignments", task.id


@pytest.mark.parametrize(
    ("right", "refusal"), [(_agreement, AgencyNotDesignated), (_task, CarerNotEmployed)], ids=["agreement", "task"]
)
def test_what_the_fund_lengthens_is_checked_as_when_it_began(
    tianjin: Session, right: Callable[[Session], tuple[str, UUID]], refusal: type[DomainError]
):
    kind, right_id = right(tianjin)

    with pytest.raises(refusal):
        end(tianjin, kind, right_id, JANUARY)


def test_the_fund_lengthens_what_stays_within_its_grounds(tianjin: Session):
    agency = an_agency(tianjin)
    task = an_assignment(
        tianjin, client=a_client(tianjin, agency=agency), carer=a_carer(tianjin, agency=agency), valid_to=DECEMBER
    )

    end(tianjin, "assignments", task.id, JANUARY)

    assert task_of(tianjin, task.id) == (SINCE, JANUARY)


def test_a_right_that_is_over_is_not_revived_by_what_replaces_it(tianjin: Session):
    client = a_client(tianjin)
    right = tianjin.get_one(Entitlement, an_entitlement(tianjin, client=client).id)
    end(tianjin, "entitlements", right.id, NOVEMBER)

    is_changed = end_sooner(tianjin, right, valid_to=DECEMBER, reason="replaced", actor=SYSTEM, at=ENTERED_AT)

    assert (is_changed, right.valid_to) == (False, NOVEMBER)


def a_served_pair(session: Session) -> tuple[AgencyView, ClientView, CarerView, UUID]:
    agency = an_agency(session)
    client, carer = a_client(session, agency=agency), a_carer(session, agency=agency)
    return agency, client, carer, an_assignment(session, client=client, carer=carer).id


def transfer(session: Session, client: ClientView, agency: AgencyView) -> None:
    entry = AgreementEntry(agency.id, HomeType.AGENCY_CARE, DECEMBER, replaces=True)
    add_agreement(session, entry, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)


def test_a_transfer_ends_the_former_agencys_tasks(tianjin: Session):
    _, client, _, task = a_served_pair(tianjin)
    family = a_family_carer(tianjin, client=client)

    transfer(tianjin, client, an_agency(tianjin))

    assert task_of(tianjin, task) == (SINCE, DECEMBER)
    of_family = tianjin.scalars(select(Assignment).where(Assignment.carer_id == family.id)).one()
    assert of_family.valid_to is None


def test_a_transfer_keeps_the_task_of_a_carer_who_works_for_the_new_agency_too(tianjin: Session):
    agency, new, person = an_agency(tianjin), an_agency(tianjin), a_person()
    client, carer = a_client(tianjin, agency=agency), a_carer(tianjin, agency=agency, person=person)
    task = an_assignment(tianjin, client=client, carer=carer).id
    a_carer(tianjin, agency=new, person=person)

    transfer(tianjin, client, new)

    assert task_of(tianjin, task) == (SINCE, None)


@pytest.mark.parametrize("kind", ["employments", "agreements"])
def test_with_contract_or_agreement_end_the_tasks_that_rest_on_it(tianjin: Session, kind: str):
    _, client, carer, task = a_served_pair(tianjin)
    right = carer.employments[0].id if kind == "employments" else client.agreements[0].id

    end(tianjin, kind, right, DECEMBER)

    assert task_of(tianjin, task) == (SINCE, DECEMBER)


def test_a_task_to_come_is_withdrawn_with_the_contract(tianjin: Session):
    agency, _, carer, _ = a_served_pair(tianjin)
    later = an_assignment(tianjin, client=a_client(tianjin, agency=agency), carer=carer, valid_from=JANUARY)

    end(tianjin, "employments", carer.employments[0].id, DECEMBER)

    assert task_of(tianjin, later.id) == (JANUARY, JANUARY)


def test_a_new_task_ends_with_the_contract_behind_it(tianjin: Session):
    agency = an_agency(tianjin)
    carer = a_carer(tianjin, agency=agency)
    end(tianjin, "employments", carer.employments[0].id, DECEMBER)

    task = an_assignment(tianjin, client=a_client(tianjin, agency=agency), carer=carer)

    assert task.period.valid_to == DECEMBER


@pytest.mark.parametrize("later", ["entitlements", "assignments"])
def test_a_caseload_counts_what_begins_during_the_new_task(tianjin: Session, later: str):
    agency = an_agency(tianjin)
    carer = a_carer(tianjin, agency=agency)
    for _ in range(10):
        client = a_client(tianjin, agency=agency)
        an_entitlement(tianjin, client=client, starts_on=NOVEMBER if later == "entitlements" else SINCE)
        begins = SINCE if later == "entitlements" else NOVEMBER
        an_assignment(tianjin, client=client, carer=carer, valid_from=begins)
    another = a_client(tianjin, agency=agency)

    with pytest.raises(CaseloadFull):
        an_assignment(tianjin, client=another, carer=carer, valid_from=OCTOBER)
    short = an_assignment(tianjin, client=another, carer=carer, valid_from=OCTOBER, valid_to=NOVEMBER)

    assert short.period.valid_to == NOVEMBER


def test_a_professional_is_not_the_guardian_of_a_client_to_whom_she_is_assigned(tianjin: Session):
    agency, person = an_agency(tianjin), a_person()
    carer = a_carer(tianjin, agency=agency, person=person)
    cared_for, ward = a_client(tianjin, agency=agency), a_client(tianjin, agency=agency)
    an_assignment(tianjin, client=cared_for, carer=carer, valid_from=NOVEMBER)
    a_guardian(tianjin, client=ward, person=person, valid_to=DECEMBER)

    with pytest.raises(GuardianIsCarer):
        a_guardian(tianjin, client=cared_for, person=person)
    with pytest.raises(GuardianIsCarer):
        an_assignment(tianjin, client=ward, carer=carer, valid_from=NOVEMBER)
    before = a_guardian(tianjin, client=cared_for, person=person, valid_to=NOVEMBER)
    after = an_assignment(tianjin, client=ward, carer=carer, valid_from=DECEMBER)

    assert (before.period.valid_to, after.period.valid_from) == (NOVEMBER, DECEMBER)


def mode_change(session: Session, client: ClientView, **values: object) -> Entitlement:
    entry = EntitlementEntry("5", (), concluded_on=date(2026, 11, 1), mode=ServiceMode.COMMUNITY)
    fields = {"cause_kind": "mode_change", "replaces": True} | values
    command = EntitlementEntry(**{name: getattr(entry, name) for name in entry.__slots__} | fields)
    found = grant_entitlement(session, command, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)
    return session.get_one(Entitlement, found.id)


def test_a_change_of_mode_keeps_the_conclusion_and_its_end(tianjin: Session):
    client = a_client(tianjin)
    changed = tianjin.get_one(Entitlement, an_entitlement(tianjin, client=client).id)
    conclusion, last = changed.concluded_on, changed.valid_to

    new = mode_change(tianjin, client)

    assert (new.concluded_on, new.valid_from, new.valid_to) == (conclusion, DECEMBER, last)
    assert changed.valid_to == DECEMBER


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"replaces": False}, NothingToChange),
        ({"valid_to": date(2028, 1, 1)}, ConclusionTooLong),
        ({"concluded_on": date(2025, 10, 1)}, NothingToChange),
    ],
)
def test_a_change_of_mode_makes_no_conclusion_younger(
    tianjin: Session, values: dict[str, object], refusal: type[DomainError]
):
    client = a_client(tianjin)
    an_entitlement(tianjin, client=client)

    with pytest.raises(refusal):
        mode_change(tianjin, client, **values)


def test_a_district_registers_within_itself(tianjin: Session):
    scope = Scope(ScopeKind.DISTRICT, "120101")
    elsewhere = Actor("tianjin", new_id(), Role.REGION_ADMIN, scope, new_id())
    command = RegisterAgency("安心护理站", a_credit_code(), DISTRICT)

    with pytest.raises(OutsideScope):
        register_agency(tianjin, command, actor=elsewhere, at=ENTERED_AT)
