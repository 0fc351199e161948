"""From a computed month to files at the bank, on PostgreSQL."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest
import xmlschema
from flask import current_app
from lxml import etree
from sqlalchemy import delete, exc, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.checkin.models import PayableCareDay
from app.gateways.bank import pain001
from app.kernel.errors import IllegalTransition, NotFound
from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind
from app.ledger import queries as ledger
from app.ledger.types import AccountKind
from app.payouts.batch_types import HeldReason, PrepareBatches
from app.payouts.models import BankFile, BatchApproval, BatchSending, Payout, PayoutEvent, Subsidy, SubsidyDay
from app.payouts.queries import batches
from app.payouts.service import answers, approve, bank_files, freeze, prepare, runs
from app.payouts.types import BatchState, FileKind, PayoutState
from app.policies.service import EXTENSION
from app.registry.models import BankAccount, Entitlement
from app.registry.types import NameCheck, ServiceMode
from tests.payouts.answers import an_answer
from tests.payouts.policy_files import book_reviewing, book_with
from tests.payouts.rows import AT, NOVEMBER, PAY_DAY, Office, a_bank_account, a_family, an_actor, an_office


@pytest.fixture
def office(tianjin: Session) -> Office:
    return an_office(tianjin)


def net_fen(session: Session) -> dict[AccountKind, int]:
    sums: dict[AccountKind, int] = {}
    for each in ledger.balances(session):
        sums[each.kind] = sums.get(each.kind, 0) + each.net_fen
    return {kind: fen for kind, fen in sums.items() if fen}


def lose_day(session: Session, family, day: int) -> None:
    session.execute(
        delete(PayableCareDay).where(
            PayableCareDay.client_id == family.client_id, PayableCareDay.day == NOVEMBER.replace(day=day)
        )
    )


def conclude(session: Session, family, *, on: date) -> None:
    """A new conclusion, from its day on."""
    session.execute(update(Entitlement).where(Entitlement.client_id == family.client_id).values(valid_to=on))
    rights = {"level": "3", "mode": ServiceMode.HOME, "home_types": ["family_care"], "cause_kind": "assessment"}
    session.execute(
        insert(Entitlement).values(id=new_id(), client_id=family.client_id, concluded_on=on, valid_from=on, **rights)
    )


def rows(session: Session):
    return session.scalars(select(Subsidy).order_by(Subsidy.seq)).all()


def test_a_full_month_is_computed_with_every_day_and_booked(tianjin: Session, office: Office):
    family = a_family(tianjin)

    done = office.compute()

    assert (done.pairs, done.computed, done.unchanged, done.payable_fen) == (1, 1, 0, 75_000)
    subsidy = rows(tianjin)[0]
    assert (subsidy.amount_fen, subsidy.days_paid, subsidy.payee_person_id) == (75_000, 30, family.carer_person_id)
    assert tianjin.scalar(select(func.count()).select_from(SubsidyDay)) == 30
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 75_000, AccountKind.PAYEE_PAYABLE: -75_000}


def test_the_same_facts_make_no_second_row(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()

    again = office.compute(at=AT + timedelta(days=1))

    assert (again.computed, again.unchanged) == (0, 1)
    assert len(rows(tianjin)) == 1


def test_a_month_that_is_not_over_is_not_computed(office: Office):
    last_evening = AT.replace(month=11, day=30, hour=15, minute=59)

    with pytest.raises(runs.MonthNotOver):
        office.compute(at=last_evening)


def test_a_month_lowered_before_payment_is_owed_less(tianjin: Session, office: Office):
    family = a_family(tianjin)
    office.compute()
    lose_day(tianjin, family, 30)

    done = office.compute()

    assert [(row.seq, row.amount_fen, row.payable_fen) for row in rows(tianjin)] == [
        (1, 75_000, 75_000),
        (2, 72_500, -2_500),
    ]
    assert done.recovery_fen == 2_500
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 72_500, AccountKind.PAYEE_PAYABLE: -72_500}
    assert office.prepare_one().total_fen == 72_500


def test_a_month_lowered_after_payment_is_a_recovery_and_no_payout(tianjin: Session, office: Office):
    family = a_family(tianjin)
    office.send()
    lose_day(tianjin, family, 30)

    office.compute()

    assert net_fen(tianjin)[AccountKind.PAYEE_RECEIVABLE] == 2_500
    assert office.prepare().batches == ()


def test_a_pair_whose_assignment_was_withdrawn_is_computed_to_nothing(tianjin: Session, office: Office):
    family = a_family(tianjin)
    office.compute()
    tianjin.execute(
        text("UPDATE tianjin.assignment SET valid_to = valid_from WHERE client_id = :client"),
        {"client": family.client_id},
    )

    office.compute()

    assert [row.amount_fen for row in rows(tianjin)] == [75_000, 0]
    assert net_fen(tianjin) == {}


def test_a_batch_holds_what_may_be_paid_and_lists_the_rest(tianjin: Session, office: Office):
    a_family(tianjin, name="陈玉兰")
    a_family(tianjin, account=False)
    a_family(tianjin, name_check=NameCheck.UNCHECKED)
    a_family(tianjin, name_check=NameCheck.MISMATCHED)
    a_family(tianjin, hold_until=AT + timedelta(days=3))
    a_family(tianjin, name="=1+1")
    office.compute()

    prepared = office.prepare()

    assert [(batch.count, batch.total_fen, batch.state) for batch in prepared.batches] == [
        (1, 75_000, BatchState.PREPARED)
    ]
    assert {held.reason: held.until for held in prepared.held} == {
        HeldReason.NO_ACCOUNT: None,
        HeldReason.NAME_UNCHECKED: None,
        HeldReason.NAME_MISMATCHED: None,
        HeldReason.ACCOUNT_NEW: AT + timedelta(days=3),
        HeldReason.NOT_WRITABLE: None,
    }


@pytest.mark.parametrize(
    ("consequence", "months", "held"),
    [
        ("holds_payment", 11, [HeldReason.REVIEW_OVERDUE]),  # its last day was yesterday
        ("holds_payment", 12, []),
        ("tells", 11, []),
    ],
)
def test_payment_waits_for_an_overdue_review_where_the_policy_says_so_and_is_not_lost(
    tianjin: Session, office: Office, tmp_path: Path, monkeypatch, consequence: str, months: int, held
):
    book = book_reviewing(tmp_path, months=months, consequence=consequence)
    monkeypatch.setitem(current_app.extensions, EXTENSION, book)
    family = a_family(tianjin)
    office.compute()

    first = office.prepare()
    conclude(tianjin, family, on=AT.date())
    second = office.prepare()

    assert [each.reason for each in first.held] == held
    assert [batch.total_fen for made in (first, second) for batch in made.batches] == [75_000]
    assert second.held == ()


def test_a_subsidy_in_a_batch_is_not_prepared_again(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    office.prepare_one()

    assert office.prepare().batches == ()


def test_a_second_live_payout_is_refused_by_the_database(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    payout = tianjin.scalars(select(Payout)).one()
    values = {column.key: getattr(payout, column.key) for column in Payout.__table__.columns}

    with pytest.raises(exc.IntegrityError, match="uq_payout_live"), tianjin.begin_nested():
        tianjin.execute(insert(Payout).values(values | {"id": new_id(), "serial": "P2", "batch_id": batch.id}))


def test_a_batch_needs_an_account_to_pay_from(tianjin: Session):
    a_family(tianjin)

    with pytest.raises(prepare.PayingAccountMissing):
        prepare.prepare_batches(tianjin, PrepareBatches(NOVEMBER, PAY_DAY), actor=an_actor(), at=AT)


def test_a_batch_is_not_executed_in_the_past(tianjin: Session, office: Office):
    with pytest.raises(prepare.ExecutionPast):
        prepare.prepare_batches(tianjin, PrepareBatches(NOVEMBER, date(2026, 12, 1)), actor=an_actor(), at=AT)


def test_a_batch_is_executed_within_a_month_or_is_prepared_later(tianjin: Session, office: Office):
    last = AT.date() + prepare.FARTHEST

    prepare.prepare_batches(tianjin, PrepareBatches(NOVEMBER, last), actor=an_actor(), at=AT)
    with pytest.raises(prepare.ExecutionTooFar):
        prepare.prepare_batches(tianjin, PrepareBatches(NOVEMBER, last + timedelta(days=1)), actor=an_actor(), at=AT)


def test_a_district_sees_no_batch(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()

    with pytest.raises(NotFound):
        office.approve(batch, actor=an_actor(Role.PAYOUT_APPROVER, scope=Scope(ScopeKind.DISTRICT, "120101")))


def test_who_prepared_a_batch_does_not_approve_it(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()

    with pytest.raises(approve.SamePerson):
        office.approve(office.prepare_one(), actor=office.preparer)


def test_the_database_refuses_an_approval_by_the_preparer(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    same = {"batch_id": batch.id, "digest": bytes.fromhex(batch.digest), "recorded_at": AT}

    with pytest.raises(exc.IntegrityError, match="ck_batch_approval_two_people"), tianjin.begin_nested():
        tianjin.execute(
            insert(BatchApproval).values(
                prepared_by=office.preparer.account_id, actor_id=office.preparer.account_id, **same
            )
        )
    with pytest.raises(exc.IntegrityError, match="fk_batch_approval"), tianjin.begin_nested():
        tianjin.execute(insert(BatchApproval).values(prepared_by=new_id(), actor_id=office.preparer.account_id, **same))


def test_the_database_refuses_an_approval_of_another_digest(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()

    with pytest.raises(exc.IntegrityError, match="fk_batch_approval"), tianjin.begin_nested():
        tianjin.execute(
            insert(BatchApproval).values(
                batch_id=batch.id,
                prepared_by=office.preparer.account_id,
                actor_id=office.approver.account_id,
                digest=b"0" * 32,
                recorded_at=AT,
            )
        )


def test_another_digest_than_the_one_shown_is_not_approved(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()

    with pytest.raises(approve.DigestDiffers):
        office.approve(office.prepare_one(), digest="0" * 64)


def test_a_payee_copy_changed_behind_the_approver_is_noticed(tianjin: Session, office: Office):
    a_family(tianjin, name="陈玉兰")
    a_family(tianjin, name="李小红")
    office.compute()
    batch = office.prepare_one()
    first, second = tianjin.scalars(select(Payout).order_by(Payout.line_no)).all()
    first.payee_copy_enc = second.payee_copy_enc
    tianjin.flush()

    with pytest.raises(approve.DigestDiffers):
        office.approve(batch)


def test_a_batch_is_approved_once(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    approved = office.approve(batch)

    assert (approved.state, approved.approved_by) == (BatchState.APPROVED, office.approver.account_id)
    with pytest.raises(IllegalTransition):
        office.approve(batch)


def test_a_withdrawn_batch_frees_its_subsidies(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()

    withdrawn = office.withdraw(batch)

    assert withdrawn.state is BatchState.WITHDRAWN
    assert office.prepare_one().id != batch.id


def test_a_batch_that_is_not_approved_is_not_frozen(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()

    with pytest.raises(IllegalTransition):
        office.freeze(office.prepare_one())


def test_freezing_writes_two_files_and_books_the_money_in_transit(tianjin: Session, office: Office):
    a_family(tianjin, name="陈玉兰")
    a_family(tianjin, name="欧阳䶮")
    office.compute()
    batch = office.prepare_one()
    office.approve(batch)

    frozen = office.freeze(batch)

    assert frozen.state is BatchState.FROZEN
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 150_000, AccountKind.IN_TRANSIT: -150_000}
    csv_text = office.fetch(batch, FileKind.DAIFA).content.decode("gb18030")
    assert f"批号,{batch.number},笔数,2,总金额(元),1500.00" in csv_text
    assert "欧阳䶮" in csv_text


def test_the_payment_message_passes_two_validators_and_our_rules(tianjin: Session, office: Office, tmp_path):
    a_family(tianjin, name="买买提·吐尔逊")
    _, file = office.send(FileKind.PAIN001)
    xml = file.content

    assert pain001.load_schema().validate(etree.fromstring(xml))
    assert pain001.check(xml, schema=pain001.load_schema()) == []
    source = pain001.files("sepaxml").joinpath("schemas", "pain.001.001.09.xsd")
    xmlschema.XMLSchema(str(source)).validate(xml.decode())


def test_no_second_file_of_a_form_can_exist(tianjin: Session, office: Office):
    a_family(tianjin)
    batch, _ = office.send()

    with pytest.raises(exc.IntegrityError, match="uq_bank_file_sent"), tianjin.begin_nested():
        bank_files.store_file(
            tianjin, batch_id=batch.id, kind=FileKind.DAIFA, content=b"other", actor=office.preparer, at=AT
        )


def test_a_file_is_the_same_at_every_fetch_and_the_first_counts_as_sent(tianjin: Session, office: Office):
    a_family(tianjin)
    batch, first = office.send()

    second = office.fetch(batch)

    assert second == first
    payout = tianjin.scalars(select(Payout)).one()
    assert (payout.state, payout.seq) == (PayoutState.SENT, 4)


def test_the_first_form_that_is_fetched_is_the_only_one(tianjin: Session, office: Office):
    a_family(tianjin)
    batch, _ = office.send(FileKind.PAIN001)

    with pytest.raises(freeze.SentInOtherForm):
        office.fetch(batch, FileKind.DAIFA)

    view = batches.view_batch(tianjin, batch_id=batch.id, actor=office.approver)
    assert view.sent_as is FileKind.PAIN001
    sha256 = {file.kind: file.sha256 for file in view.files}
    assert sha256[FileKind.PAIN001] == hashlib.sha256(office.fetch(batch, FileKind.PAIN001).content).hexdigest()


def test_the_database_lets_a_batch_be_sent_once(tianjin: Session, office: Office):
    a_family(tianjin)
    batch, _ = office.send()
    other = tianjin.scalars(select(BankFile.id).where(BankFile.kind == FileKind.PAIN001)).one()

    with pytest.raises(exc.IntegrityError, match="pk_batch_sending"), tianjin.begin_nested():
        tianjin.execute(
            insert(BatchSending).values(batch_id=batch.id, file_id=other, actor_id=new_id(), recorded_at=AT)
        )


def test_the_database_refuses_a_file_for_the_bank_without_an_approval(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()

    with pytest.raises(exc.IntegrityError, match="fk_bank_file_approved_batch_id"), tianjin.begin_nested():
        bank_files.store_file(
            tianjin, batch_id=batch.id, kind=FileKind.PAIN001, content=b"x", actor=office.preparer, at=AT
        )


def test_a_frozen_batch_is_withdrawn_while_nobody_has_a_file_of_it(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    office.approve(batch)
    office.freeze(batch)

    withdrawn = office.withdraw(batch)

    assert withdrawn.state is BatchState.WITHDRAWN
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 75_000, AccountKind.PAYEE_PAYABLE: -75_000}
    with pytest.raises(IllegalTransition):
        office.fetch(batch)
    assert office.prepare_one().count == 1


def test_a_batch_whose_file_was_fetched_is_not_withdrawn(tianjin: Session, office: Office):
    a_family(tianjin)
    batch, _ = office.send()

    with pytest.raises(IllegalTransition):
        office.withdraw(batch)


def test_news_stops_the_first_fetch_of_a_file_and_no_later_one(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    office.approve(batch)
    office.freeze(batch)

    with pytest.raises(prepare.ExecutionPast), tianjin.begin_nested():
        freeze.mark_sent(
            tianjin, batch_id=batch.id, kind=FileKind.DAIFA, actor=office.preparer, at=AT + timedelta(days=2)
        )
    office.fetch(batch)
    freeze.mark_sent(tianjin, batch_id=batch.id, kind=FileKind.DAIFA, actor=office.preparer, at=AT + timedelta(days=2))


def test_there_is_no_file_before_the_freeze(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()

    with pytest.raises(NotFound):
        office.fetch(office.prepare_one())


@pytest.mark.parametrize("change", [{"name_check": NameCheck.MISMATCHED}, {"replaced_at": AT}])
def test_an_account_changed_since_stops_the_freeze(tianjin: Session, office: Office, change):
    family = a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    office.approve(batch)
    tianjin.execute(update(BankAccount).where(BankAccount.id == family.account_id).values(**change))

    with pytest.raises(freeze.AccountChanged), tianjin.begin_nested():
        office.freeze(batch)
    office.withdraw(batch)
    if "replaced_at" in change:
        a_bank_account(tianjin, person_id=family.carer_person_id)
        assert office.prepare_one().count == 1


def test_a_state_without_its_history_is_refused(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    office.prepare_one()

    tianjin.execute(text("UPDATE tianjin.payout SET state = 'paid', seq = 2"))  # judged at commit

    with pytest.raises(exc.IntegrityError, match="fk_payout_history"), tianjin.begin_nested():
        tianjin.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


@pytest.mark.parametrize(
    ("step", "constraint"),
    [
        ({"seq": 2, "from_state": "draft", "to_state": "paid"}, "from_state_to_state"),  # not a legal step
        ({"seq": 3, "from_state": "approved", "to_state": "frozen"}, "prev_seq"),  # leaves one out
        ({"seq": 2, "from_state": "new", "to_state": "draft"}, "ck_payout_event_first"),  # begins again
    ],
)
def test_a_history_with_another_step_is_refused(tianjin: Session, office: Office, step, constraint):
    a_family(tianjin)
    office.compute()
    office.prepare_one()
    payout_id = tianjin.scalars(select(Payout.id)).one()

    with pytest.raises(exc.IntegrityError, match=constraint), tianjin.begin_nested():
        tianjin.execute(insert(PayoutEvent).values(payout_id=payout_id, recorded_at=AT, **step))


def test_a_month_lowered_since_stops_the_freeze_and_pays_less_when_prepared_again(tianjin: Session, office: Office):
    family = a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    payout_ids = tianjin.scalars(select(Payout.id)).all()
    office.approve(batch)
    lose_day(tianjin, family, 30)
    office.compute()

    with pytest.raises(freeze.AmountChanged) as refusal, tianjin.begin_nested():
        office.freeze(batch)
    office.withdraw(batch)
    again = office.prepare_one()

    assert refusal.value.details["payout_ids"] == payout_ids
    assert again.total_fen == 72_500
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 72_500, AccountKind.PAYEE_PAYABLE: -72_500}


def test_a_batch_whose_day_went_by_is_not_frozen_but_withdrawn(tianjin: Session, office: Office):
    a_family(tianjin)
    office.compute()
    batch = office.prepare_one()
    office.approve(batch)

    with pytest.raises(prepare.ExecutionPast), tianjin.begin_nested():
        freeze.freeze_batch(tianjin, batch_id=batch.id, actor=office.preparer, at=AT + timedelta(days=2))
    office.withdraw(batch)

    assert office.prepare_one().count == 1


@pytest.fixture
def other_payee(app, tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Call it, and the region's file names the insured person as the payee."""
    book = book_with(tmp_path, "tianjin.toml", '"family_carer", source', '"insured_person", source')
    return lambda: monkeypatch.setitem(app.extensions, EXTENSION, book)


