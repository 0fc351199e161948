"""Receipts of what is recorded, and the seals under which it lies."""

import base64
from typing import Any
from uuid import UUID

from app.checkin.queries import receipts as queries
from app.checkin.schemas.receipts import ReceiptSchema, SealListSchema, SealsAsked, SealsAskedSchema
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.sealing.receipts import make_receipt
from app.kernel.sealing.sealing import seals_of_month
from app.kernel.settings import current_settings

bp = AnhuBlueprint("receipts", __name__, description="Sealed days and receipts (当日封存, 存证凭据)")


@bp.get("/facts/<uuid:fact_id>/receipt")
@requires(Permission.READ_RECORDS)
@bp.response(200, ReceiptSchema)
def read_receipt(fact_id: UUID) -> dict[str, Any]:
    """A receipt of a visit: who keeps it can prove later what was recorded."""
    return _receipt_of(fact_id)


@bp.get("/care-days/<uuid:care_day_id>/receipt")
@requires(Permission.READ_CARE_DAYS)
@bp.response(200, ReceiptSchema)
def read_receipt_of_care_day(care_day_id: UUID) -> dict[str, Any]:
    """The same of a family carer's day."""
    return _receipt_of(care_day_id)


@bp.get("/seals")
@requires(Permission.READ_SEALS)
@bp.arguments(SealsAskedSchema, location="query")
@bp.response(200, SealListSchema)
def list_seals(wanted: SealsAsked) -> dict[str, Any]:
    """The seals of a month's days. Who keeps them finds what is changed afterwards."""
    public = current_settings().seal_keys.public
    return {
        "items": seals_of_month(session(), wanted.month, region=current_actor().region),
        "keys": {key_id: base64.b64encode(key).decode("ascii") for key_id, key in public.items()},
    }


def _receipt_of(fact_id: UUID) -> dict[str, Any]:
    actor = current_actor()
    rows = queries.list_rows(session(), fact_id=fact_id, actor=actor)
    keys, subject = current_settings().seal_keys, f"fact {fact_id}"
    return make_receipt(session(), rows, region=actor.region, subject=subject, keys=keys, at=clock.now())
