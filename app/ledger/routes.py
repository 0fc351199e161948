"""Reading the ledger; only other packages write it."""

from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.ledger import queries
from app.ledger.schemas import TrialBalanceSchema
from app.ledger.types import TrialBalance

bp = AnhuBlueprint("ledger", __name__, description="Balances of the fund's accounts (账务)")


@bp.get("/ledger/balances")
@requires(Permission.READ_LEDGER)
@bp.response(200, TrialBalanceSchema)
def show_balances() -> TrialBalance:
    """Sums of debits and credits by kind of account."""
    return queries.trial_balance(session(), actor=current_actor())
