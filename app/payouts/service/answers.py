"""Reads what the bank says of a batch: a file is taken whole or refused whole, and the same file changes nothing."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.gateways.bank import answers, pain002
from app.gateways.bank.problems import MOST_REASONS, AnswerFileRejected, Problem, ProblemCode
from app.gateways.bank.types import FailureReason, MatchedAnswer, MatchedLine, Outcome
from app.kernel import resend
from app.kernel.clock import local_date
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.payouts.batch_rules import find_steps
from app.payouts.file_types import AnswerBooked
from app.payouts.models import Batch, PayingAccount, Payout
from app.payouts.queries import batches, files
from app.payouts.service.bank_files import list_reasons, store_file
from app.payouts.service.booking import Told, book_lines, summarise
from app.payouts.service.prepare import payment_batch
from app.payouts.service.states import lock_money
from app.payouts.types import FileKind, PayoutState

NOT_SENT = frozenset({PayoutState.DRAFT, PayoutState.APPROVED, PayoutState.FROZEN, PayoutState.CANCELLED})
MATCH = {FileKind.ANSWER: answers.match, FileKind.RETURNS: answers.match_returns}


class AnswerFileRefused(DomainError):
    """The file cannot be read or does not agree with the batch; nothing of it was booked, `reasons` tell why."""

    kind, code = ErrorKind.INVALID, "answer_file_rejected"


class BatchNotSent(DomainError):
    """The bank cannot have answered: no file of the batch was fetched yet."""

    kind, code = ErrorKind.CONFLICT, "batch_not_sent"


class BatchAnswered(DomainError):
    """The bank has answered payments of the batch, so it did not refuse it whole."""

    kind, code = ErrorKind.CONFLICT, "batch_answered"


def book_answer(
    session: Session, content: bytes, *, kind: FileKind, batch_id: UUID, actor: Actor, at: datetime
) -> AnswerBooked:
    """Book an answer (回盘 or pain.002) or a file of returns (退票); one that was booked before gives the first result.

    Raises AnswerFileRefused with its reasons, and BatchNotSent.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    known = _find_known(session, content, kind=kind, batch_id=batch_id)
    if known is not None:
        return known
    payouts = _list_sent(session, batch_id=batch_id)
    matched = _match(session, content, kind=kind, batch=batch, payouts=payouts, actor=actor, at=at)
    told = _judge(matched, payouts=payouts, at=at)
    file = store_file(session, batch_id=batch_id, kind=kind, content=content, actor=actor, at=at)
    return book_lines(session, told, batch=batch, file=file, actor=actor, at=at)


def book_refusal(session: Session, note: bytes, *, batch_id: UUID, actor: Actor, at: datetime) -> AnswerBooked:
    """Book that the bank took nothing of a batch, by its note in whatever form: every payment has failed.

    The note again gives the first result. Raises BatchNotSent, BatchAnswered, and AnswerFileRefused for an empty note.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    known = _find_known(session, note, kind=FileKind.REFUSAL, batch_id=batch_id)
    if known is not None:
        return known
    payouts = _list_sent(session, batch_id=batch_id)
    if any(payout.state is not PayoutState.SENT for payout in payouts):
        raise BatchAnswered(batch_id=batch_id)
    if not note.strip():
        raise AnswerFileRefused(reasons=list_reasons(AnswerFileRejected([Problem(ProblemCode.EMPTY_FILE)])))
    file = store_file(session, batch_id=batch_id, kind=FileKind.REFUSAL, content=note, actor=actor, at=at)
    told = [
        Told(
            new_id(at=at),
            line_no=payout.line_no,
            payout=payout,
            outcome=Outcome.FAILED,
            steps=(PayoutState.FAILED,),
            reason=FailureReason.FILE_REFUSED,
        )
        for payout in payouts
    ]
    return book_lines(session, told, batch=batch, file=file, actor=actor, at=at)


def _find_known(session: Session, content: bytes, *, kind: FileKind, batch_id: UUID) -> AnswerBooked | None:
    known = files.find_booked(session, digest=hashlib.sha256(content).digest(), kind=kind, batch_id=batch_id)
    if known is None:
        return None
    resend.mark_replay()
    return summarise(session, known)


def _list_sent(session: Session, *, batch_id: UUID) -> Sequence[Payout]:
    payouts = batches.list_payouts(session, batch_id=batch_id)
    if any(payout.state in NOT_SENT for payout in payouts):
        raise BatchNotSent(batch_id=batch_id)
    return payouts


def _match(
    session: Session,
    content: bytes,
    *,
    kind: FileKind,
    batch: Batch,
    payouts: Sequence[Payout],
    actor: Actor,
    at: datetime,
) -> MatchedAnswer:
    zone = zone_of(actor.region)
    sending = files.find_sending(session, batch_id=batch.id)
    sent_at = batch.recorded_at if sending is None else sending.recorded_at
    sent = payment_batch(batch, payouts, paying=session.get_one(PayingAccount, batch.paying_account_id))
    try:
        form = pain002 if pain002.is_message(content) else answers
        answer = form.read(content, most_rows=batch.count)
        return MATCH[kind](answer, batch=sent, days=(local_date(sent_at, zone), local_date(at, zone)))
    except AnswerFileRejected as error:
        raise AnswerFileRefused(reasons=list_reasons(error)) from error


def _judge(matched: MatchedAnswer, *, payouts: Sequence[Payout], at: datetime) -> list[Told]:
    """The steps of every line. Raises AnswerFileRefused when the bank contradicts what it said before."""
    by_serial = {payout.serial: payout for payout in payouts}
    told, reasons = [], []
    for line in matched.lines:
        payout, answer = by_serial[line.payment.serial], line.answer
        steps = find_steps(payout.state, answer.outcome)
        if steps is None:
            reasons.append(_contradiction(line, payout.state))
            continue
        told.append(
            Told(
                new_id(at=at),
                line_no=answer.line_no,
                payout=payout,
                outcome=answer.outcome,
                steps=steps,
                reason=answer.reason_code,
                bank_reference=answer.bank_reference or None,
                bank_reason_code=answer.bank_reason_code or None,
                settled_on=answer.settled_on,
            )
        )
    if reasons:
        raise AnswerFileRefused(reasons=reasons[:MOST_REASONS])
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
