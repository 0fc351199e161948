"""The look-up behind `@requires`, and the lock under which an account changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from app.accounts.models import Account, RefreshToken
from app.accounts.queries import find_standing, visible_accounts
from app.accounts.rules import check_standing
from app.kernel import audit
from app.kernel.db import session as current_session
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor, AnyActor
from app.kernel.settings import current_settings


def check_account(actor: Actor, grants_version: int) -> None:
    """Refuse an actor whose account is locked or whose grants have changed since his token was issued."""
    check_standing(find_standing(current_session(), account_id=actor.account_id), grants_version=grants_version)


def lock_row(session: Session, *, account_id: UUID) -> Account:
    """The account's row, held until the transaction ends: whatever changes an account or its sessions takes it first.

    Unscoped: for a login, which has no actor yet. Raises NotFound.
    """
    found = session.get(Account, account_id, populate_existing=True, with_for_update={"key_share": True})
    if found is None:
        raise NotFound
    return found


def lock_visible(session: Session, *, account_id: UUID, actor: AnyActor) -> Account:
    """As `lock_row`, for an account the actor may see."""
    statement = visible_accounts(actor).where(Account.id == account_id).with_for_update(key_share=True)
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def revoke_sessions(session: Session, *which: ColumnElement[bool], at: datetime) -> None:
    """End the sessions whose refresh tokens meet all conditions."""
    session.execute(
        update(RefreshToken)
        .where(*which, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )


def note(
    session: Session, action: str, *, account_id: UUID, actor: AnyActor, at: datetime, details: Mapping[str, Any]
) -> None:
    """Audit what was done to an account."""
    audit.record(
        session,
        action,
        actor=actor,
        at=at,
        subject=("account", account_id),
        details=details,
        keys=current_settings().key_ring,
    )