def payable_fen(session: Session, person_id) -> int:
    found = ledger.balances(session, owner_ids=[person_id])
    return sum(-each.net_fen for each in found if each.kind is AccountKind.PAYEE_PAYABLE)


def test_another_payee_takes_over_what_is_not_paid(tianjin: Session, office: Office, other_payee):
    family = a_family(tianjin)
    a_bank_account(tianjin, person_id=family.client_person_id)
    office.compute()
    other_payee()

    office.compute()

    assert payable_fen(tianjin, family.carer_person_id) == 0
    assert payable_fen(tianjin, family.client_person_id) == 75_000
    batch = office.prepare_one()
    office.approve(batch)
    office.freeze(batch)
    assert net_fen(tianjin) == {AccountKind.SUBSIDY_EXPENSE: 75_000, AccountKind.IN_TRANSIT: -75_000}


def test_who_was_paid_stays_the_payee_of_the_month(tianjin: Session, office: Office, other_payee):
    family = a_family(tianjin)
    office.send()
    other_payee()
    lose_day(tianjin, family, 30)

    office.compute()

    assert {row.payee_person_id for row in rows(tianjin)} == {family.carer_person_id}
    assert net_fen(tianjin)[AccountKind.PAYEE_RECEIVABLE] == 2_500
    assert office.prepare().batches == ()


