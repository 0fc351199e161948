"""What a phone may ask for, and what its user answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.service import ask_address
from app.accounts.types import WeChatUserAddress
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.outside import MessageTemplate
from app.kernel.permissions import Actor
from app.kernel.resend import insert_new
from app.kernel.settings import current_settings
from app.messaging import queries
from app.messaging.models import ReminderAnswer, WeChatAddress
from app.messaging.rules import OFFERED
from app.messaging.types import DialogAnswered, ReminderKind, Subscriptions


class TemplateUnknown(DomainError):
    """The template is none that is offered to this role."""

    kind, code = ErrorKind.INVALID, "template_unknown"


class WeChatCodeNeeded(DomainError):
    """Where to deliver is not known: the answer is to be sent again with a code of `wx.login`."""

    kind, code = ErrorKind.CONFLICT, "wechat_code_needed"


class WeChatUserOther(DomainError):
    """The code is of another WeChat user than the account's."""

    kind, code = ErrorKind.CONFLICT, "wechat_user_other"


def list_subscriptions(session: Session, *, actor: Actor) -> Subscriptions:
    """What may be asked of the actor; nothing where no template is set."""
    items = (
        queries.get_subscription(session, kind, template, actor=actor) for kind, template in _offered(actor).items()
    )
    return Subscriptions(queries.is_reachable(session, actor=actor), tuple(items))


def find_address(command: DialogAnswered, *, actor: Actor) -> WeChatUserAddress | None:
    """Ask WeChat whose code it is, where something was accepted. Never inside a transaction. Raises TemplateUnknown."""
    _kinds_of(command, actor=actor)
    return ask_address(command.code) if command.code is not None and command.accepts else None


def keep_answers(
    session: Session, command: DialogAnswered, *, address: WeChatUserAddress | None, actor: Actor, at: datetime
) -> Subscriptions:
    """Keep what a dialog said; sent again, it changes nothing.

    Raises TemplateUnknown, WeChatCodeNeeded, WeChatUserOther and EventReused.
    """
    kinds, identity_id = _kinds_of(command, actor=actor), _identity(session, address, actor=actor, at=at)
    if command.accepts and not queries.is_reachable(session, actor=actor):
        raise WeChatCodeNeeded
    key = current_settings().key_ring.command_key
    rows = [
        {
            "id": each.id,
            "account_id": actor.account_id,
            "identity_id": identity_id,
            "kind": kinds[each.template_id],
            "template_id": each.template_id,
            "answer": each.answer,
            "command_digest": command_digest({"answer": each, "account_id": actor.account_id}, key=key),
            "recorded_at": at,
        }
        for each in command.answers
    ]
    insert_new(session, ReminderAnswer, rows)
    return list_subscriptions(session, actor=actor)


def _kinds_of(command: DialogAnswered, *, actor: Actor) -> dict[str, ReminderKind]:
    kinds = {template.id: kind for kind, template in _offered(actor).items()}
    if unknown := {each.template_id for each in command.answers} - kinds.keys():
        raise TemplateUnknown(template_ids=sorted(unknown))
    return kinds


def _offered(actor: Actor) -> dict[ReminderKind, MessageTemplate]:
    found = {kind: queries.template_of(kind) for kind in OFFERED.get(actor.role, ())}
    return {kind: template for kind, template in found.items() if template is not None}


def _identity(session: Session, address: WeChatUserAddress | None, *, actor: Actor, at: datetime) -> UUID:
    """The account's WeChat user; keeps his address where it was told."""
    found = queries.find_identity(session, actor=actor)
    if found is None or (address is not None and found[1] not in address.user.indexes):
        raise WeChatUserOther
    identity_id, _ = found
    if address is not None:
        kept = {"identity_id": identity_id, "openid_enc": address.openid_enc, "kept_at": at}
        statement = insert(WeChatAddress).values(account_id=actor.account_id, **kept)
        session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=kept))
    return identity_id
