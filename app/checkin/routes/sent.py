"""What the server holds of a phone's records: "phone 6, server 6" (都发出去了)."""

from datetime import timedelta

from app.checkin.queries import sent
from app.checkin.queries.sent import SentCounts, SentFilter
from app.checkin.schemas.sent import SentCountsSchema, SentFilterSchema
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of

bp = AnhuBlueprint("sent", __name__, description="What arrived of a phone's records")


@bp.get("/sent-records")
@requires(Permission.SYNC_RECORDS)
@bp.arguments(SentFilterSchema, location="query")
@bp.response(200, SentCountsSchema)
def count_sent(wanted: SentFilter) -> SentCounts:
    """How many of the caller's own records, as a carer or as a guardian, of some days are here."""
    actor = current_actor()
    zone = zone_of(actor.region)
    return sent.count_sent(
        session(),
        actor=actor,
        begin=clock.local_midnight(wanted.day_from, zone),
        beyond=clock.local_midnight(wanted.day_to + timedelta(days=1), zone),
    )
