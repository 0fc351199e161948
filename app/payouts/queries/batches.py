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
from app.kernel.settings import current_settings
from app.payouts.batch_rules import judge_batch
from app.payouts.batch_types import BatchView, PayingAccountView, PayoutView, StateCount
from app.payouts.copies import open_copy, open_fund_copy
from app.payouts.file_types import FileView
from app.payouts.models import Batch, BatchApproval, PayingAccount, Payout, PayoutEvent, Subsidy
from app.payouts.queries import files
from app.payouts.types import FileKind
from app.registry.models import Person
from app.registry.views import name_of


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
    """Batches in the order in which they were prepared. Five statements."""
    rows: Page[Batch] = fetch_page(
        session, visible_batches(actor), key=Batch.id, limit=page.limit, after=page.after, view=lambda row: row
    )
    return Page(view_batches(session, rows.items), rows.next_after)


def view_batch(session: Session, *, batch_id: UUID, actor: AnyActor) -> BatchView:
    """One batch as it is shown; NotFound when there is none for this actor."""
    return view_batches(session, [get_batch(session, batch_id=batch_id, actor=actor)])[0]


def view_batches(session: Session, batches: Sequence[Batch]) -> tuple[BatchView, ...]:
    """Batches as they are shown: the states of their payouts, the consent, their files. Four statements."""
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
    listed, forms = files.list_files(session, batch_ids=ids), files.list_sent_forms(session, batch_ids=ids)
    return tuple(
        _view(
            batch,
            tuple(counts[batch.id]),
            approvals.get(batch.id),
            sent_as=forms.get(batch.id),
            listed=tuple(listed.get(batch.id, ())),
        )
        for batch in batches
    )


def list_payouts(session: Session, *, batch_id: UUID) -> Sequence[Payout]:
    """All payouts of a batch in the order of its lines. Unscoped: the caller has found the batch by his actor."""
    return session.scalars(select(Payout).where(Payout.batch_id == batch_id).order_by(Payout.line_no)).all()


def page_payouts(session: Session, *, batch_id: UUID, actor: AnyActor, page: PageRequest) -> Page[PayoutView]:
    """A batch's payments, payees masked; each with the reason of its newest state. Five statements."""
    get_batch(session, batch_id=batch_id, actor=actor)
    statement = select(Payout).where(Payout.batch_id == batch_id)
    rows: Page[Payout] = fetch_page(
        session, statement, key=Payout.id, limit=page.limit, after=page.after, view=lambda row: row
    )
    reasons, names = find_reasons(session, rows.items), _payee_names(session, rows.items)
    reissued = files.find_reissued(session, rows.items)
    views = (
        _view_payout(row, reasons.get(row.id), payee=names[row.id], reissue_of=reissued.get(row.id))
        for row in rows.items
    )
    return Page(tuple(views), rows.next_after)


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


def find_reasons(session: Session, payouts: Collection[Payout]) -> dict[UUID, str | None]:
    """The reason of the newest state of each payout. Unscoped: the caller has found them by his actor."""
    rows: Any = session.execute(
        select(PayoutEvent.payout_id, PayoutEvent.reason_code)
        .where(PayoutEvent.payout_id.in_([payout.id for payout in payouts]))
        .ext(distinct_on(PayoutEvent.payout_id))
        .order_by(PayoutEvent.payout_id, PayoutEvent.seq.desc())
    )
    return {payout_id: reason_code for payout_id, reason_code in rows}


def _payee_names(session: Session, payouts: Collection[Payout]) -> dict[UUID, str]:
    keys = current_settings().key_ring
    rows: Any = session.execute(
        select(Payout.id, Person)
        .join(Subsidy, Subsidy.id == Payout.subsidy_id)
        .join(Person, Person.id == Subsidy.payee_person_id)
        .where(Payout.id.in_([payout.id for payout in payouts]))
    )
    return {payout_id: name_of(person, keys=keys) for payout_id, person in rows}


def _view(
    batch: Batch,
    counts: tuple[StateCount, ...],
    approval: BatchApproval | None,
    *,
    sent_as: FileKind | None,
    listed: tuple[FileView, ...],
) -> BatchView:
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
        sent_as=sent_as,
        files=listed,
    )


def _view_payout(payout: Payout, reason_code: str | None, *, payee: str, reissue_of: UUID | None) -> PayoutView:
    copy = open_copy(payout)
    return PayoutView(
        id=payout.id,
        subsidy_id=payout.subsidy_id,
        serial=payout.serial,
        line_no=payout.line_no,
        amount_fen=payout.amount_fen,
        state=payout.state,
        payee_name=mask_name(payee),
        holder_name=mask_name(copy.name),
        payee_account=mask_account(copy.number),
        reissue_of=reissue_of,
        reason_code=reason_code,
    )
