"""Transfers on PostgreSQL: booked once, balanced by form, taken back once."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, exc, func, insert, select
from sqlalchemy.orm import Session

from app.ledger import queries, service
from app.ledger.models import LedgerAccount, Transfer
from app.ledger.types import AccountKind, TransferKind
from tests.ledger.factories import AT, CASH, EXPENSE, IN_TRANSIT, a_posting, a_reversal, payable

OWNERS = [UUID(int=number) for number in range(1, 5)]
ACCOUNTS = [EXPENSE, IN_TRANSIT, CASH, *(payable(owner) for owner in OWNERS)]
PAIRS = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)).filter(lambda pair: pair[0] != pair[1])
POSTINGS = st.lists(st.tuples(PAIRS, st.integers(1, 10**11)), max_size=30)


@pytest.fixture
def statements(tianjin: Session) -> Iterator[list[str]]:
    seen: list[str] = []
    engine = tianjin.get_bind().engine

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def net_fen(session: Session, kind: AccountKind, owner: UUID | None = None) -> int:
    return sum(each.net_fen for each in queries.balances(session) if (each.kind, each.owner_id) == (kind, owner))


def test_a_posting_moves_its_amount_from_credit_to_debit(tianjin: Session):
    owner = uuid4()

    booked = service.post(tianjin, [a_posting(credit=payable(owner), amount_fen=75_000)], at=AT)

    assert booked == 1
    assert net_fen(tianjin, AccountKind.SUBSIDY_EXPENSE) == 75_000
    assert net_fen(tianjin, AccountKind.PAYEE_PAYABLE, owner) == -75_000


def test_the_same_posting_twice_is_booked_once(tianjin: Session):
    posting = a_posting()

    first = service.post(tianjin, [posting, posting], at=AT)
    second = service.post(tianjin, [posting], at=AT)

    assert (first, second) == (1, 0)
    assert tianjin.scalar(select(func.count()).select_from(Transfer)) == 1


@pytest.mark.parametrize("change", [{"amount_fen": 1}, {"credit": CASH}])
def test_the_same_cause_with_other_content_is_refused(tianjin: Session, change):
    cause_id = uuid4()
    service.post(tianjin, [a_posting(cause_id=cause_id)], at=AT)

    with pytest.raises(service.PostingDiffers):
        service.post(tianjin, [a_posting(cause_id=cause_id, **change)], at=AT)


def test_accounts_are_opened_once(tianjin: Session):
    service.post(tianjin, [a_posting(), a_posting()], at=AT)
    service.post(tianjin, [a_posting()], at=AT)

    assert tianjin.scalar(select(func.count()).select_from(LedgerAccount)) == 2


def test_a_reversal_takes_the_whole_amount_back(tianjin: Session):
    posting = a_posting()
    service.post(tianjin, [posting], at=AT)

    service.reverse(tianjin, [a_reversal(posting)], at=AT)

    assert {each.net_fen for each in queries.balances(tianjin)} == {0}


def test_the_same_reversal_twice_is_booked_once(tianjin: Session):
    posting = a_posting()
    service.post(tianjin, [posting], at=AT)
    reversal = a_reversal(posting)

    counts = [service.reverse(tianjin, [reversal], at=AT) for _ in range(2)]

    assert counts == [1, 0]


def test_a_transfer_is_reversed_by_one_cause_only(tianjin: Session):
    posting = a_posting()
    service.post(tianjin, [posting], at=AT)
    service.reverse(tianjin, [a_reversal(posting)], at=AT)

    with pytest.raises(service.AlreadyReversed):
        service.reverse(tianjin, [a_reversal(posting)], at=AT)


@pytest.mark.parametrize("change", ["amount", "sides"])
def test_the_database_refuses_a_reversal_that_does_not_fit(tianjin: Session, change: str):
    service.post(tianjin, [a_posting()], at=AT)
    posted = tianjin.scalars(select(Transfer)).one()
    values = {
        "id": uuid4(),
        "debit_id": posted.debit_id if change == "sides" else posted.credit_id,
        "credit_id": posted.credit_id if change == "sides" else posted.debit_id,
        "amount_fen": posted.amount_fen + (change == "amount"),
        "kind": TransferKind.REVERSAL,
        "reverses_id": posted.id,
        "cause_kind": "other",
        "cause_id": uuid4(),
        "booked_on": posted.booked_on,
        "recorded_at": AT,
    }

    with pytest.raises(exc.IntegrityError, match="fk_transfer_reverses_id"), tianjin.begin_nested():
        tianjin.execute(insert(Transfer).values(values))


@pytest.mark.parametrize(
    ("kind", "owner"), [(AccountKind.FUND_CASH, uuid4()), (AccountKind.PAYEE_PAYABLE, None)], ids=["fund", "payee"]
)
def test_the_database_gives_payees_accounts_an_owner_and_the_funds_none(tianjin: Session, kind, owner):
    with pytest.raises(exc.IntegrityError, match="ck_ledger_account_owner"), tianjin.begin_nested():
        tianjin.execute(insert(LedgerAccount).values(id=uuid4(), kind=kind, owner_id=owner, recorded_at=AT))


def test_what_was_never_posted_cannot_be_reversed(tianjin: Session):
    with pytest.raises(service.NotPosted):
        service.reverse(tianjin, [a_reversal(a_posting())], at=AT)


def test_a_large_set_takes_few_statements(tianjin: Session, statements: list[str]):
    postings = [a_posting(credit=payable(uuid4())) for _ in range(600)]

    service.post(tianjin, postings, at=AT)

    assert len([each for each in statements if "SAVEPOINT" not in each]) == 6  # three for each 500


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=POSTINGS, reversed_places=st.sets(st.integers(0, 29)))
def test_debits_equal_credits_whatever_is_booked(tianjin: Session, drawn, reversed_places):
    postings = [a_posting(debit=debit, credit=credit, amount_fen=fen) for (debit, credit), fen in drawn]
    taken_back = [posting for place, posting in enumerate(postings) if place in reversed_places]

    with tianjin.begin_nested() as one_example:
        service.post(tianjin, postings, at=AT)
        service.reverse(tianjin, [a_reversal(posting) for posting in taken_back], at=AT)
        found = queries.balances(tianjin)
        one_example.rollback()

    gross = sum(posting.amount_fen for posting in postings) + sum(posting.amount_fen for posting in taken_back)
    assert sum(each.debit_fen for each in found) == sum(each.credit_fen for each in found) == gross
    kept = [posting for posting in postings if posting not in taken_back]
    for each in found:
        account = (each.kind, each.owner_id)
        debits = sum(posting.amount_fen for posting in kept if posting.debit == account)
        credits = sum(posting.amount_fen for posting in kept if posting.credit == account)
        assert each.net_fen == debits - credits