def lines_of(batch):
    return select(Payout.line_no).where(Payout.batch_id == batch.id).order_by(Payout.id)


def test_batches_hold_as_many_rows_as_the_policy_allows(
    app, tianjin: Session, office: Office, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    book = book_with(tmp_path, "cn.toml", "batch_rows = { value = 1000,", "batch_rows = { value = 2,")
    monkeypatch.setitem(app.extensions, EXTENSION, book)
    for _ in range(5):
        a_family(tianjin)
    office.compute()

    made = office.prepare().batches

    assert [(batch.count, batch.total_fen) for batch in made] == [(2, 150_000), (2, 150_000), (1, 75_000)]
    assert len({batch.number for batch in made}) == len({batch.digest for batch in made}) == 3
    assert tianjin.scalar(select(func.count(Payout.subsidy_id.distinct()))) == 5
    lines = [list(tianjin.scalars(lines_of(batch))) for batch in made]
    assert lines == [[1, 2], [1, 2], [1]]
    assert office.prepare().batches == ()


def test_each_of_two_batches_is_answered_by_its_own_file_only(
    app, tianjin: Session, office: Office, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    book = book_with(tmp_path, "cn.toml", "batch_rows = { value = 1000,", "batch_rows = { value = 1,")
    monkeypatch.setitem(app.extensions, EXTENSION, book)
    for _ in range(2):
        a_family(tianjin)
    office.compute()
    first, second = office.prepare().batches
    files = {}
    for batch in (first, second):
        office.approve(batch)
        office.freeze(batch)
        files[batch.id] = office.fetch(batch).content

    with pytest.raises(answers.AnswerFileRefused) as refusal:
        book_answer(office, second, an_answer(files[first.id]))
    book_answer(office, second, an_answer(files[second.id]))

    assert "other_batch" in {reason["code"] for reason in refusal.value.details["reasons"]}
    assert net_fen(tianjin)[AccountKind.IN_TRANSIT] == net_fen(tianjin)[AccountKind.FUND_CASH] == -75_000


def book_answer(office: Office, batch, content: bytes):
    return answers.book_answer(
        office.session, content, kind=FileKind.ANSWER, batch_id=batch.id, actor=office.preparer, at=AT
    )
