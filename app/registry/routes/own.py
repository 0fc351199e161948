"""What people see of themselves."""

from typing import Any
from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.registry import commands, own, shown
from app.registry.schemas import outgoing
from app.registry.schemas.own import OwnBankAccountEntrySchema, OwnBankAccountSchema, TrainingProgressListSchema
from app.registry.service import bank_accounts

bp = AnhuBlueprint("own", __name__, description="What people see of themselves (本人信息)")


@bp.get("/carers/self")
@requires(Permission.READ_OWN_WORK)
@bp.response(200, outgoing.CarerSchema)
def read_own_carer() -> shown.CarerView:
    """The carer himself, with the ends of contracts and certificates."""
    return own.get_own_carer(session(), actor=current_actor())


@bp.get("/clients/<uuid:client_id>/training-progress")
@requires(Permission.READ_CARE_DAYS)
@bp.response(200, TrainingProgressListSchema)
def list_training_progress(client_id: UUID) -> dict[str, Any]:
    """The stages of a client's family carers, with the day from which each is paid."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return {"items": own.list_training_progress(session(), client_id=client_id, actor=actor, on=today)}


@bp.get("/bank-accounts/own")
@requires(Permission.KEEP_OWN_BANK_ACCOUNT)
@bp.response(200, OwnBankAccountSchema)
def read_own_bank_account() -> dict[str, Any]:
    """Where one's own money goes, masked, and how long a change would wait."""
    actor = current_actor()
    hold = bank_accounts.read_own_hold(session(), actor=actor, at=clock.now())
    return {"account": own.find_own_bank_account(session(), actor=actor), "hold_days": hold.days}


@bp.post("/bank-accounts/own")
@requires(Permission.KEEP_OWN_BANK_ACCOUNT)
@idempotent
@bp.arguments(OwnBankAccountEntrySchema)
@bp.response(201, outgoing.BankAccountSchema)
def set_own_bank_account(command: commands.BankAccountEntry) -> shown.BankAccountView:
    """Name another account in one's own name; money goes there after the hold, once its holder was checked."""
    with transaction() as current:
        return bank_accounts.set_own_bank_account(current, command, actor=current_actor(), at=clock.now())
