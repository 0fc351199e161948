"""Ties a WeChat user to an account, by a one-time code or by the phone number the account is known by."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exc, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import Account, BindingAttempt, BindingCode, Identity, IdentityRegion, RefreshToken
from app.accounts.queries import list_routes
from app.accounts.rules import (
    TRIES_PER_HOUR,
    AccountLocked,
    BindingCodeExpired,
    choose_route,
    normal_binding_code,
)
from app.accounts.service.accounts import BINDING_CODE, end_unused_codes
from app.accounts.service.sessions import open_session
from app.accounts.service.standing import lock_row, note, revoke_sessions
from app.accounts.types import AccountState, PhoneDevice, Route, SessionTokens, Ticket, WeChatUser
from app.kernel.db import RegionSession, constraint_of
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import SystemActor
from app.kernel.settings import current_settings

KEEP_EXPIRED = timedelta(days=30)
KEEP_TRIES = timedelta(days=1)


class BindingCodeUnknown(DomainError):
    """No such binding code, or a newer one has taken its place."""

    kind, code = ErrorKind.NOT_FOUND, "binding_code_unknown"


class BindingCodeUsed(DomainError):
    """Another WeChat user was bound by this code."""

    kind, code = ErrorKind.CONFLICT, "binding_code_used"


class TooManyTries(DomainError):
    """Too many wrong binding codes by this WeChat user within the hour."""

    kind, code = ErrorKind.TOO_MANY, "too_many_tries"

    def __init__(self, *, at: datetime, retry_at: datetime) -> None:
        super().__init__(retry_at=retry_at.isoformat())
        self.retry_after_s = math.ceil((retry_at - at).total_seconds())


class IdentityBound(DomainError):
    """This WeChat user is bound to another account of the region."""

    kind, code = ErrorKind.CONFLICT, "identity_bound"


class AccountBoundElsewhere(DomainError):
    """Another WeChat user is bound to the account; a phone number alone does not change that."""

    kind, code = ErrorKind.CONFLICT, "account_bound_elsewhere"


def read_binding_code(typed: str) -> str:
    """The code that was meant; raises BindingCodeMalformed before a WeChat code is spent on it."""
    return normal_binding_code(typed)


def count_try(public: Session, *, user: WeChatUser, at: datetime) -> None:
    """Count a try before it is judged, in a transaction of its own; raises TooManyTries."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    tries = public.scalars(
        insert(BindingAttempt)
        .values(openid_index=user.index, hour=hour, tries=1)
        .on_conflict_do_update(index_elements=["openid_index", "hour"], set_={"tries": BindingAttempt.tries + 1})
        .returning(BindingAttempt.tries)
    ).one()
    if tries > TRIES_PER_HOUR:
        raise TooManyTries(at=at, retry_at=hour + timedelta(hours=1))


def find_ticket(public: Session, code: str, *, user: WeChatUser, at: datetime) -> Ticket:
    """The issued code behind what was typed, which then is no wrong try.

    Raises BindingCodeUnknown or BindingCodeExpired.
    """
    hashes = current_settings().key_ring.blind_indexes(code, purpose=BINDING_CODE)
    row = public.scalars(select(BindingCode).where(BindingCode.code_hash.in_(hashes))).one_or_none()
    if row is None:
        raise BindingCodeUnknown
    if row.used_at is None and at >= row.expires_at:
        raise BindingCodeExpired(expired_at=row.expires_at.isoformat())
    hour = at.replace(minute=0, second=0, microsecond=0)
    public.execute(
        update(BindingAttempt)
        .where(BindingAttempt.openid_index == user.index, BindingAttempt.hour == hour, BindingAttempt.tries > 0)
        .values(tries=BindingAttempt.tries - 1)
    )
    return Ticket(row.code_hash, row.region_code, row.account_id)


def find_route(public: Session, *, phone_indexes: Sequence[bytes], region: str | None) -> Route:
    """The account known by a phone number; raises PhoneUnknown, PhoneShared or RegionNeeded."""
    return choose_route(list_routes(public, phone_indexes=phone_indexes), wanted=region)


