"""Books what the bank says of a batch: a file is taken whole or refused whole, and the same file changes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.gateways.bank import answers as files
from app.gateways.bank.problems import AnswerFileRejected
from app.gateways.bank.types import MatchedAnswer, MatchedLine, PaymentBatch
from app.kernel import resend
from app.kernel.clock import local_date
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.ledger import service as ledger
from app.payouts.batch_rules import find_steps
from app.payouts.batch_types import AnswerBooked
from app.payouts.models import BankFile, BankLine, PayingAccount, Payout
from app.payouts.queries import batches
from app.payouts.service import postings
from app.payouts.service.approve import record
from app.payouts.service.dead import book_dead
from app.payouts.service.freeze import list_reasons, store_file
from app.payouts.service.prepare import payment_batch
from app.payouts.service.states import TOGETHER, Step, advance, lock_money
from app.payouts.types import FileKind, PayoutState

NOT_SENT = frozenset({PayoutState.DRAFT, PayoutState.APPROVED, PayoutState.FROZEN, PayoutState.CANCELLED})
MATCH = {FileKind.ANSWER: files.match, FileKind.RETURNS: files.match_returns}


class AnswerFileRefused(DomainError):
    """The file cannot be read or does not agree with the batch; nothing of it was booked, `reasons` tell why."""

    kind, code = ErrorKind.INVALID, "answer_file_rejected"


class BatchNotSent(DomainError):
    """The bank cannot have answered: no file of the batch was fetched yet."""

    kind, code = ErrorKind.CONFLICT, "batch_not_sent"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the file, the payout it is about, and the steps that follow."""

    line_id: UUID
    line: MatchedLine
    payout: Payout
    steps: tuple[PayoutState, ...]

    @property
    def reason_code(self) -> str | None:
        """Our code for the bank's reason."""
        return self.line.answer.reason_code.value if self.line.answer.reason_code else None


def book_answer(
    session: Session, content: bytes, *, kind: FileKind, batch_id: UUID, actor: Actor, at: datetime
) -> AnswerBooked:
    """Book an answer (回盘) or a file of returns (退票); a file that was booked before gives the first result.

    Raises AnswerFileRefused with every reason, and BatchNotSent.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    digest = hashlib.sha256(content).digest()
    known = batches.find_received_file(session, digest=digest, kind=kind, batch_id=batch_id)
    if known is not None:
        resend.mark_replay()
        return _result(session, known)
    payouts = batches.list_payouts(session, batch_id=batch_id)
    if any(payout.state in NOT_SENT for payout in payouts):
        raise BatchNotSent(batch_id=batch_id)
    paying = session.get_one(PayingAccount, batch.paying_account_id)
    matched = _match(content, kind=kind, batch=payment_batch(batch, payouts, paying=paying))
    told = _judge(matched, payouts=payouts, at=at)
    file = store_file(session, batch_id=batch_id, kind=kind, content=content, actor=actor, at=at)
    session.execute(
        insert(BankLine).execution_options(**TOGETHER), [_line(each, file_id=file.id, at=at) for each in told]
    )
    _book(session, told, actor=actor, at=at, on=local_date(at, zone_of(actor.region)))
    record(session, f"batch.{kind.value}_booked", batch, actor=actor, at=at, lines=len(told))
    return _result(session, file)


def _match(content: bytes, *, kind: FileKind, batch: PaymentBatch) -> MatchedAnswer:
    try:
        return MATCH[kind](files.read(content), batch=batch)
    except AnswerFileRejected as error:
        raise AnswerFileRefused(reasons=list_reasons(error)) from error


def _judge(matched: MatchedAnswer, *, payouts: Sequence[Payout], at: datetime) -> list[Told]:
    """The steps of every line. Raises AnswerFileRefused when the bank contradicts what it said before."""
    by_serial = {payout.serial: payout for payout in payouts}
    told, reasons = [], []
    for line in matched.lines:
        payout = by_serial[line.payment.serial]
        steps = find_steps(payout.state, line.answer.outcome)
        if steps is None:
            reasons.append(_contradiction(line, payout.state))
        else:
            told.append(Told(new_id(at=at), line, payout, steps))
    if reasons:
        raise AnswerFileRefused(reasons=reasons)
    return told


def _contradiction(line: MatchedLine, state: PayoutState) -> dict[str, object]:
    serial, outcome = line.payment.serial, line.answer.outcome.value
    return {
        "code": "contradicts",
        "line_no": line.answer.line_no,
        "field": "outcome",
        "serial": serial,
        "zh": f"第 {line.answer.line_no} 行：流水号 {serial} 先前已记为 {state.value}，与 {outcome} 矛盾",
        "en": f"line {line.answer.line_no}: serial {serial} is known as {state.value}, which {outcome} contradicts",
    }


def _book(session: Session, told: Sequence[Told], *, actor: Actor, at: datetime, on: date) -> None:
    """Move states and money. What an unknown payment did is not known, so nothing is booked for it."""
    paid, failed, returned = (
        [each.payout for each in told if state in each.steps]
        for state in (PayoutState.PAID, PayoutState.FAILED, PayoutState.RETURNED)
    )
    ledger.post(session, [postings.of_payment(payout.id, payout.amount_fen, on=on) for payout in paid], at=at)
    reversals = [
        *(part for payout in failed for part in postings.of_failure(payout.id, on=on)),
        *(part for payout in returned for part in postings.of_return(payout.id, on=on)),
    ]
    ledger.reverse(session, reversals, at=at)
    book_dead(session, [*failed, *returned], on=on, at=at)
    for place in range(2):
        steps = [
            Step(each.payout, each.steps[place], each.line_id, each.reason_code)
            for each in told
            if place < len(each.steps)
        ]
        advance(session, steps, actor=actor, at=at)


def _line(each: Told, *, file_id: UUID, at: datetime) -> dict[str, object]:
    answer = each.line.answer
    return {
        "id": each.line_id,
        "file_id": file_id,
        "line_no": answer.line_no,
        "payout_id": each.payout.id,
        "outcome": answer.outcome.value,
        "bank_reference": answer.bank_reference or None,
        "reason_code": each.reason_code,
        "bank_reason_code": answer.bank_reason_code or None,
        "amount_fen": answer.amount_fen,
        "recorded_at": at,
    }


def _result(session: Session, file: BankFile) -> AnswerBooked:
    """What the file said; made from its lines, so that a file sent again has the answer it had first."""
    return AnswerBooked(file.id, file.batch_id, file.kind, batches.count_lines(session, file_id=file.id))
