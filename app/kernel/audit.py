"""Who did what to which record. The entry is append-only and holds digests; its details are encrypted in a side table.

A clock event audits itself: the check-in path writes no second row.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.canonical import command_digest
from app.kernel.crypto import KeyRing
from app.kernel.db import AppendOnly, Base, regional
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor, SystemActor


class AuditEntry(AppendOnly, Base):
    """One action. `actor_id` is the account; None for a job, which `job` names."""

    __tablename__ = "audit_entry"
    __table_args__ = (regional(partitioned=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID | None]
    job: Mapped[str | None]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    details_digest: Mapped[bytes]


class AuditDetail(Base):
    """What changed, encrypted; may be re-encrypted or, when the law asks, deleted."""

    __tablename__ = "audit_detail"
    __table_args__ = (regional(update=("payload_enc",), delete=True),)

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    payload_enc: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Action:
    """One action to be recorded; `subject` is a kind and an id."""

    name: str
    subject: tuple[str, UUID | None]
    details: Mapping[str, Any] = field(default_factory=dict)


def record(
    session: Session,
    action: str,
    *,
    actor: AnyActor,
    at: datetime,
    subject: tuple[str, UUID | None],
    details: Mapping[str, Any],
    keys: KeyRing,
) -> None:
    """Append one audit entry in the caller's transaction."""
    record_all(session, [Action(action, subject, details)], actor=actor, at=at, keys=keys)


def record_all(session: Session, actions: Sequence[Action], *, actor: AnyActor, at: datetime, keys: KeyRing) -> None:
    """Append an entry for each action, by two statements."""
    entries, details = [], []
    for action in actions:
        entry_id = new_id(at=at)
        payload = json.dumps(dict(action.details), default=str, sort_keys=True, ensure_ascii=False)
        entries.append(
            {
                "id": entry_id,
                "actor_id": None if isinstance(actor, SystemActor) else actor.account_id,
                "job": actor.job if isinstance(actor, SystemActor) else None,
                "action": action.name,
                "subject_kind": action.subject[0],
                "subject_id": action.subject[1],
                "details_digest": command_digest(payload, key=keys.command_key),
                "recorded_at": at,
            }
        )
        details.append({"entry_id": entry_id, "payload_enc": keys.encrypt(payload, context="audit_detail.payload")})
    if entries:
        session.execute(insert(AuditEntry), entries)
        session.execute(insert(AuditDetail), details)
