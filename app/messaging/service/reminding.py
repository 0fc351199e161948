"""Uses up a permission for each message, and writes it to the outbox in the same transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.service.wechat import OPENID_KEPT
from app.gateways.wechat_access import asking_wechat
from app.gateways.wechat_errors import WeChatMessageRefused
from app.kernel import outbox
from app.kernel.outbox import Outgoing, SendRefused
from app.kernel.outside import MessageTemplate, SettingsInvalid, WeChatAccess
from app.kernel.settings import current_settings
from app.messaging import queries
from app.messaging.models import ReminderAnswer, ReminderSent, WeChatAddress
from app.messaging.rules import page_of, text_of, time_of
from app.messaging.types import DialogAnswer, Reminder, ReminderKind, Spent

CHANNEL = "wechat"
KEEP_MESSAGES = timedelta(days=7)


def check_templates(access: WeChatAccess) -> None:
    """Refuse a template for what is no kind of reminder; raises SettingsInvalid."""
    if unknown := sorted(access.templates.keys() - set(ReminderKind)):
        raise SettingsInvalid(f"ANHU_WECHAT_TEMPLATES: {', '.join(unknown)}: no such kind; {', '.join(ReminderKind)}")


def remind(session: Session, reminders: Iterable[Reminder], *, zone: ZoneInfo, at: datetime) -> int:
    """Tell each that has a permission left, and was not told of this cause before; returns how many will be sent."""
    ordered = sorted(reminders, key=lambda each: (each.cause_id, each.person_id))  # two jobs never cross
    return sum(_remind(session, each, zone=zone, at=at) for each in ordered)


def send(message: Outgoing) -> None:
    """Send one message to WeChat; for the outbox. Raises SendRefused where it is never taken."""
    try:
        with asking_wechat() as wechat:
            wechat.send_message(message.payload)
    except WeChatMessageRefused as error:
        raise SendRefused(f"wechat_{error.errcode}") from error


def forget(session: Session, *, at: datetime) -> None:
    """Delete messages that were sent or given up some days ago, and addresses to which nothing may be sent."""
    outbox.forget_ended(session, channel=CHANNEL, before=at - KEEP_MESSAGES)
    accepted = (
        ReminderAnswer.account_id == WeChatAddress.account_id,
        ReminderAnswer.answer == DialogAnswer.ACCEPT,
        queries.UNUSED,
    )
    session.execute(
        delete(WeChatAddress).where(~exists().where(*accepted)).execution_options(synchronize_session=False)
    )


def _remind(session: Session, reminder: Reminder, *, zone: ZoneInfo, at: datetime) -> bool:
    template, keys = queries.template_of(reminder.kind), current_settings().key_ring
    spent = spend(session, reminder, at=at) if template else None
    if template is None or spent is None:
        return False
    openid = keys.decrypt(spent.openid_enc, context=OPENID_KEPT)
    outbox.enqueue(
        session,
        channel=CHANNEL,
        cause_id=reminder.cause_id,
        template=reminder.kind.value,
        recipient_id=spent.account_id,
        payload=_message(reminder, template, openid=openid, zone=zone),
        at=at,
        keys=keys,
    )
    return True


def spend(session: Session, reminder: Reminder, *, at: datetime) -> Spent | None:
    """Use up the oldest permission for a cause; None when there is none, or the cause was told before.

    Who comes second finds the permission taken by its key, and looks for the next.
    """
    while (granted := queries.find_oldest(session, reminder.kind, person_id=reminder.person_id)) is not None:
        answer_id, spent = granted
        row = {"answer_id": answer_id, "account_id": spent.account_id, "kind": reminder.kind}
        statement = insert(ReminderSent).values(row | {"cause_id": reminder.cause_id, "recorded_at": at})
        if session.scalar(statement.on_conflict_do_nothing().returning(ReminderSent.answer_id)) is not None:
            return spent
        if queries.was_told(session, reminder, account_id=spent.account_id):
            return None
    return None


def _message(reminder: Reminder, template: MessageTemplate, *, openid: str, zone: ZoneInfo) -> dict[str, object]:
    return {
        "touser": openid,
        "template_id": template.id,
        "page": page_of(reminder.kind, reminder.subject_id),
        "lang": "zh_CN",
        "data": {
            template.thing: {"value": text_of(reminder, zone=zone)},
            template.time: {"value": time_of(reminder.at, zone=zone)},
        },
    }
