"""Decisions of the registry's services that need several rows."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.policies.codes import HomeType, Relation
from app.registry.commands import AgencyAgreementEntry, AgreementEntry, EndEntry, EntitlementEntry
from app.registry.service.agencies import AgencyNotDesignated, OutsideServiceArea, OutsideServiceScope
from app.registry.service.clients import add_agreement
from app.registry.service.endings import end_right
from app.registry.service.entitlements import ConclusionTooLong, HomeTypesNotAllowed, grant_entitlement
from app.registry.service.guardians import OwnCarer
from app.registry.service.professionals import CarerNotEmployed, CaseloadFull
from tests.registry.factories import (
    ENTERED_AT,
    SINCE,
    SYSTEM,
    a_carer,
    a_client,
    a_family_carer,
    a_person,
    an_agency,
    an_assignment,
    an_entitlement,
)


def test_a_carer_gets_no_eleventh_client_in_tianjin(tianjin: Session):
    agency = an_agency(tianjin)
    carer = a_carer(tianjin, agency=agency)
    for _ in range(10):
        client = a_client(tianjin, agency=agency)
        an_entitlement(tianjin, client=client)
        an_assignment(tianjin, client=client, carer=carer)

    with pytest.raises(CaseloadFull):
        an_assignment(tianjin, client=a_client(tianjin, agency=agency), carer=carer)


def test_who_is_not_severely_disabled_counts_for_no_caseload_in_tianjin(tianjin: Session):
    agency = an_agency(tianjin)
    carer = a_carer(tianjin, agency=agency)
    for level in ("2", "2", *["3"] * 9):
        client = a_client(tianjin, agency=agency)
        an_entitlement(tianjin, client=client, level=level)
        an_assignment(tianjin, client=client, carer=carer)
    an_assignment(tianjin, client=a_client(tianjin, agency=agency), carer=carer)  # the tenth who may count
    light, severe = a_client(tianjin, agency=agency), a_client(tianjin, agency=agency)
    an_entitlement(tianjin, client=light, level="2")
    an_entitlement(tianjin, client=severe, level="3")
    last = a_client(tianjin, agency=agency)
    an_entitlement(tianjin, client=last, level="4")
    an_assignment(tianjin, client=last, carer=carer)

    with pytest.raises(CaseloadFull):
        an_assignment(tianjin, client=severe, carer=carer)
    an_assignment(tianjin, client=light, carer=carer)


def test_a_carer_of_another_agency_is_not_assigned(tianjin: Session):
    with pytest.raises(CarerNotEmployed):
        an_assignment(tianjin, client=a_client(tianjin), carer=a_carer(tianjin))


def test_nobody_is_his_own_family_carer(tianjin: Session):
    person = a_person()
    client = a_client(tianjin, person=person)
    carer = a_family_carer(tianjin, person=person)

    with pytest.raises(OwnCarer):
        an_assignment(tianjin, client=client, carer=carer, relation=Relation.SPOUSE)


LIMITED = AgencyAgreementEntry(SINCE, date(2026, 7, 1), (HomeType.AGENCY_CARE,), ("120101",))


@pytest.mark.parametrize(
    ("home_type", "valid_from", "refusal"),
    [
        (HomeType.FAMILY_CARE, SINCE, OutsideServiceScope),
        (HomeType.AGENCY_CARE, SINCE, OutsideServiceArea),
        (HomeType.AGENCY_CARE, date(2026, 7, 1), AgencyNotDesignated),
    ],
)
def test_an_agency_serves_within_the_funds_agreement(
    tianjin: Session, home_type: HomeType, valid_from: date, refusal: type[Exception]
):
    client = a_client(tianjin, agreement=None)
    entry = AgreementEntry(an_agency(tianjin, agreement=LIMITED).id, home_type, valid_from)

    with pytest.raises(refusal):
        add_agreement(tianjin, entry, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)


def test_an_entitlement_starts_next_month_in_tianjin_and_ends_with_its_conclusion(tianjin: Session):
    client = a_client(tianjin)
    entry = EntitlementEntry("5", (HomeType.FAMILY_CARE,), concluded_on=date(2026, 3, 15))

    found = grant_entitlement(tianjin, entry, client_id=client.client.id, actor=SYSTEM, at=ENTERED_AT)

    assert (found.period.valid_from, found.period.valid_to) == (date(2026, 4, 1), date(2028, 3, 15))


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"home_types": ()}, HomeTypesNotAllowed),
        ({"home_types": (HomeType.FAMILY_CARE, HomeType.FAMILY_CARE)}, HomeTypesNotAllowed),
        ({"valid_to": date(2028, 1, 1)}, ConclusionTooLong),
    ],
)
def test_an_entitlement_keeps_to_the_policy(tianjin: Session, values: dict[str, object], refusal: type[Exception]):
    client = a_client(tianjin)

    with pytest.raises(refusal):
        an_entitlement(tianjin, client=client, **values)


def test_an_entitlement_is_not_extended_past_its_conclusion(tianjin: Session):
    client = a_client(tianjin)
    right = an_entitlement(tianjin, client=client)
    last = right.period.valid_to
    end_right(
        tianjin,
        EndEntry(date(2026, 6, 1), "reassessed"),
        kind="entitlements",
        right_id=right.id,
        actor=SYSTEM,
        at=ENTERED_AT,
    )

    with pytest.raises(ConclusionTooLong):
        end_right(
            tianjin,
            EndEntry(last + timedelta(days=1), "corrected"),
            kind="entitlements",
            right_id=right.id,
            actor=SYSTEM,
            at=ENTERED_AT,
        )
    corrected = end_right(
        tianjin, EndEntry(last, "corrected"), kind="entitlements", right_id=right.id, actor=SYSTEM, at=ENTERED_AT
    )

    assert corrected.period.valid_to == last


def test_a_new_entitlement_may_replace_the_present_one(tianjin: Session):
    client = a_client(tianjin)
    an_entitlement(tianjin, client=client)

    later = an_entitlement(
        tianjin, client=client, starts_on=date(2026, 6, 1), home_types=(HomeType.AGENCY_CARE,), replaces=True
    )

    assert later.period.valid_from == date(2026, 6, 1)
