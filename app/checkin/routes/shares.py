"""Confirmations of what clients bear themselves."""

from uuid import UUID

from app.checkin.schemas.shares import ShareEntrySchema, ShareSchema
from app.checkin.service import share_confirmations as service
from app.checkin.shares import ShareEntry, ShareView
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("shares", __name__, description="Confirmations of clients' own shares (个人负担)")


@bp.post("/clients/<uuid:client_id>/share-confirmations")
@requires(Permission.CONFIRM_SHARES)
@idempotent
@bp.arguments(ShareEntrySchema)
@bp.response(201, ShareSchema)
def confirm_share(command: ShareEntry, client_id: UUID) -> ShareView:
    """Confirm a month's share: the guardian on the own phone, the agency's head from signed paper."""
    with transaction() as current:
        return service.confirm_share(current, command, client_id=client_id, actor=current_actor(), at=clock.now())
