"""Files of batches, what they freed, and whose word stands behind them. Unscoped: callers found the batch by actor."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, and_, cast, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from app.kernel.errors import NotFound
from app.payouts.file_types import FileView, OutcomeCount
from app.payouts.models import (
    BankFile,
    BankFileConfirmation,
    BankFileContent,
    BankLine,
    BatchSending,
    Payout,
    PayoutEvent,
    Subsidy,
)
from app.payouts.queries.months import same_month
from app.payouts.types import FREED_STATES, RECEIVED, FileKind

PairMonth = tuple[UUID, UUID | None, date]


def list_files(session: Session, *, batch_ids: Collection[UUID]) -> dict[UUID, list[FileView]]:
    """Every file of the batches in the order they were made or received. One statement."""
    freed = exists().where(
        BankLine.file_id == BankFile.id,
        PayoutEvent.payout_id == BankLine.payout_id,
        PayoutEvent.cause_id == BankLine.id,
        PayoutEvent.to_state.in_(FREED_STATES),
    )
    rows: Any = session.execute(
        select(BankFile, BankFileConfirmation, freed)
        .outerjoin(BankFileConfirmation, BankFileConfirmation.file_id == BankFile.id)
        .where(BankFile.batch_id.in_(batch_ids))
        .order_by(BankFile.id)
    )
    found: dict[UUID, list[FileView]] = defaultdict(list)
    for file, word, has_freed in rows:
        found[file.batch_id].append(_view(file, word, has_freed=has_freed))
    return found


def list_sent_forms(session: Session, *, batch_ids: Collection[UUID]) -> dict[UUID, FileKind]:
    """In which form each batch was fetched for the bank, if it was. One statement."""
    rows = session.execute(
        select(BatchSending.batch_id, BankFile.kind)
        .join(BankFile, BankFile.id == BatchSending.file_id)
        .where(BatchSending.batch_id.in_(batch_ids))
    )
    return {batch_id: kind for batch_id, kind in rows}


def find_sending(session: Session, *, batch_id: UUID) -> BatchSending | None:
    """The first fetch of a batch's file."""
    return session.get(BatchSending, batch_id)


def find_made(session: Session, *, batch_id: UUID, kind: FileKind) -> BankFile | None:
    """A file made for the bank; received kinds are never found here."""
    if kind in RECEIVED:
        return None
    return session.scalars(select(BankFile).where(BankFile.batch_id == batch_id, BankFile.kind == kind)).one_or_none()


def get_received(session: Session, *, batch_id: UUID, file_id: UUID) -> BankFile:
    """A file that came from the bank; NotFound when the batch has no such file."""
    found = session.scalars(
        select(BankFile).where(BankFile.id == file_id, BankFile.batch_id == batch_id, BankFile.kind.in_(RECEIVED))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_booked(session: Session, *, digest: bytes, kind: FileKind, batch_id: UUID) -> BankFile | None:
    """A file from the bank that was booked before."""
    return session.scalars(
        select(BankFile).where(BankFile.kind == kind, BankFile.digest == digest, BankFile.batch_id == batch_id)
    ).one_or_none()


def read_content(session: Session, *, file_id: UUID) -> bytes:
    """A file's bytes as they are stored, encrypted."""
    return session.get_one(BankFileContent, file_id).content_enc


def count_lines(session: Session, *, file_id: UUID) -> tuple[OutcomeCount, ...]:
    """Number and sum of a received file's lines by outcome."""
    total = cast(func.sum(BankLine.amount_fen), BigInteger)
    rows = session.execute(
        select(BankLine.outcome, func.count(), total)
        .where(BankLine.file_id == file_id)
        .group_by(BankLine.outcome)
        .order_by(BankLine.outcome)
    )
    return tuple(OutcomeCount(outcome.value, count, total_fen) for outcome, count, total_fen in rows)


def list_unconfirmed(session: Session, *, months: Collection[date]) -> frozenset[PairMonth]:
    """Client, carer and month of payments that failed or came back by a file that no second person has confirmed."""
    rows = session.execute(
        select(Subsidy.client_id, Subsidy.carer_id, Subsidy.month)
        .join(Payout, Payout.subsidy_id == Subsidy.id)
        .join(PayoutEvent, and_(PayoutEvent.payout_id == Payout.id, PayoutEvent.to_state.in_(FREED_STATES)))
        .join(BankLine, BankLine.id == PayoutEvent.cause_id)
        .outerjoin(BankFileConfirmation, BankFileConfirmation.file_id == BankLine.file_id)
        .where(Subsidy.month.in_(months), BankFileConfirmation.file_id.is_(None))
        .distinct()
    )
    return frozenset((client_id, carer_id, month) for client_id, carer_id, month in rows)


def find_reissued(session: Session, payouts: Iterable[Payout]) -> dict[UUID, UUID]:
    """The newest earlier payout of the same client, carer and month that failed or came back, by payout."""
    own, earlier, other = aliased(Subsidy), aliased(Payout), aliased(Subsidy)
    rows: Any = session.execute(
        select(Payout.id, earlier.id)
        .join(own, own.id == Payout.subsidy_id)
        .join(
            other,
            same_month(other, own),
        )
        .join(earlier, and_(earlier.subsidy_id == other.id, earlier.id < Payout.id, earlier.state.in_(FREED_STATES)))
        .where(Payout.id.in_([payout.id for payout in payouts]))
        .ext(distinct_on(Payout.id))
        .order_by(Payout.id, earlier.id.desc())
    )
    return {payout_id: earlier_id for payout_id, earlier_id in rows}


def _view(file: BankFile, word: BankFileConfirmation | None, *, has_freed: bool) -> FileView:
    return FileView(
        id=file.id,
        kind=file.kind,
        sha256=file.digest.hex(),
        booked_by=file.actor_id,
        booked_at=file.recorded_at,
        unconfirmed=has_freed and word is None,
        confirmed_by=word.actor_id if word else None,
        confirmed_at=word.recorded_at if word else None,
    )
