"""What people see of themselves."""

from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.registry import own, shown
from app.registry.schemas import outgoing

bp = AnhuBlueprint("own", __name__, description="What people see of themselves (本人信息)")


@bp.get("/carers/self")
@requires(Permission.READ_OWN_WORK)
@bp.response(200, outgoing.CarerSchema)
def read_own_carer() -> shown.CarerView:
    """The carer himself, with the ends of contracts and certificates."""
    return own.get_own_carer(session(), actor=current_actor())
