"""The one way a payout's state changes, and the lock under which money moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.kernel.errors import IllegalTransition
from app.kernel.permissions import Actor, AnyActor
from app.payouts.models import Payout, PayoutEvent
from app.payouts.types import ALLOWED, PayoutState

FIRST = "new"
TOGETHER = {
    "render_nulls": True
}  # rows of one insert differ in what they leave empty; without it each change is a statement


@dataclass(frozen=True, slots=True)
class Step:
    """A payout's next state, why, and the record that caused it."""

    payout: Payout
    to: PayoutState
    cause_id: UUID | None = None
    reason_code: str | None = None


def lock_money(session: Session, *, actor: AnyActor) -> None:
    """Let one transaction at a time of a region compute, prepare, approve, send or book; held until it ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"payouts:{actor.region}", 0))))


def start(session: Session, payouts: Sequence[Payout], *, actor: Actor, at: datetime) -> None:
    """Store new payouts as drafts, each with the first row of its history."""
    session.add_all(payouts)
    session.flush()
    session.execute(
        insert(PayoutEvent).execution_options(**TOGETHER),
        [_event(Step(payout, PayoutState.DRAFT), FIRST, seq=payout.seq, actor=actor, at=at) for payout in payouts],
    )


def advance(session: Session, steps: Sequence[Step], *, actor: Actor, at: datetime) -> None:
    """Move payouts on, state and history together; raises IllegalTransition for a step that is not allowed.

    A payout may take several steps, in the order given. Two statements, whatever their number.
    """
    events = []
    for step in steps:
        payout = step.payout
        if step.to not in ALLOWED[payout.state]:
            raise IllegalTransition(payout_id=payout.id, state=payout.state, wanted=step.to)
        events.append(_event(step, payout.state.value, seq=payout.seq + 1, actor=actor, at=at))
        payout.state, payout.seq = step.to, payout.seq + 1
    if events:
        session.execute(insert(PayoutEvent).execution_options(**TOGETHER), events)
        session.flush()


def _event(step: Step, from_state: str, *, seq: int, actor: Actor, at: datetime) -> dict[str, object]:
    return {
        "payout_id": step.payout.id,
        "seq": seq,
        "from_state": from_state,
        "to_state": step.to.value,
        "reason_code": step.reason_code,
        "actor_id": actor.account_id,
        "cause_id": step.cause_id,
        "recorded_at": at,
    }
