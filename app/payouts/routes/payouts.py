"""Subsidies and payout batches over HTTP."""

from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.payouts.batch_types import (
    ApproveBatch,
    BatchView,
    ComputeMonth,
    DueView,
    NewPayingAccount,
    PayingAccountView,
    PayoutView,
    Preparation,
    PrepareBatches,
    SubsidyDetail,
    SubsidyView,
)
from app.payouts.pages import DueRequest, SubsidyRequest
from app.payouts.queries import batches, subsidies
from app.payouts.queries import runs as month_runs
from app.payouts.run_types import MonthRunView
from app.payouts.schemas import (
    ApproveBatchSchema,
    BatchPageSchema,
    BatchSchema,
    ComputeMonthSchema,
    DuePageSchema,
    DueRequestSchema,
    MonthRunPageSchema,
    MonthRunSchema,
    NewPayingAccountSchema,
    PayingAccountSchema,
    PayoutPageSchema,
    PreparationSchema,
    PrepareBatchesSchema,
    SubsidyDetailSchema,
    SubsidyPageSchema,
    SubsidyRequestSchema,
)
from app.payouts.service import approve, freeze, paying_account, prepare, runs

bp = AnhuBlueprint("payouts", __name__, description="Family-care subsidies and their payment (亲情护理补助与发放)")


@bp.post("/subsidies/computations")
@requires(Permission.COMPUTE_SUBSIDIES)
@idempotent
@bp.arguments(ComputeMonthSchema)
@bp.response(202, MonthRunSchema)
def compute_month(command: ComputeMonth) -> MonthRunView:
    """Ask for the subsidies of a month that is over; what was computed from the same facts stays as it is."""
    with transaction() as work:
        return runs.request_month(work, command, actor=current_actor(), at=clock.now())


@bp.get("/subsidies/computations")
@requires(Permission.READ_BATCHES)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, MonthRunPageSchema)
def list_computations(page: PageRequest) -> Page[MonthRunView]:
    """Computations of months, asked for by people and by the night's job."""
    return month_runs.list_runs(session(), actor=current_actor(), page=page)


@bp.get("/subsidies/computations/<uuid:computation_id>")
@requires(Permission.READ_BATCHES)
@bp.response(200, MonthRunSchema)
def get_computation(computation_id: UUID) -> MonthRunView:
    """How far a computation is and what it has come to."""
    return month_runs.view_run(session(), run_id=computation_id, actor=current_actor())


@bp.get("/subsidies")
@requires(Permission.READ_SUBSIDIES)
@bp.arguments(SubsidyRequestSchema, location="query")
@bp.response(200, SubsidyPageSchema)
def list_subsidies(page: SubsidyRequest) -> Page[SubsidyView]:
    """Subsidies of the account's scope: of a month, of a client, or all."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return subsidies.list_subsidies(session(), actor=actor, on=today, page=page)


@bp.get("/subsidies/overdue")
@requires(Permission.READ_SUBSIDIES)
@bp.arguments(DueRequestSchema, location="query")
@bp.response(200, DuePageSchema)
def list_overdue(page: DueRequest) -> Page[DueView]:
    """Months not paid in full after their pay-by day, or soon before it, and what they wait for."""
    actor, now = current_actor(), clock.now()
    today = clock.local_date(now, zone_of(actor.region))
    return subsidies.list_due(session(), actor=actor, today=today, at=now, page=page)


@bp.get("/subsidies/<uuid:subsidy_id>")
@requires(Permission.READ_SUBSIDIES)
@bp.response(200, SubsidyDetailSchema)
def get_subsidy(subsidy_id: UUID) -> SubsidyDetail:
    """A subsidy with every day of its month: paid or not, by which rule and source."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return subsidies.get_subsidy(session(), subsidy_id=subsidy_id, actor=actor, on=today)


@bp.post("/paying-accounts")
@requires(Permission.WRITE_PAYING_ACCOUNTS)
@idempotent
@bp.arguments(NewPayingAccountSchema)
@bp.response(201, PayingAccountSchema)
def set_paying_account(command: NewPayingAccount) -> PayingAccountView:
    """Name the fund's account that payouts leave, from the next batch on."""
    with transaction() as work:
        return paying_account.set_paying_account(work, command, actor=current_actor(), at=clock.now())


@bp.get("/paying-accounts/current")
@requires(Permission.READ_BATCHES)
@bp.response(200, PayingAccountSchema)
def get_paying_account() -> PayingAccountView:
    """The account in use."""
    return batches.view_paying_account(session(), actor=current_actor())


@bp.post("/payout-batches")
@requires(Permission.PREPARE_BATCHES)
@idempotent
@bp.arguments(PrepareBatchesSchema)
@bp.response(201, PreparationSchema)
def prepare_batches(command: PrepareBatches) -> Preparation:
    """Put what is payable of a month into batches; the rest is listed with the reason why it waits."""
    with transaction() as work:
        return prepare.prepare_batches(work, command, actor=current_actor(), at=clock.now())


@bp.get("/payout-batches")
@requires(Permission.READ_BATCHES)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, BatchPageSchema)
def list_batches(page: PageRequest) -> Page[BatchView]:
    """Batches with the states of their payouts."""
    return batches.list_batches(session(), actor=current_actor(), page=page)


@bp.get("/payout-batches/<uuid:batch_id>")
@requires(Permission.READ_BATCHES)
@bp.response(200, BatchSchema)
def get_batch(batch_id: UUID) -> BatchView:
    """A batch with its digest."""
    return batches.view_batch(session(), batch_id=batch_id, actor=current_actor())


@bp.get("/payout-batches/<uuid:batch_id>/payouts")
@requires(Permission.READ_BATCHES)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, PayoutPageSchema)
def list_payouts(page: PageRequest, batch_id: UUID) -> Page[PayoutView]:
    """A batch's payments, payees masked."""
    return batches.page_payouts(session(), batch_id=batch_id, actor=current_actor(), page=page)


@bp.post("/payout-batches/<uuid:batch_id>/approval")
@requires(Permission.APPROVE_BATCHES)
@idempotent
@bp.arguments(ApproveBatchSchema)
@bp.response(201, BatchSchema)
def approve_batch(command: ApproveBatch, batch_id: UUID) -> BatchView:
    """Consent to a batch by the digest that was looked at; never by who prepared it."""
    with transaction() as work:
        return approve.approve_batch(work, command, batch_id=batch_id, actor=current_actor(), at=clock.now())


@bp.post("/payout-batches/<uuid:batch_id>/withdrawal")
@requires(Permission.PREPARE_BATCHES)
@idempotent
@bp.response(201, BatchSchema)
def withdraw_batch(batch_id: UUID) -> BatchView:
    """Take a batch back before anybody has a file of it."""
    with transaction() as work:
        return approve.withdraw_batch(work, batch_id=batch_id, actor=current_actor(), at=clock.now())


@bp.post("/payout-batches/<uuid:batch_id>/freeze")
@requires(Permission.PREPARE_BATCHES)
@idempotent
@bp.response(201, BatchSchema)
def freeze_batch(batch_id: UUID) -> BatchView:
    """Write the bank's files of an approved batch, once, and book its money as in transit."""
    with transaction() as work:
        return freeze.freeze_batch(work, batch_id=batch_id, actor=current_actor(), at=clock.now())
