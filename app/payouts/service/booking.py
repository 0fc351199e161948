"""Books what a file from the bank says of each payment: its line, its states, its money, and doubts of its account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.gateways.bank.types import FailureReason, Outcome
from app.kernel.clock import local_date
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.ledger import service as ledger
from app.payouts.batch_rules import find_doubts
from app.payouts.file_types import AnswerBooked
from app.payouts.models import BankFile, BankLine, Batch, Payout
from app.payouts.queries import files
from app.payouts.service import postings
from app.payouts.service.approve import record
from app.payouts.service.dead import book_dead
from app.payouts.service.states import TOGETHER, Step, advance
from app.payouts.types import PayoutState
from app.registry.service.bank_accounts import doubt_accounts


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says of one payout, and the steps that follow. `settled_on` is the bank's day, if it names one."""

    line_id: UUID
    line_no: int
    payout: Payout
    outcome: Outcome
    steps: tuple[PayoutState, ...]
    reason: FailureReason | None = None
    bank_reference: str | None = None
    bank_reason_code: str | None = None
    settled_on: date | None = None


def book_lines(
    session: Session, told: Sequence[Told], *, batch: Batch, file: BankFile, actor: Actor, at: datetime
) -> AnswerBooked:
    """Store the lines of a file and let states, money and accounts follow."""
    session.execute(
        insert(BankLine).execution_options(**TOGETHER), [_line(each, file_id=file.id, at=at) for each in told]
    )
    _book_money(session, told, at=at, today=local_date(at, zone_of(actor.region)))
    for place in range(2):
        steps = [
            Step(each.payout, each.steps[place], each.line_id, each.reason.value if each.reason else None)
            for each in told
            if place < len(each.steps)
        ]
        advance(session, steps, actor=actor, at=at)
    doubts = find_doubts((each.payout.bank_account_id, each.reason) for each in told if each.steps)
    doubted = doubt_accounts(session, doubts)
    record(session, f"batch.{file.kind.value}_booked", batch, actor=actor, at=at, lines=len(told), doubted=doubted)
    return summarise(session, file)


def summarise(session: Session, file: BankFile) -> AnswerBooked:
    """What the file said; made from its lines, so that a file sent again has the answer it had first."""
    return AnswerBooked(file.id, file.batch_id, file.kind, files.count_lines(session, file_id=file.id))


def _book_money(session: Session, told: Sequence[Told], *, at: datetime, today: date) -> None:
    """Money moves on the bank's day. What an unknown payment did is not known, so nothing is booked for it."""
    paid, failed, returned = (
        [(each.payout, each.settled_on or today) for each in told if state in each.steps]
        for state in (PayoutState.PAID, PayoutState.FAILED, PayoutState.RETURNED)
    )
    ledger.post(session, [postings.of_payment(payout.id, payout.amount_fen, on=on) for payout, on in paid], at=at)
    reversals = [
        *(part for payout, on in failed for part in postings.of_failure(payout.id, on=on)),
        *(part for payout, on in returned for part in postings.of_return(payout.id, on=on)),
    ]
    ledger.reverse(session, reversals, at=at)
    book_dead(session, [payout for payout, _ in (*failed, *returned)], on=today, at=at)


def _line(each: Told, *, file_id: UUID, at: datetime) -> dict[str, object]:
    return {
        "id": each.line_id,
        "file_id": file_id,
        "line_no": each.line_no,
        "payout_id": each.payout.id,
        "outcome": each.outcome,
        "bank_reference": each.bank_reference,
        "reason_code": each.reason,
        "bank_reason_code": each.bank_reason_code,
        "settled_on": each.settled_on,
        "amount_fen": each.payout.amount_fen,
        "recorded_at": at,
    }
