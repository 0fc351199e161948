"""A client who stays in home care chooses cash, and it is computed, explained, paid and corrected like a subsidy."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, current_app
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.payouts.models import Payout, Subsidy
from app.payouts.pages import DueRequest
from app.payouts.queries.subsidies import get_subsidy, list_due
from app.payouts.service import answers, freeze
from app.payouts.types import FileKind, PayoutState
from app.policies.service import EXTENSION, keep_texts
from app.registry.choice_types import CashChoiceEntry
from app.registry.models import Assignment, Entitlement, Stay
from app.registry.service.cash_choices import choose_cash
from app.registry.types import ServiceMode, StayKind
from tests.payouts.answers import an_answer
from tests.payouts.rows import AT, Family, Office, a_bank_account, a_family, an_actor, an_office
from tests.payouts.test_assumed_values import under_rules_of

IN_MARCH = datetime(2026, 3, 5, 2, tzinfo=UTC)


@pytest.fixture
def office(app: Flask, tianjin: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office under the rules of Shanghai."""
    book = under_rules_of("shanghai", tmp_path)
    monkeypatch.setitem(current_app.extensions, EXTENSION, book)
    keep_texts(tianjin, book, region="tianjin", at=AT)
    return an_office(tianjin)


def a_client_at_home(session: Session, *, level: str = "5", since: date = date(2026, 1, 1)) -> Family:
    """A client alone: his carer's assignment is over."""
    family = a_family(session, days=0, account=False)
    own = {"client_id": family.client_id}
    session.execute(update(Assignment).filter_by(**own).values(valid_to=date(2026, 2, 1)))
    withdrawn = update(Entitlement).filter_by(client_id=family.client_id)
    session.execute(withdrawn.values(valid_to=Entitlement.valid_from))
    held = {"level": level, "mode": ServiceMode.HOME, "home_types": ["agency_care"], "cause_kind": "import"}
    session.execute(
        insert(Entitlement).values(
            id=new_id(), client_id=family.client_id, concluded_on=since, policy_digest="-", valid_from=since, **held
        )
    )
    a_bank_account(session, person_id=family.client_person_id, name="王秀英")
    return family


def choose(session: Session, family: Family, *, takes_cash: bool = True, at: datetime = IN_MARCH) -> UUID:
    entry = CashChoiceEntry(takes_cash, at.date())
    actor = an_actor(Role.OPERATOR_REVIEWER)
    return choose_cash(session, entry, client_id=family.client_id, actor=actor, at=at).id


def rows(session: Session, family: Family) -> list[tuple[UUID | None, UUID, int, int]]:
    found = session.scalars(select(Subsidy).where(Subsidy.client_id == family.client_id).order_by(Subsidy.seq))
    return [(row.carer_id, row.payee_person_id, row.amount_fen, row.payable_fen) for row in found]


def in_hospital(session: Session, family: Family, start: date, end: date) -> None:
    stay = {"client_id": family.client_id, "kind": StayKind.HOSPITAL, "known_at": AT}
    session.execute(insert(Stay).values(id=new_id(), valid_from=start, valid_to=end, **stay))


def test_cash_chosen_in_march_is_paid_to_the_insured_person(office: Office, tianjin: Session):
    family = a_client_at_home(tianjin)
    choose(tianjin, family)

    done = office.compute()

    assert (done.pairs, done.computed, done.payable_fen) == (1, 1, 8_000)
    assert rows(tianjin, family) == [(None, family.client_person_id, 8_000, 8_000)]
    assert (office.compute().computed, rows(tianjin, family)[1:]) == (0, [])


def test_each_day_is_explained_by_the_steps(office: Office, tianjin: Session):
    family = a_client_at_home(tianjin)
    choose(tianjin, family)
    office.compute()

    subsidy_id = tianjin.scalars(select(Subsidy.id)).one()
    detail = get_subsidy(tianjin, subsidy_id=subsidy_id, actor=an_actor(), on=AT.date())

    assert {(day.rule, day.policy_key) for day in detail.days} == {("paid", "supplement.steps")}
    assert {day.explanation for day in detail.days} == {"连续居家增补：上海市长期护理保险试点办法 第十四条"}
    assert detail.subsidy.carer_id is None


