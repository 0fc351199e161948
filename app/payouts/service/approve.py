"""The second person's consent, and the way back before anything has left."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel import audit
from app.kernel.clock import local_date
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.ledger import service as ledger
from app.payouts.batch_types import ApproveBatch, BatchView
from app.payouts.models import Batch, BatchApproval, PayingAccount
from app.payouts.queries import batches
from app.payouts.service import postings
from app.payouts.service.dead import book_dead
from app.payouts.service.prepare import digest_of, payment_batch
from app.payouts.service.states import Step, advance, lock_money
from app.payouts.types import PayoutState


class SamePerson(DomainError):
    """Who prepared a batch cannot approve it."""

    kind, code = ErrorKind.CONFLICT, "same_person"


class DigestDiffers(DomainError):
    """The batch is not the one that was looked at."""

    kind, code = ErrorKind.CONFLICT, "digest_differs"


def approve_batch(session: Session, command: ApproveBatch, *, batch_id: UUID, actor: Actor, at: datetime) -> BatchView:
    """Consent to a prepared batch by the digest that was shown.

    Raises SamePerson, DigestDiffers (also when what is stored no longer gives the digest), IllegalTransition.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    if batch.prepared_by == actor.account_id:
        raise SamePerson(batch_id=batch_id)
    check_digest(session, batch, seen=command.digest)
    payouts = batches.list_payouts(session, batch_id=batch_id)
    advance(session, [Step(payout, PayoutState.APPROVED, batch_id) for payout in payouts], actor=actor, at=at)
    session.add(
        BatchApproval(
            batch_id=batch_id,
            prepared_by=batch.prepared_by,
            actor_id=actor.account_id,
            digest=batch.digest,
            recorded_at=at,
        )
    )
    session.flush()
    record(session, "batch.approved", batch, actor=actor, at=at)
    return batches.view_batch(session, batch_id=batch_id, actor=actor)


def withdraw_batch(session: Session, *, batch_id: UUID, actor: Actor, at: datetime) -> BatchView:
    """Take a whole batch back before anybody has a file of it; its subsidies can be prepared again.

    Raises IllegalTransition.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    payouts = batches.list_payouts(session, batch_id=batch_id)
    on = local_date(at, zone_of(actor.region))
    frozen = [payout for payout in payouts if payout.state is PayoutState.FROZEN]
    ledger.reverse(session, [part for payout in frozen for part in postings.of_withdrawal(payout.id, on=on)], at=at)
    book_dead(session, payouts, on=on, at=at)
    advance(session, [Step(payout, PayoutState.CANCELLED, batch_id) for payout in payouts], actor=actor, at=at)
    record(session, "batch.withdrawn", batch, actor=actor, at=at)
    return batches.view_batch(session, batch_id=batch_id, actor=actor)


def check_digest(session: Session, batch: Batch, *, seen: str) -> None:
    """Hold a digest, in hex, against the batch and against what is stored of it. Raises DigestDiffers."""
    paying = session.get_one(PayingAccount, batch.paying_account_id)
    payouts = batches.list_payouts(session, batch_id=batch.id)
    stored = digest_of(payment_batch(batch, payouts, paying=paying))
    if not seen.lower() == batch.digest.hex() == stored.hex():
        raise DigestDiffers(batch_id=batch.id)


def record(session: Session, action: str, batch: Batch, *, actor: Actor, at: datetime, **details: object) -> None:
    """Audit a step of a whole batch."""
    audit.record(
        session,
        action,
        actor=actor,
        at=at,
        subject=("batch", batch.id),
        details={"digest": batch.digest.hex(), **details},
        keys=current_settings().key_ring,
    )
