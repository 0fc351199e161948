"""Batches, their payouts and files, for those who see the whole fund; a batch belongs to no district."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, false, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.kernel.codes import mask_account, mask_name
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import AnyActor, ScopeKind
from app.payouts.batch_rules import judge_batch
from app.payouts.batch_types import BatchView, OutcomeCount, PayingAccountView, PayoutView, StateCount
from app.payouts.copies import open_copy, open_fund_copy
from app.payouts.models import (
    BankFile,
    BankFileContent,
    BankLine,
    Batch,
    BatchApproval,
    PayingAccount,
    Payout,
    PayoutEvent,
    Subsidy,
)
from app.payouts.types import FileKind


def visible_batches(actor: AnyActor) -> Select[Any]:
    """All batches of the fund, or none."""
    return select(Batch).where(true() if actor.scope.kind is ScopeKind.FUND else false())


def get_batch(session: Session, *, batch_id: UUID, actor: AnyActor) -> Batch:
    """The batch; NotFound when there is none for this actor."""
    batch: Batch | None = session.scalars(visible_batches(actor).where(Batch.id == batch_id)).one_or_none()
    if batch is None:
        raise NotFound
    return batch


def list_batches(session: Session, *, actor: AnyActor, page: PageRequest) -> Page[BatchView]:
    """Batches in the order in which they were prepared. Three statements."""
    rows: Page[Batch] = fetch_page(
        session, visible_batches(actor), key=Batch.id, limit=page.limit, after=page.after, view=lambda row: row
    )
    return Page(view_batches(session, rows.items), rows.next_after)


def view_batch(session: Session, *, batch_id: UUID, actor: AnyActor) -> BatchView:
    """One batch as it is shown; NotFound when there is none for this actor."""
    return view_batches(session, [get_batch(session, batch_id=batch_id, actor=actor)])[0]


def view_batches(session: Session, batches: Sequence[Batch]) -> tuple[BatchView, ...]:
    """Batches as they are shown, with the states of their payouts and the consent. Two statements."""
    ids = [batch.id for batch in batches]
    counts: dict[UUID, list[StateCount]] = {batch_id: [] for batch_id in ids}
    total = cast(func.sum(Payout.amount_fen), BigInteger)
    for batch_id, state, count, total_fen in session.execute(
        select(Payout.batch_id, Payout.state, func.count(), total)
        .where(Payout.batch_id.in_(ids))
        .group_by(Payout.batch_id, Payout.state)
        .order_by(Payout.state)
    ):
        counts[batch_id].append(StateCount(state, count, total_fen))
    consents = session.scalars(select(BatchApproval).where(BatchApproval.batch_id.in_(ids)))
    approvals = {row.batch_id: row for row in consents}
    return tuple(_view(batch, tuple(counts[batch.id]), approvals.get(batch.id)) for batch in batches)


def list_payouts(session: Session, *, batch_id: UUID) -> Sequence[Payout]:
    """All payouts of a batch in the order of its lines. Unscoped: the caller has found the batch by his actor."""
    return session.scalars(select(Payout).where(Payout.batch_id == batch_id).order_by(Payout.line_no)).all()


def page_payouts(session: Session, *, batch_id: UUID, actor: AnyActor, page: PageRequest) -> Page[PayoutView]:
    """A batch's payments, payees masked; each with the reason of its newest state."""
    get_batch(session, batch_id=batch_id, actor=actor)
    statement = select(Payout).where(Payout.batch_id == batch_id)
    rows: Page[Payout] = fetch_page(
        session, statement, key=Payout.id, limit=page.limit, after=page.after, view=lambda row: row
    )
    reasons = _reasons(session, rows.items)
    return Page(tuple(_view_payout(row, reasons.get(row.id)) for row in rows.items), rows.next_after)


def payees_of(session: Session, *, batch_id: UUID) -> dict[UUID, UUID]:
    """The payee's person by payout. Unscoped: the caller has found the batch by his actor."""
    rows = session.execute(
        select(Payout.id, Subsidy.payee_person_id)
        .join(Subsidy, Subsidy.id == Payout.subsidy_id)
        .where(Payout.batch_id == batch_id)
    )
    return {payout_id: person_id for payout_id, person_id in rows}


