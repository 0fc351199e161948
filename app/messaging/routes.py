"""Asking for reminders by WeChat."""

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.messaging.schemas import DialogAnsweredSchema, SubscriptionsSchema
from app.messaging.service import subscribing
from app.messaging.types import DialogAnswered, Subscriptions

bp = AnhuBlueprint("reminders", __name__, description="Reminders by WeChat (提醒, 订阅消息)")


@bp.get("/me/subscriptions")
@requires(Permission.READ_MESSAGES)
@bp.response(200, SubscriptionsSchema)
def list_subscriptions() -> Subscriptions:
    """Which messages may be asked for, how many may still be sent, and what was answered last."""
    return subscribing.list_subscriptions(session(), actor=current_actor())


@bp.post("/me/subscriptions")
@requires(Permission.READ_MESSAGES)
@bp.arguments(DialogAnsweredSchema)
@bp.response(200, SubscriptionsSchema)
def keep_answers(command: DialogAnswered) -> Subscriptions:
    """Keep what WeChat's dialog said; each `accept` allows one message. Sent twice it changes nothing more."""
    actor = current_actor()
    address = subscribing.find_address(command, actor=actor)
    with transaction() as own:
        return subscribing.keep_answers(own, command, address=address, actor=actor, at=clock.now())
