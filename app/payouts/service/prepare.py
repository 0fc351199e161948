"""Puts what is payable of a month into batches, and says of the rest why it waits."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.gateways.bank import daifa
from app.gateways.bank.rules import find_text_problems
from app.gateways.bank.types import Account, InvalidPayment, PaymentBatch, PaymentLine
from app.kernel import audit
from app.kernel.canonical import command_digest
from app.kernel.clock import local_date
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.payouts import copies
from app.payouts.batch_rules import batch_number, canonical_batch, find_open, judge_wait, portions, serial_of
from app.payouts.batch_types import Held, HeldReason, OpenAmount, Preparation, PrepareBatches
from app.payouts.models import Batch, PayingAccount, Payout
from app.payouts.queries import batches, files, months
from app.payouts.queries.standings import find_standings
from app.payouts.service import runs
from app.payouts.service.states import lock_money, start
from app.payouts.types import PayoutState
from app.policies.oversight_terms import PaymentTerms
from app.policies.service import current_book
from app.registry.overdue_reviews import list_held_for_review
from app.registry.queries import find_payee_accounts

PEOPLE_AT_ONCE = 1000
FARTHEST = timedelta(days=31)


class PayingAccountMissing(DomainError):
    """The fund has no account that payouts could leave."""

    kind, code = ErrorKind.CONFLICT, "paying_account_missing"


class ExecutionPast(DomainError):
    """The bank cannot execute a batch on a day that is over."""

    kind, code = ErrorKind.INVALID, "execution_past"


class ExecutionTooFar(DomainError):
    """Money that is to leave after the day `latest` stood approved for too long: people and accounts change."""

    kind, code = ErrorKind.INVALID, "execution_too_far"


@dataclass(frozen=True, slots=True)
class Ready:
    """An amount that may be paid, with the account it goes to."""

    amount: OpenAmount
    account: Account
    bank_account_id: UUID


def prepare_batches(session: Session, command: PrepareBatches, *, actor: Actor, at: datetime) -> Preparation:
    """Make as many batches as the policy's row limit asks for, of all that the month lacks and may be paid now.

    Raises ExecutionPast, ExecutionTooFar, MonthBeingComputed, and PayingAccountMissing when no account is named.
    """
    today = local_date(at, zone_of(actor.region))
    if command.execute_on < today:
        raise ExecutionPast(execute_on=command.execute_on, today=today)
    if command.execute_on > today + FARTHEST:
        raise ExecutionTooFar(execute_on=command.execute_on, latest=today + FARTHEST)
    lock_money(session, actor=actor)
    runs.refuse_open(session, month=command.month)
    paying = batches.find_paying_account(session)
    if paying is None:
        raise PayingAccountMissing
    policy = current_book().policy_or_last(region=actor.region, district=None, on=command.month)
    unconfirmed = files.list_unconfirmed(session, months=(command.month,))
    amounts = find_open(months.list_rows(session, month=command.month))
    ready, held = _sort(session, amounts, month=command.month, unconfirmed=unconfirmed, region=actor.region, at=at)
    made = [
        _make_batch(session, some, command=command, paying=paying, terms=policy.payment, actor=actor, at=at)
        for some in portions(ready, size=policy.payment.batch_rows)
    ]
    return Preparation(batches.view_batches(session, made), tuple(held))


def _sort(
    session: Session,
    amounts: Sequence[OpenAmount],
    *,
    month: date,
    unconfirmed: Collection[files.PairMonth],
    region: str,
    at: datetime,
) -> tuple[list[Ready], list[Held]]:
    ready: list[Ready] = []
    held: list[Held] = []
    today = local_date(at, zone_of(region))
    for some in portions(amounts, size=PEOPLE_AT_ONCE):
        accounts = find_payee_accounts(session, person_ids={each.payee_person_id for each in some})
        unreviewed = list_held_for_review(
            session, client_ids={each.client_id for each in some}, region=region, on=today
        )
        standings = find_standings(session, subsidy_ids={each.newest_id for each in some}, region=region)
        for amount in some:
            found = accounts.get(amount.payee_person_id)
            is_unconfirmed = (amount.client_id, amount.carer_id, month) in unconfirmed
            is_overdue = amount.client_id in unreviewed
            waits = judge_wait(
                found,
                is_unconfirmed=is_unconfirmed,
                month=standings[amount.newest_id],
                is_review_overdue=is_overdue,
                at=at,
            )
            account = None if found is None else _writable(found.number, found.name, found.bank_code, found.bank_name)
            if waits is None and account is None:
                waits = HeldReason.NOT_WRITABLE, None
            if waits is None and account is not None and found is not None:
                ready.append(Ready(amount, account, found.id))
            elif waits is not None:
                held.append(_held(amount, *waits))
    return ready, held


def _held(amount: OpenAmount, reason: HeldReason, until: datetime | None) -> Held:
    return Held(amount.subsidy_id, amount.payee_person_id, amount.amount_fen, amount.pay_by, reason, until)


def _writable(number: str, name: str, bank_code: str, bank_name: str | None) -> Account | None:
    """The account as a bank file holds it, None when it cannot: one such payee must not stop all others."""
    try:
        account = Account(number=number, name=name, bank_code=bank_code, bank_name=bank_name)
    except InvalidPayment:
        return None
    sample = PaymentBatch(
        batch_number="B",
        created_at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
        execute_on=date(2026, 1, 1),
        debtor=account,
        lines=(PaymentLine(serial="P", payee=account, amount_fen=1, purpose="x"),),
    )
    problems = [
        *find_text_problems(sample, encoding=daifa.DEFAULT_ENCODING),
        *find_text_problems(sample, encoding="utf-8"),
    ]
    return None if problems else account


def _make_batch(
    session: Session,
    ready: Sequence[Ready],
    *,
    command: PrepareBatches,
    paying: PayingAccount,
    terms: PaymentTerms,
    actor: Actor,
    at: datetime,
) -> Batch:
    batch_id = new_id(at=at)
    payouts = list(_payouts(ready, batch_id=batch_id, at=at))
    batch = Batch(
        id=batch_id,
        number=batch_number(batch_id, execute_on=command.execute_on),
        month=command.month,
        paying_account_id=paying.id,
        purpose=terms.purpose,
        prepared_by=actor.account_id,
        total_fen=sum(payout.amount_fen for payout in payouts),
        count=len(payouts),
        execute_on=command.execute_on,
        recorded_at=at,
    )
    batch.digest = digest_of(payment_batch(batch, payouts, paying=paying))
    session.add(batch)
    session.flush()
    start(session, payouts, actor=actor, at=at)
    audit.record(
        session,
        "batch.prepared",
        actor=actor,
        at=at,
        subject=("batch", batch_id),
        details={"count": batch.count, "total_fen": batch.total_fen, "digest": batch.digest.hex()},
        keys=current_settings().key_ring,
    )
    return batch


def _payouts(ready: Sequence[Ready], *, batch_id: UUID, at: datetime) -> Iterable[Payout]:
    """Ids rise with the lines, so that a list by id shows them in the order of the file."""
    ids = sorted(new_id(at=at) for _ in ready)
    for line_no, (payout_id, each) in enumerate(zip(ids, ready, strict=True), start=1):
        yield Payout(
            id=payout_id,
            subsidy_id=each.amount.subsidy_id,
            batch_id=batch_id,
            serial=serial_of(payout_id),
            line_no=line_no,
            bank_account_id=each.bank_account_id,
            payee_copy_enc=copies.make_copy(each.account),
            amount_fen=each.amount.amount_fen,
            state=PayoutState.DRAFT,
            seq=1,
            created_at=at,
        )


def payment_batch(batch: Batch, payouts: Sequence[Payout], *, paying: PayingAccount) -> PaymentBatch:
    """The batch as the bank gets it, out of what is stored; equal whenever it is made."""
    return PaymentBatch(
        batch_number=batch.number,
        created_at=batch.recorded_at,
        execute_on=batch.execute_on,
        debtor=copies.open_fund_copy(paying),
        lines=tuple(
            PaymentLine(
                serial=payout.serial,
                payee=copies.open_copy(payout),
                amount_fen=payout.amount_fen,
                purpose=batch.purpose,
            )
            for payout in payouts
        ),
    )


def digest_of(batch: PaymentBatch) -> bytes:
    """What the second person names: keyed, since account numbers can be guessed."""
    return command_digest(canonical_batch(batch), key=current_settings().key_ring.command_key)
