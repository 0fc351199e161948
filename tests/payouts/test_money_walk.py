"""Whatever happens in whatever order, no fen is made or lost and nobody is paid twice."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, PayableCareDay
from app.kernel.errors import DomainError
from app.ledger import queries as ledger
from app.ledger.types import AccountKind
from app.payouts.models import Payout, Subsidy
from app.payouts.service import answers
from app.payouts.types import LIVE_STATES, FileKind, PayoutState
from app.registry.models import BankAccount
from app.registry.types import NameCheck
from tests.payouts.answers import answer_rows, as_file
from tests.payouts.rows import AT, NOVEMBER, Family, Office, a_bank_account, a_family, an_office

AT_THE_BANK = {PayoutState.FROZEN, PayoutState.SENT, PayoutState.UNKNOWN}
OUTCOMES = st.lists(st.sampled_from(["成功", "失败", "处理中", "退票"]), min_size=2, max_size=2)
FAMILIES = st.integers(0, 1)
STEPS = st.one_of(
    st.tuples(st.just("lose_day"), FAMILIES, st.integers(1, 3)),
    st.tuples(st.just("regain_days"), FAMILIES),
    st.tuples(st.just("to_the_bank")),
    st.tuples(st.sampled_from(["approve", "freeze", "fetch", "withdraw"]), st.integers(0, 3)),
    st.tuples(st.just("prepare")),
    st.tuples(st.just("change_account"), FAMILIES, st.sampled_from(NameCheck)),
    st.tuples(st.just("answer"), st.integers(0, 3), OUTCOMES),
    st.tuples(st.just("answer"), st.integers(0, 3), OUTCOMES),
    st.tuples(st.just("give_back"), st.integers(0, 3), FAMILIES),
)


@dataclass
class Walk:
    """Two families and an office, taken through any steps; what the rules refuse is left undone."""

    session: Session
    office: Office
    families: list[Family]
    batches: list = field(default_factory=list)
    files: dict = field(default_factory=dict)

    def take(self, name: str, *how) -> None:
        self.session.expire_all()
        try:
            with self.session.begin_nested():
                getattr(self, name)(*how)
        except DomainError:
            pass

    def lose_day(self, place: int, day: int) -> None:
        of_day = (PayableCareDay.client_id == self.families[place].client_id, PayableCareDay.day == nth(day))
        self.session.execute(delete(PayableCareDay).where(*of_day))
        self.office.compute()

    def regain_days(self, place: int) -> None:
        family = self.families[place]
        mine = select(PayableCareDay.day).where(PayableCareDay.client_id == family.client_id)
        kept = set(self.session.scalars(mine))
        recorded = self.session.execute(
            select(CareDay.id, CareDay.day).where(CareDay.client_id == family.client_id)
        ).all()
        for care_day_id, day in recorded:
            if day not in kept:
                self.session.add(
                    PayableCareDay(
                        client_id=family.client_id,
                        day=day,
                        carer_id=family.carer_id,
                        care_day_id=care_day_id,
                        recorded_at=AT,
                    )
                )
        self.session.flush()
        self.office.compute()

    def change_account(self, place: int, check: NameCheck) -> None:
        """Another account for the payee, whose holder is, is not or may be he."""
        payee = self.families[place].carer_person_id
        live = (BankAccount.person_id == payee, BankAccount.replaced_at.is_(None))
        self.session.execute(update(BankAccount).where(*live).values(replaced_at=AT))
        a_bank_account(self.session, person_id=payee, name=self.families[place].name, name_check=check)

    def prepare(self) -> None:
        self.batches += self.office.prepare().batches

    def to_the_bank(self) -> None:
        """All the way at once, or walks would seldom get there."""
        self.office.compute()
        for batch in self.office.prepare().batches:
            self.office.approve(batch)
            self.office.freeze(batch)
            self.files[batch.id] = self.office.fetch(batch).content
            self.batches.append(batch)

    def approve(self, place: int) -> None:
        self.office.approve(self.batches[place % len(self.batches)]) if self.batches else None

    def freeze(self, place: int) -> None:
        self.office.freeze(self.batches[place % len(self.batches)]) if self.batches else None

    def withdraw(self, place: int) -> None:
        self.office.withdraw(self.batches[place % len(self.batches)]) if self.batches else None

    def fetch(self, place: int) -> None:
        if self.batches:
            batch = self.batches[place % len(self.batches)]
            self.files[batch.id] = self.office.fetch(batch).content

    def answer(self, place: int, outcomes: list[str]) -> None:
        self._book(place, FileKind.ANSWER, lambda daifa: answer_rows(daifa, outcomes=tuple(outcomes)))

    def give_back(self, place: int, line: int) -> None:
        self._book(place, FileKind.RETURNS, lambda daifa: answer_rows(daifa, outcomes=("退票",), only=(line,)))

    def _book(self, place: int, kind: FileKind, rows) -> None:
        if not self.files:
            return
        batch_id = sorted(self.files)[place % len(self.files)]
        content = as_file(rows(self.files[batch_id]))
        answers.book_answer(self.session, content, kind=kind, batch_id=batch_id, actor=self.office.preparer, at=AT)


def nth(day: int) -> date:
    return NOVEMBER.replace(day=day)


def check_money(walk: Walk) -> None:
    walk.session.expire_all()
    net: Counter[AccountKind] = Counter()
    owed: dict = defaultdict(Counter)
    for each in ledger.balances(walk.session):
        net[each.kind] += each.net_fen
        owed[each.owner_id][each.kind] = each.net_fen
    payouts = walk.session.execute(
        select(Payout.state, Payout.amount_fen, Subsidy.payee_person_id).join(Subsidy, Subsidy.id == Payout.subsidy_id)
    ).all()

    assert sum(net.values()) == 0
    assert -net[AccountKind.IN_TRANSIT] == sum(fen for state, fen, _ in payouts if state in AT_THE_BANK)
    assert -net[AccountKind.FUND_CASH] == sum(fen for state, fen, _ in payouts if state is PayoutState.PAID)
    for family in walk.families:
        own = [(state, fen) for state, fen, payee in payouts if payee == family.carer_person_id]
        check_family(walk.session, family, owed[family.carer_person_id], own)


def check_family(session: Session, family: Family, account: Counter, own: list) -> None:
    amounts = list(
        session.scalars(select(Subsidy.amount_fen).where(Subsidy.client_id == family.client_id).order_by(Subsidy.seq))
    )
    now = amounts[-1] if amounts else 0
    gone = sum(fen for state, fen in own if state in AT_THE_BANK | {PayoutState.PAID})
    live = sum(fen for state, fen in own if state in LIVE_STATES)
    payable, receivable = -account[AccountKind.PAYEE_PAYABLE], account[AccountKind.PAYEE_RECEIVABLE]
    assert payable >= 0
    assert gone <= max(amounts, default=0)
    assert payable - receivable == now - gone
    assert receivable == max(0, live - now)


@pytest.fixture(autouse=True)
def _in_a_request(app):
    with app.test_request_context():
        yield


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
@example(
    steps=[("lose_day", 0, 1), ("answer", 0, ["失败", "失败"]), ("to_the_bank",)]
)  # lowered on its way, then failed
@example(
    steps=[("answer", 0, ["处理中", "处理中"]), ("to_the_bank",), ("answer", 0, ["成功", "成功"])]
)  # unknown is not free
@example(steps=[("give_back", 0, 0), ("to_the_bank",), ("answer", 0, ["成功", "成功"])])  # back before the answer came
@example(
    steps=[("lose_day", 0, 1), ("lose_day", 0, 2), ("regain_days", 0), ("give_back", 0, 0)]
)  # owes twice, then not
def test_debits_transit_and_what_is_owed_agree_after_every_step(tianjin: Session, steps):
    with tianjin.begin_nested() as walked:
        families = [a_family(tianjin, name=name) for name in ("陈玉兰", "李小红")]
        walk = Walk(tianjin, an_office(tianjin), families)
        for step in (("to_the_bank",), *steps):
            walk.take(*step)
            check_money(walk)
        walked.rollback()
    tianjin.expire_all()
