"""Messages to carers and families."""

from typing import Any

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.payouts.message_schemas import MessageListSchema, MessagesReadSchema
from app.payouts.messages import MessagesRead
from app.payouts.service import messages

bp = AnhuBlueprint("messages", __name__, description="Messages to carers and families (消息)")


@bp.get("/messages")
@requires(Permission.READ_MESSAGES)
@bp.response(200, MessageListSchema)
def list_messages() -> dict[str, Any]:
    """What happened in the last sixty days to one's work, money and notices, and what of it was read."""
    return {"items": messages.list_messages(session(), actor=current_actor(), at=clock.now())}


@bp.post("/messages/read")
@requires(Permission.READ_MESSAGES)
@bp.arguments(MessagesReadSchema)
@bp.response(200, MessageListSchema)
def mark_read(command: MessagesRead) -> dict[str, Any]:
    """Say that messages were read; saying it again changes nothing."""
    with transaction() as current:
        return {"items": messages.mark_read(current, command, actor=current_actor(), at=clock.now())}
