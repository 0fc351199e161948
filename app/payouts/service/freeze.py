"""Freezing writes the bank's files once; fetching one counts as sent, which is committed before it is given out."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.gateways.bank import daifa, pain001
from app.gateways.bank.problems import BankFileProblems, BatchNotWritable
from app.gateways.bank.types import PaymentBatch
from app.kernel.clock import local_date
from app.kernel.errors import DomainError, ErrorKind, IllegalTransition, NotFound
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.ledger import service as ledger
from app.payouts.batch_rules import find_lowered
from app.payouts.batch_types import BatchView
from app.payouts.models import Batch, BatchSending, PayingAccount, Payout
from app.payouts.queries import accounts, batches, files, months
from app.payouts.service import postings
from app.payouts.service.approve import check_digest, record
from app.payouts.service.bank_files import list_reasons, store_file
from app.payouts.service.prepare import ExecutionPast, payment_batch
from app.payouts.service.states import Step, advance, lock_money
from app.payouts.types import FileKind, PayoutState

NOTHING_TO_SEND = frozenset({PayoutState.CANCELLED, PayoutState.FAILED})


class AccountChanged(DomainError):
    """Since the batch was prepared, accounts it pays to were replaced or found wrong: withdraw it and prepare again."""

    kind, code = ErrorKind.CONFLICT, "account_changed"


class AmountChanged(DomainError):
    """Since the batch was prepared, months it pays were computed lower: withdraw it and prepare again."""

    kind, code = ErrorKind.CONFLICT, "amount_changed"


class FileNotWritable(DomainError):
    """A text of the batch cannot stand in the bank's files; `reasons` tell the lines."""

    kind, code = ErrorKind.CONFLICT, "batch_not_writable"


class SentInOtherForm(DomainError):
    """The batch's other file was fetched: the bank gets a batch in one form only."""

    kind, code = ErrorKind.CONFLICT, "sent_in_other_form"


def freeze_batch(session: Session, *, batch_id: UUID, actor: Actor, at: datetime) -> BatchView:
    """Write both files of an approved batch and book its money as in transit. They are made here, and only once.

    Raises IllegalTransition, ExecutionPast, AccountChanged, AmountChanged, DigestDiffers and FileNotWritable.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    on = local_date(at, zone_of(actor.region))
    payouts = batches.list_payouts(session, batch_id=batch_id)
    advance(session, [Step(payout, PayoutState.FROZEN, batch_id) for payout in payouts], actor=actor, at=at)
    _check_current(session, batch, payouts, on=on)
    approval = batches.find_approval(session, batch_id=batch_id)
    if approval is None:  # the states say it was approved
        raise IllegalTransition(batch_id=batch_id)
    check_digest(session, batch, seen=approval.digest.hex())
    paying = session.get_one(PayingAccount, batch.paying_account_id)
    for kind, content in _write(payment_batch(batch, payouts, paying=paying)).items():
        store_file(session, batch_id=batch_id, kind=kind, content=content, actor=actor, at=at)
    payees = batches.payees_of(session, batch_id=batch_id)
    moved = [postings.of_freeze(payout.id, payees[payout.id], payout.amount_fen, on=on) for payout in payouts]
    ledger.post(session, moved, at=at)
    record(session, "batch.frozen", batch, actor=actor, at=at)
    return batches.view_batch(session, batch_id=batch_id, actor=actor)


def _check_current(session: Session, batch: Batch, payouts: Sequence[Payout], *, on: date) -> None:
    """Refuse a batch that news has overtaken while it can still be withdrawn; once its file is fetched it cannot."""
    if batch.execute_on < on:
        raise ExecutionPast(execute_on=batch.execute_on, today=on)
    changed = accounts.list_changed(session, batch_id=batch.id)
    if changed:
        raise AccountChanged(payout_ids=changed)
    lowered = find_lowered(months.list_rows_beside(session, subsidy_ids=[payout.subsidy_id for payout in payouts]))
    if lowered:
        raise AmountChanged(payout_ids=[payout.id for payout in payouts if payout.subsidy_id in lowered])


def mark_sent(session: Session, *, batch_id: UUID, kind: FileKind, actor: Actor, at: datetime) -> None:
    """Note that a file is being fetched; from the first time on its payments count as sent, and in this form only.

    To be committed before `fetch_file` gives the bytes: who has a file may have given it to the bank. The first fetch
    is the last moment at which the batch can still be withdrawn, so it is refused when news has overtaken the batch.
    Raises NotFound for a file that is not made, IllegalTransition when there is nothing to send any more,
    SentInOtherForm, ExecutionPast, AccountChanged and AmountChanged.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    file = files.find_made(session, batch_id=batch_id, kind=kind)
    if file is None:
        raise NotFound
    payouts = batches.list_payouts(session, batch_id=batch_id)
    if all(payout.state in NOTHING_TO_SEND for payout in payouts):
        raise IllegalTransition(batch_id=batch_id)
    frozen = [payout for payout in payouts if payout.state is PayoutState.FROZEN]
    if frozen:
        _check_current(session, batch, payouts, on=local_date(at, zone_of(actor.region)))
    sending = files.find_sending(session, batch_id=batch_id)
    if sending is None:
        session.add(BatchSending(batch_id=batch_id, file_id=file.id, actor_id=actor.account_id, recorded_at=at))
        session.flush()
    elif sending.file_id != file.id:
        raise SentInOtherForm(batch_id=batch_id)
    advance(session, [Step(payout, PayoutState.SENT, batch_id) for payout in frozen], actor=actor, at=at)
    record(session, "batch.file_fetched", batch, actor=actor, at=at, kind=kind.value)


def _write(batch: PaymentBatch) -> dict[FileKind, bytes]:
    """Both files, or none: the message is checked against the official schema and our rules before it is kept."""
    try:
        made = {FileKind.DAIFA: daifa.write(batch), FileKind.PAIN001: pain001.write(batch)}
        problems = pain001.check(made[FileKind.PAIN001], schema=pain001.load_schema())
        if problems:
            raise BatchNotWritable(problems)
    except BankFileProblems as error:
        raise FileNotWritable(reasons=list_reasons(error)) from error
    return made
