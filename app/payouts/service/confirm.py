"""The second person's word that a file really came from the bank."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.payouts.batch_types import BatchView
from app.payouts.models import BankFileConfirmation
from app.payouts.queries import batches, files
from app.payouts.service.approve import record
from app.payouts.service.states import lock_money


class AnswerBookedBySamePerson(DomainError):
    """Who uploaded a file cannot confirm it."""

    kind, code = ErrorKind.CONFLICT, "answer_booked_by_same_person"


def confirm_file(session: Session, *, batch_id: UUID, file_id: UUID, actor: Actor, at: datetime) -> BatchView:
    """Confirm that a file came from the bank: what failed or came back by it may be paid again.

    A file confirmed before stays as it is. Raises NotFound and AnswerBookedBySamePerson.
    """
    lock_money(session, actor=actor)
    batch = batches.get_batch(session, batch_id=batch_id, actor=actor)
    file = files.get_received(session, batch_id=batch_id, file_id=file_id)
    if file.actor_id == actor.account_id:
        raise AnswerBookedBySamePerson(file_id=file_id)
    if session.get(BankFileConfirmation, file_id) is None:
        session.add(
            BankFileConfirmation(file_id=file_id, booked_by=file.actor_id, actor_id=actor.account_id, recorded_at=at)
        )
        session.flush()
        record(session, f"batch.{file.kind.value}_confirmed", batch, actor=actor, at=at, file_id=file_id)
    return batches.view_batch(session, batch_id=batch_id, actor=actor)
