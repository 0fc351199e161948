"""Registering many new clients at once decides and leaves behind what registering them singly does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditDetail, AuditEntry
from app.kernel.db import Base
from app.kernel.errors import DomainError
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, Role, Scope, ScopeKind
from app.kernel.settings import current_settings
from app.policies.codes import HomeType
from app.registry.commands import (
    AgencyAgreementEntry,
    AgencyStateEntry,
    AgreementEntry,
    EntitlementEntry,
    RegisterClient,
)
from app.registry.history_models import HomeChange
from app.registry.models import Client, Entitlement, HomePlace, Person, ServiceAgreement
from app.registry.service import new_clients
from app.registry.service.agencies import change_agency_state
from app.registry.service.clients import register_client
from app.registry.service.entitlements import MODE_CHANGE, grant_entitlement
from app.registry.service.new_clients import Enrolment, register_unknown
from app.registry.types import AgencyState, ServiceMode
from tests.registry.factories import (
    DISTRICT,
    ENTERED_AT,
    SINCE,
    SYSTEM,
    a_client,
    a_home,
    a_person,
    an_agency,
)
from tests.registry.statements import statements

TABLES = (Person, Client, HomePlace, HomeChange, ServiceAgreement, Entitlement, AuditEntry)
OF_ITS_OWN = {"id", "person_id", "client_id", "home_id", "subject_id", "details_digest"}
HOME_CARE = EntitlementEntry("5", (HomeType.AGENCY_CARE,), concluded_on=date(2026, 6, 10), cause_kind="import")


def an_enrolment(agency_id: Any, **values: Any) -> Enrolment:
    """Somebody nobody has entered before, with a home, an agreement and a conclusion."""
    command = RegisterClient(
        person=a_person(phone="13900000001"),
        district_code=DISTRICT,
        street_code="120103001",
        home=a_home(),
        agreement=AgreementEntry(agency_id, HomeType.AGENCY_CARE, SINCE),
    )
    entitlement = values.pop("entitlement", HOME_CARE)
    return Enrolment(replace(command, **values), entitlement)


def singly(session: Session, enrolment: Enrolment, *, actor: AnyActor = SYSTEM) -> DomainError | None:
    try:
        with session.begin_nested():
            view = register_client(session, enrolment.command, actor=actor, at=ENTERED_AT)
            if enrolment.entitlement is not None:
                client_id = view.client.id
                grant_entitlement(session, enrolment.entitlement, client_id=client_id, actor=actor, at=ENTERED_AT)
    except DomainError as error:
        return error
    return None


def rows_of(session: Session) -> dict[type[Base], list[dict[str, Any]]]:
    """All rows as far as two registrations of alike clients must agree; what is encrypted in clear text."""
    session.expire_all()
    return {table: [_plain(row) for row in session.scalars(select(table))] for table in TABLES}


def _plain(row: Base) -> dict[str, Any]:
    keys = current_settings().key_ring
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.columns}
    shown = {name: value for name, value in values.items() if name not in OF_ITS_OWN}
    for name, value in shown.items():
        if name.endswith("_enc") and value is not None:
            prefix = "person" if isinstance(row, Person) else "home_place"
            shown[name] = keys.decrypt(value, context=f"{prefix}.{name.removesuffix('_enc')}")
    return shown


def test_many_at_once_leave_what_one_by_one_leaves(tianjin: Session):
    agency = an_agency(tianjin)
    enrolments = [an_enrolment(agency.id), an_enrolment(agency.id, home=None, agreement=None, entitlement=None)]
    before = rows_of(tianjin)

    with tianjin.begin_nested() as undone:
        assert [singly(tianjin, each) for each in enrolments] == [None, None]
        one_by_one = rows_of(tianjin)
        undone.rollback()
    assert rows_of(tianjin) == before
    done = register_unknown(tianjin, enrolments, actor=SYSTEM, at=ENTERED_AT)

    assert done == {0: None, 1: None}
    for table, rows in rows_of(tianjin).items():
        assert sorted(map(repr, rows)) == sorted(map(repr, one_by_one[table])), table
        assert len(rows) > len(before[table])
    assert len(tianjin.scalars(select(AuditDetail)).all()) == len(tianjin.scalars(select(AuditEntry)).all())


def another(**values: Any) -> Callable[[Any], Enrolment]:
    return lambda agency_id: an_enrolment(agency_id, **values)


def served(home_type: HomeType = HomeType.AGENCY_CARE, *days: date) -> Callable[[Any], Enrolment]:
    """With an agreement for a home type on other days."""
    return lambda agency_id: an_enrolment(
        agency_id, agreement=AgreementEntry(agency_id, home_type, *(days or (SINCE,)))
    )


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (another(street_code="120104001"), "street_not_in_district"),
        (another(person=a_person(id_number="11010519491231002A")), "id_number_invalid"),
        (another(person=a_person(phone="139")), "phone_invalid"),
        (lambda _: an_enrolment(new_id()), "not_found"),
        (another(home=a_home(valid_to=SINCE)), "period_backwards"),
        (served(HomeType.AGENCY_CARE, SINCE, SINCE), "period_backwards"),
        (served(HomeType.FAMILY_CARE), "outside_service_scope"),
        (another(district_code="120104", street_code=None), "outside_service_area"),
        (served(HomeType.AGENCY_CARE, date(2025, 12, 31)), "agency_not_designated"),
        (another(entitlement=replace(HOME_CARE, concluded_on=date(2026, 11, 3))), "conclusion_in_future"),
        (another(entitlement=replace(HOME_CARE, valid_to=date(2030, 1, 1))), "conclusion_too_long"),
        (another(entitlement=replace(HOME_CARE, valid_to=date(2026, 6, 30))), "period_backwards"),
        (another(entitlement=replace(HOME_CARE, mode=ServiceMode.INSTITUTION)), "home_types_not_allowed"),
        (another(entitlement=replace(HOME_CARE, cause_kind=MODE_CHANGE)), "nothing_to_change"),
    ],
)
def test_what_refuses_one_refuses_it_among_many_and_leaves_nothing_of_it(
    tianjin: Session, make: Callable[[Any], Enrolment], code: str
):
    limits = AgencyAgreementEntry(SINCE, home_types=(HomeType.AGENCY_CARE,), district_codes=(DISTRICT,))
    agency = an_agency(tianjin, agreement=limits)
    bad, good = make(agency.id), an_enrolment(agency.id)

    alone = singly(tianjin, bad)
    done = register_unknown(tianjin, [bad, good], actor=SYSTEM, at=ENTERED_AT)

    assert alone is not None
    assert done[0] is not None
    assert (alone.code, done[0].code, done[0].details) == (code, code, alone.details)
    assert done[1] is None
    assert len(tianjin.scalars(select(Client)).all()) == 1
    assert len(tianjin.scalars(select(Person)).all()) == 1


def test_a_suspended_agency_takes_nobody_however_many_come(tianjin: Session):
    agency = an_agency(tianjin)
    suspended = AgencyStateEntry(AgencyState.SUSPENDED, "inspection")
    change_agency_state(tianjin, suspended, agency_id=agency.id, actor=SYSTEM, at=ENTERED_AT)

    done = register_unknown(tianjin, [an_enrolment(agency.id), an_enrolment(agency.id)], actor=SYSTEM, at=ENTERED_AT)

    assert [error and error.code for error in done.values()] == ["agency_not_active"] * 2


def test_an_agency_registers_in_its_own_name_only_and_not_far_back(tianjin: Session):
    own, other = an_agency(tianjin), an_agency(tianjin)
    head = Actor("tianjin", new_id(), Role.AGENCY_HEAD, Scope(ScopeKind.AGENCY, str(own.id)), grant_id=new_id())
    old = an_enrolment(own.id, entitlement=None)
    foreign = an_enrolment(
        other.id, entitlement=None, agreement=AgreementEntry(other.id, HomeType.AGENCY_CARE, ENTERED_AT.date())
    )
    without = an_enrolment(own.id, entitlement=None, agreement=None)

    done = register_unknown(tianjin, [old, foreign, without], actor=head, at=ENTERED_AT)

    expected = [singly(tianjin, each, actor=head) for each in (old, foreign, without)]
    assert [error and error.code for error in expected] == ["too_far_back", "not_found", "agreement_missing"]
    assert [error and error.code for error in done.values()] == [error and error.code for error in expected]


def test_whoever_is_known_or_comes_twice_is_left_to_be_looked_at(tianjin: Session):
    agency = an_agency(tianjin)
    known = a_person()
    a_client(tianjin, agency=agency, person=known)
    new = an_enrolment(agency.id)

    done = register_unknown(tianjin, [an_enrolment(agency.id, person=known), new, new], actor=SYSTEM, at=ENTERED_AT)

    assert done == {1: None}
    assert len(tianjin.scalars(select(Client)).all()) == 2


def test_whom_a_twin_registered_a_moment_ago_is_left_to_be_looked_at(tianjin: Session, monkeypatch: pytest.MonkeyPatch):
    agency = an_agency(tianjin)
    known = a_person()
    a_client(tianjin, agency=agency, person=known)
    monkeypatch.setattr(new_clients, "_find_unknown", lambda _session, enrolments: list(range(len(enrolments))))
    enrolments = [an_enrolment(agency.id, person=known), an_enrolment(agency.id)]

    done = register_unknown(tianjin, enrolments, actor=SYSTEM, at=ENTERED_AT)

    assert done == {1: None}
    assert len(tianjin.scalars(select(ServiceAgreement)).all()) == 2


def test_a_hundred_need_no_more_statements_than_ten(tianjin: Session):
    agency = an_agency(tianjin)
    sent = []
    for count in (10, 100):
        tianjin.execute(delete(AuditDetail))  # also opens the transaction before anything is counted
        with statements(beginning="") as found:
            register_unknown(tianjin, [an_enrolment(agency.id) for _ in range(count)], actor=SYSTEM, at=ENTERED_AT)
        sent.append(len(found))

    assert sent[0] == sent[1] < 20
