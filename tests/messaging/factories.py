"""Templates, people who accepted messages, and what waits to be sent to them."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, Identity
from app.accounts.service.wechat import OPENID_KEPT
from app.kernel.ids import new_id
from app.kernel.outbox import CONTEXT, OutboxMessage
from app.kernel.outside import read_wechat
from app.kernel.settings import EXTENSION, current_settings
from app.messaging.models import ReminderAnswer, WeChatAddress
from app.messaging.service.reminding import CHANNEL
from app.messaging.types import DialogAnswer, ReminderKind

SETTING = ",".join(f"{kind}=tpl-{kind}/thing1/time2" for kind in ReminderKind)
TEMPLATES = read_wechat({"ANHU_WECHAT_TEMPLATES": SETTING}).templates


def use_templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions[EXTENSION]
    changed = replace(settings, wechat=replace(settings.wechat, templates=TEMPLATES))
    monkeypatch.setitem(app.extensions, EXTENSION, changed)


def accept(session: Session, account_id: UUID, kind: ReminderKind, *, at: datetime, times: int = 1) -> None:
    """The account's WeChat user accepted the dialog some time ago, so many times."""
    account, keys = session.get_one(Account, account_id), current_settings().key_ring
    if account.identity_id is None:
        identity = Identity(id=new_id(), openid_index=new_id().bytes, created_at=at)
        session.add(identity)
        session.flush()
        account.identity_id = identity.id
    if session.get(WeChatAddress, account_id) is None:
        sealed = keys.encrypt(f"openid-of-{account_id}", context=OPENID_KEPT)
        session.add(
            WeChatAddress(account_id=account_id, identity_id=account.identity_id, openid_enc=sealed, kept_at=at)
        )
    common = {"account_id": account_id, "identity_id": account.identity_id, "kind": kind, "answer": DialogAnswer.ACCEPT}
    for number in range(times):
        recorded_at = at - timedelta(days=1) + timedelta(seconds=number)
        told = {"id": new_id(at=recorded_at), "template_id": f"tpl-{kind}", "command_digest": b"", **common}
        session.add(ReminderAnswer(**told, recorded_at=recorded_at))
    session.commit()


def queued(session: Session) -> list[dict[str, Any]]:
    """What waits to be sent, or was."""
    keys = current_settings().key_ring
    rows = session.scalars(
        select(OutboxMessage).where(OutboxMessage.channel == CHANNEL).order_by(OutboxMessage.created_at)
    )
    return [json.loads(keys.decrypt(row.payload_enc, context=CONTEXT)) for row in rows]


def words(message: dict[str, Any]) -> str:
    return message["data"]["thing1"]["value"]
