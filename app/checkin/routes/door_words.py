"""What a carer tells at the door beside taps."""

from uuid import UUID

from app.checkin.door_words import AwayTold, AwayView, TagScanned, TagScanView
from app.checkin.schemas.door_words import AwayToldSchema, AwayWordSchema, TagScannedSchema, TagScanSchema
from app.checkin.schemas.taps import Sent, SentSchema
from app.checkin.service import away_words, tag_scans
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission

bp = AnhuBlueprint("door_words", __name__, description="What is told beside taps (离家说明, 入户码)")


@bp.post("/visits/<uuid:visit_id>/away-words")
@requires(Permission.LOG_ITEMS)
@bp.arguments(AwayToldSchema)
@bp.response(201, AwayWordSchema)
def tell_away(command: AwayTold, visit_id: UUID) -> AwayView:
    """Say which case a tap away from the home was: at the door, address wrong, care elsewhere, not there yet."""
    with transaction() as current:
        return away_words.tell_away(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.post("/visits/<uuid:visit_id>/tag-scans")
@requires(Permission.LOG_ITEMS)
@bp.arguments(TagScannedSchema)
@bp.arguments(SentSchema, location="headers")
@bp.response(201, TagScanSchema)
def scan_tag(command: TagScanned, sent: Sent, visit_id: UUID) -> TagScanView:
    """Scan the home tag after a tap whose position was uncertain."""
    with transaction() as current:
        return tag_scans.scan_tag(
            current, command, visit_id=visit_id, sent_at=sent.sent_at, actor=current_actor(), at=clock.now()
        )