def bind_by_code(
    session: RegionSession, ticket: Ticket, *, user: WeChatUser, device: PhoneDevice, at: datetime
) -> SessionTokens:
    """Bind, and open a session. A code issued for an account that is bound moves it to this WeChat user.

    The same user again, with the code he used, is let in. Raises BindingCodeUsed, IdentityBound, AccountLocked.
    """
    account = _lock_active(session, account_id=ticket.account_id)
    identity_id = _take_identity(session, user=user, at=at)
    claimed = session.scalar(
        update(BindingCode)
        .where(BindingCode.code_hash == ticket.code_hash, BindingCode.used_at.is_(None))
        .values(used_at=at)
        .returning(BindingCode.account_id)
    )
    if claimed is None and account.identity_id != identity_id:
        raise BindingCodeUsed
    _tie(session, account=account, identity_id=identity_id, at=at)
    return open_session(session, account=account, device=device, grant_id=None, at=at)


def bind_by_phone(
    session: RegionSession, route: Route, *, user: WeChatUser, device: PhoneDevice, at: datetime
) -> SessionTokens:
    """Bind the account known by the user's phone number, and open a session.

    Numbers are given to new owners, so a bound account stays with its WeChat user: AccountBoundElsewhere.
    """
    account = _lock_active(session, account_id=route.account_id)
    identity_id = _take_identity(session, user=user, at=at)
    if account.identity_id not in (None, identity_id):
        raise AccountBoundElsewhere
    _tie(session, account=account, identity_id=identity_id, at=at)
    return open_session(session, account=account, device=device, grant_id=None, at=at)


def forget_bindings(public: Session, *, at: datetime) -> None:
    """Delete binding codes that expired more than 30 days ago, and yesterday's counts of tries."""
    public.execute(delete(BindingCode).where(BindingCode.expires_at < at - KEEP_EXPIRED))
    public.execute(delete(BindingAttempt).where(BindingAttempt.hour < at - KEEP_TRIES))


def _lock_active(session: Session, *, account_id: UUID) -> Account:
    account = lock_row(session, account_id=account_id)
    if account.state is AccountState.LOCKED:
        raise AccountLocked
    return account


def _take_identity(session: Session, *, user: WeChatUser, at: datetime) -> UUID:
    """The identity of a WeChat user, made when he is new; the oldest where keys were changed too fast and made two."""
    known = select(Identity.id).where(Identity.openid_index.in_(user.indexes)).order_by(Identity.id).limit(1)
    found = session.scalars(known).one_or_none()
    if found is not None:
        return found
    session.execute(
        insert(Identity)
        .values(id=new_id(at=at), openid_index=user.index, created_at=at)
        .on_conflict_do_nothing(index_elements=["openid_index"])
    )
    return session.scalars(known).one()


def _tie(session: RegionSession, *, account: Account, identity_id: UUID, at: datetime) -> None:
    before = account.identity_id
    if before == identity_id:
        return
    account.identity_id = identity_id
    if before is not None:
        account.grants_version += 1
        revoke_sessions(session, RefreshToken.account_id == account.id, at=at)
        session.execute(
            delete(IdentityRegion).where(
                IdentityRegion.identity_id == before, IdentityRegion.region_code == session.region
            )
        )
    try:
        session.flush()
    except exc.IntegrityError as error:
        if constraint_of(error) == "uq_account_identity":
            raise IdentityBound from error
        raise
    end_unused_codes(session, account_id=account.id, region=session.region)  # bound by phone: one would move it again
    session.execute(
        insert(IdentityRegion).values(identity_id=identity_id, region_code=session.region).on_conflict_do_nothing()
    )
    job = SystemActor(session.region, job="accounts.binding")  # he becomes an actor by this
    details = {"identity_id": identity_id, "before": before}
    note(session, "account_bound", account_id=account.id, actor=job, at=at, details=details)