def find_approval(session: Session, *, batch_id: UUID) -> BatchApproval | None:
    """The second person's consent, if given. Unscoped: the caller has found the batch by his actor."""
    return session.scalars(select(BatchApproval).where(BatchApproval.batch_id == batch_id)).one_or_none()


def find_paying_account(session: Session) -> PayingAccount | None:
    """The account in use. Unscoped: there is one for the fund."""
    return session.scalars(select(PayingAccount).where(PayingAccount.replaced_at.is_(None))).one_or_none()


def view_paying_account(session: Session, *, actor: AnyActor) -> PayingAccountView:
    """The account in use, its number masked; NotFound when there is none or the actor does not see the fund."""
    account = find_paying_account(session)
    if account is None or actor.scope.kind is not ScopeKind.FUND:
        raise NotFound
    copy = open_fund_copy(account)
    return PayingAccountView(
        id=account.id,
        number=mask_account(copy.number),
        name=copy.name,
        bank_code=account.bank_code,
        bank_name=account.bank_name,
        created_at=account.created_at,
    )


def find_sent_file(session: Session, *, batch_id: UUID, kind: FileKind) -> tuple[BankFile, bytes] | None:
    """A file made for the bank and its encrypted content. Unscoped: the caller has found the batch by his actor."""
    row = session.execute(
        select(BankFile, BankFileContent.content_enc)
        .join(BankFileContent, BankFileContent.file_id == BankFile.id)
        .where(BankFile.batch_id == batch_id, BankFile.kind == kind)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def find_received_file(session: Session, *, digest: bytes, kind: FileKind, batch_id: UUID) -> BankFile | None:
    """A file from the bank that was booked before. Unscoped: the caller has found the batch by his actor."""
    return session.scalars(
        select(BankFile).where(BankFile.kind == kind, BankFile.digest == digest, BankFile.batch_id == batch_id)
    ).one_or_none()


def count_lines(session: Session, *, file_id: UUID) -> tuple[OutcomeCount, ...]:
    """Number and sum of a received file's lines by outcome. Unscoped: the caller has found the batch by his actor."""
    total = cast(func.sum(BankLine.amount_fen), BigInteger)
    rows = session.execute(
        select(BankLine.outcome, func.count(), total)
        .where(BankLine.file_id == file_id)
        .group_by(BankLine.outcome)
        .order_by(BankLine.outcome)
    )
    return tuple(OutcomeCount(*row) for row in rows)


def _reasons(session: Session, payouts: Collection[Payout]) -> dict[UUID, str | None]:
    rows: Any = session.execute(
        select(PayoutEvent.payout_id, PayoutEvent.reason_code)
        .where(PayoutEvent.payout_id.in_([payout.id for payout in payouts]))
        .ext(distinct_on(PayoutEvent.payout_id))
        .order_by(PayoutEvent.payout_id, PayoutEvent.seq.desc())
    )
    return {payout_id: reason_code for payout_id, reason_code in rows}


def _view(batch: Batch, counts: tuple[StateCount, ...], approval: BatchApproval | None) -> BatchView:
    return BatchView(
        id=batch.id,
        number=batch.number,
        month=batch.month,
        execute_on=batch.execute_on,
        state=judge_batch(counts),
        count=batch.count,
        total_fen=batch.total_fen,
        digest=batch.digest.hex(),
        prepared_by=batch.prepared_by,
        prepared_at=batch.recorded_at,
        approved_by=approval.actor_id if approval else None,
        approved_at=approval.recorded_at if approval else None,
        payouts=counts,
    )


def _view_payout(payout: Payout, reason_code: str | None) -> PayoutView:
    copy = open_copy(payout)
    return PayoutView(
        id=payout.id,
        subsidy_id=payout.subsidy_id,
        serial=payout.serial,
        line_no=payout.line_no,
        amount_fen=payout.amount_fen,
        state=payout.state,
        payee_name=mask_name(copy.name),
        payee_account=mask_account(copy.number),
        reason_code=reason_code,
    )