@pytest.mark.parametrize(
    ("since", "expected"),
    [(date(2026, 11, 1), 0), (date(2026, 10, 1), 4_000), (date(2026, 6, 1), 4_000), (date(2026, 5, 1), 8_000)],
)
def test_what_was_months_before_decides(office: Office, tianjin: Session, since: date, expected: int):
    family = a_client_at_home(tianjin, since=since)
    choose(tianjin, family)

    office.compute()

    assert [amount for _, _, amount, _ in rows(tianjin, family)] == [expected]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 5, 1), date(2026, 5, 2), 7_867),  # the 1st by 4,000, then by 8,000
        (date(2026, 4, 20), date(2026, 5, 1), 8_000),
        (date(2026, 10, 1), date(2026, 10, 2), 3_867),
        (date(2026, 10, 31), date(2026, 11, 2), 0),
    ],
)
def test_a_stay_long_ago_is_not_forgotten(office: Office, tianjin: Session, start: date, end: date, expected: int):
    family = a_client_at_home(tianjin)
    choose(tianjin, family)
    in_hospital(tianjin, family, start, end)

    office.compute()

    assert [amount for _, _, amount, _ in rows(tianjin, family)] == [expected]


def test_who_chose_hours_again_gets_no_more_and_keeps_what_he_had(office: Office, tianjin: Session):
    family = a_client_at_home(tianjin)
    choose(tianjin, family)
    office.compute()

    choose(tianjin, family, takes_cash=False, at=datetime(2026, 11, 10, 2, tzinfo=UTC))  # counts from December
    kept = office.compute()
    choose(tianjin, family, takes_cash=False, at=datetime(2026, 10, 10, 2, tzinfo=UTC))
    office.compute()

    assert kept.computed == 0
    assert [amount for _, _, amount, _ in rows(tianjin, family)] == [8_000, 0]


def test_who_never_chose_cash_is_not_computed(office: Office, tianjin: Session):
    silent, hours = a_client_at_home(tianjin), a_client_at_home(tianjin)
    choose(tianjin, hours, takes_cash=False)

    assert office.compute().pairs == 0
    assert rows(tianjin, silent) == rows(tianjin, hours) == []


def test_it_goes_to_the_bank_comes_back_and_goes_again(office: Office, tianjin: Session, app: Flask):
    family = a_client_at_home(tianjin)
    choose(tianjin, family)

    with app.test_request_context():
        batch, file = office.send()
        failed = answers.book_answer(
            tianjin,
            an_answer(file.content, "失败"),
            kind=FileKind.ANSWER,
            batch_id=batch.id,
            actor=office.preparer,
            at=AT,
        )
        office.confirm(batch, failed.file_id)
    office.check_accounts()
    again = office.prepare_one()

    assert (batch.total_fen, again.total_fen, again.count) == (8_000, 8_000, 1)
    assert set(tianjin.scalars(select(Payout.state))) == {PayoutState.FAILED, PayoutState.DRAFT}
    due = list_due(tianjin, actor=an_actor(), today=AT.date(), at=AT, page=DueRequest(within_days=60))
    assert [(each.carer_id, each.unpaid_fen) for each in due.items] == [(None, 8_000)]


def test_late_news_of_a_stay_lowers_it_and_stops_a_batch(office: Office, tianjin: Session):
    family = a_client_at_home(tianjin)
    choose(tianjin, family)
    office.compute()
    batch = office.prepare_one()
    office.approve(batch)
    in_hospital(tianjin, family, date(2026, 11, 16), date(2026, 11, 20))

    office.compute()

    with pytest.raises(freeze.AmountChanged):
        office.freeze(batch)
    assert [row[2:] for row in rows(tianjin, family)] == [(8_000, 8_000), (4_267, -3_733)]  # 8,000 x 16 / 30


def test_a_carer_of_the_same_client_keeps_a_month_of_his_own(office: Office, tianjin: Session):
    family = a_client_at_home(tianjin)
    tianjin.execute(update(Assignment).filter_by(client_id=family.client_id).values(valid_to=None))
    choose(tianjin, family)

    office.compute()
    office.compute()

    assert sorted((row[0] is None, row[2]) for row in rows(tianjin, family)) == [(False, 0), (True, 8_000)]


def test_two_rows_of_one_number_cannot_be_stored(office: Office, tianjin: Session):
    family = a_client_at_home(tianjin)
    choose(tianjin, family)
    office.compute()
    row = tianjin.execute(select(Subsidy.__table__)).mappings().one()

    with pytest.raises(IntegrityError, match="uq_subsidy_of_client"), tianjin.begin_nested():
        tianjin.execute(insert(Subsidy).values({**row, "id": new_id()}))
