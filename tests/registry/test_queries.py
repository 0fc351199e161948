"""What other packages read of the registry."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.settings import current_settings
from app.registry.family_months import family_pairs, load_family_months
from app.registry.models import BankAccount, Entitlement
from app.registry.queries import find_payee_accounts
from app.registry.types import NameCheck, ServiceMode, TrainingStage
from tests.registry.factories import (
    ENTERED_AT,
    a_bank_account,
    a_client,
    a_family_carer,
    a_stay,
    a_suspension,
    an_agency,
    an_entitlement,
)
from tests.registry.statements import statements

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def test_a_month_holds_every_right_that_touches_it(tianjin: Session):
    client = a_client(tianjin)
    entitlement = an_entitlement(tianjin, client=client)
    carer = a_family_carer(tianjin, client=client)
    stay = a_stay(tianjin, client=client, admitted_on=date(2026, 3, 30))
    suspension = a_suspension(tianjin, client=client, valid_from=date(2026, 2, 1), valid_to=date(2026, 3, 2))

    month = load_family_months(tianjin, client_ids=[client.client.id], first=MARCH, beyond=APRIL)[client.client.id]

    assert month.district_code == "120103"
    assert [each.id for each in month.entitlements] == [entitlement.id]
    assert [(each.id, each.discharged_on) for each in month.stays] == [(stay.id, None)]
    assert [each.id for each in month.suspensions] == [suspension.id]
    assert [each.carer_id for each in month.assignments] == [carer.id]
    assert [each.stage for each in month.trainings] == [TrainingStage.FORMAL]


def test_a_month_leaves_out_what_ended_before_but_keeps_a_discharge_on_its_first_day(tianjin: Session):
    client = a_client(tianjin)
    a_stay(tianjin, client=client, admitted_on=date(2026, 2, 1), discharged_on=date(2026, 2, 20))
    kept = a_stay(tianjin, client=client, admitted_on=date(2026, 2, 21), discharged_on=MARCH)
    a_stay(tianjin, client=client, admitted_on=APRIL, discharged_on=date(2026, 4, 3))
    a_suspension(tianjin, client=client, valid_from=date(2026, 2, 1), valid_to=MARCH)

    month = load_family_months(tianjin, client_ids=[client.client.id], first=MARCH, beyond=APRIL)[client.client.id]

    assert [each.id for each in month.stays] == [kept.id]
    assert month.suspensions == ()


def test_a_month_holds_the_last_entitlement_that_ended_before_it_and_no_earlier_one(tianjin: Session):
    client = a_client(tianjin)
    spans = ((date(2025, 1, 1), date(2025, 6, 1)), (date(2025, 6, 1), date(2026, 2, 10)), (APRIL, date(2026, 5, 1)))
    ids = [an_entitlement_row(tianjin, client_id=client.client.id, start=start, end=end) for start, end in spans]

    month = load_family_months(tianjin, client_ids=[client.client.id], first=MARCH, beyond=APRIL)[client.client.id]

    assert [each.id for each in month.entitlements] == [ids[1]]


def an_entitlement_row(session: Session, *, client_id: UUID, start: date, end: date) -> UUID:
    row = Entitlement(
        id=new_id(),
        client_id=client_id,
        level="3",
        mode=ServiceMode.HOME,
        home_types=["family_care"],
        cause_kind="import",
        concluded_on=start,
        policy_digest="-",
        valid_from=start,
        valid_to=end,
    )
    session.add(row)
    session.flush()
    return row.id


def test_months_of_many_clients_take_as_many_statements_as_of_one(tianjin: Session):
    agency = an_agency(tianjin)
    clients = [a_client(tianjin, agency=agency) for _ in range(3)]
    for client in clients:
        an_entitlement(tianjin, client=client)
    ids = [client.client.id for client in clients]

    with statements() as for_one:
        load_family_months(tianjin, client_ids=ids[:1], first=MARCH, beyond=APRIL)
    with statements() as for_all:
        months = load_family_months(tianjin, client_ids=ids, first=MARCH, beyond=APRIL)

    assert len(for_all) == len(for_one) == 6
    assert {len(month.entitlements) for month in months.values()} == {1}
    assert set(months) == set(ids)


def test_family_pairs_are_those_of_family_carers_live_in_the_span(tianjin: Session):
    client = a_client(tianjin)
    carer = a_family_carer(tianjin, client=client, since=date(2026, 3, 31))

    march = family_pairs(tianjin, first=MARCH, beyond=APRIL)
    february = family_pairs(tianjin, first=date(2026, 2, 1), beyond=MARCH)

    assert [(pair.carer_id, pair.client_id, pair.carer_person_id) for pair in march] == [
        (carer.id, client.client.id, carer.person.id)
    ]
    assert february == ()


def test_a_payees_account_comes_in_clear_text_and_prints_without_it(tianjin: Session):
    carer = a_family_carer(tianjin)
    a_bank_account(
        tianjin,
        person_id=carer.person.id,
        number="6222021000112345672",
        holder_name="陈玉兰",
        checked=NameCheck.MISMATCHED,
    )

    account = find_payee_accounts(tianjin, person_ids=[carer.person.id])[carer.person.id]

    assert (account.number, account.name, account.bank_code) == ("6222021000112345672", "陈玉兰", "102110000011")
    assert account.name_check is NameCheck.MISMATCHED
    assert account.hold_until == ENTERED_AT + timedelta(days=7)
    assert account.is_intact
    assert "6222021000112345672" not in repr(account)
    assert "陈玉兰" not in repr(account)


def test_a_person_without_an_account_has_none(tianjin: Session):
    carer = a_family_carer(tianjin)

    assert find_payee_accounts(tianjin, person_ids=[carer.person.id]) == {}


def test_a_number_that_is_not_the_one_recorded_is_told(tianjin: Session):
    carer = a_family_carer(tianjin)
    a_bank_account(tianjin, person_id=carer.person.id)
    other = current_settings().key_ring.encrypt("6222021000999999999", context="bank_account.number")
    tianjin.execute(update(BankAccount).values(number_enc=other))

    assert not find_payee_accounts(tianjin, person_ids=[carer.person.id])[carer.person.id].is_intact
