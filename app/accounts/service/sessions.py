"""Logging in, refreshing, logging out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, RefreshToken
from app.accounts.queries import list_entries, list_grants
from app.accounts.refresh_tokens import hash_of, new_token, region_in, successors_of
from app.accounts.rules import (
    AccountLocked,
    NotBound,
    RefreshTokenExpired,
    RefreshTokenInvalid,
    RefreshTokenReused,
    RefreshTokenRevoked,
    choose_grant,
    choose_region,
    judge_refresh,
)
from app.accounts.service.devices import take_device
from app.accounts.service.standing import lock_row, note, revoke_sessions
from app.accounts.types import (
    AccountState,
    Entry,
    Grant,
    LogIn,
    PhoneDevice,
    Refresh,
    RefreshLink,
    RefreshVerdict,
    SessionTokens,
    WeChatUser,
)
from app.kernel import tokens
from app.kernel.db import RegionSession
from app.kernel.errors import DomainError
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, SystemActor
from app.kernel.regions import is_open_region
from app.kernel.settings import current_settings

KEEP_EXPIRED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Holder:
    """For whom a session is made: an account whose row is held, all its grants, the one acted under, the phone."""

    account: Account
    grants: tuple[Grant, ...]
    grant: Grant
    device_id: UUID | None

    def actor(self, region: str) -> Actor:
        return Actor(
            region=region,
            account_id=self.account.id,
            role=self.grant.role,
            scope=self.grant.scope,
            grant_id=self.grant.id,
            person_id=self.account.person_id,
            device_id=self.device_id,
        )


def find_entry(public: Session, *, user: WeChatUser, region: str | None) -> Entry:
    """Where this WeChat user logs in; raises NotBound, or RegionNeeded with the codes to choose from."""
    entries = {entry.region: entry for entry in list_entries(public, user=user)}
    return entries[choose_region(sorted(entries), wanted=region)]


def log_in(session: RegionSession, command: LogIn, *, identity_id: UUID, at: datetime) -> SessionTokens:
    """Open a session for the account that this identity is bound to."""
    account_id = session.scalar(select(Account.id).where(Account.identity_id == identity_id))
    if account_id is None:
        raise NotBound
    account = lock_row(session, account_id=account_id)
    if account.identity_id != identity_id:
        raise NotBound
    return open_session(session, account=account, device=command.device, grant_id=command.grant_id, at=at)


def open_session(
    session: RegionSession, *, account: Account, device: PhoneDevice, grant_id: UUID | None, at: datetime
) -> SessionTokens:
    """Begin a chain of refresh tokens on this phone, for an account whose row is held."""
    if account.state is AccountState.LOCKED:
        raise AccountLocked
    grants = list_grants(session, account_id=account.id)
    grant = choose_grant(grants, wanted=grant_id, at=at)
    device_id = take_device(session, account_id=account.id, device=device, at=at)
    holder = _Holder(account, grants, grant, device_id)
    family_id = new_id(at=at)
    token = new_token(session.region)
    row = _store(session, token, holder=holder, row_id=family_id, family_id=family_id, at=at)
    actor = holder.actor(session.region)
    details = {"grant_id": grant.id, "device_id": device_id}
    note(session, "session_opened", account_id=account.id, actor=actor, at=at, details=details)
    return _answer(holder, region=session.region, token=token, row=row, at=at)


def region_of(refresh_token: str) -> str:
    """The region whose store knows the token; raises RefreshTokenInvalid for what cannot be one of ours."""
    region = region_in(refresh_token)
    if region is None or not is_open_region(region):
        raise RefreshTokenInvalid
    return region


def refresh(session: RegionSession, command: Refresh, *, at: datetime) -> SessionTokens | DomainError:
    """Follow a refresh token by its successor, or the same successor again when the answer was lost.

    A refusal is returned, not raised: reuse ends the whole family, and that has to be committed.
    """
    token_hash = hash_of(command.refresh_token)
    account_id = session.scalar(select(RefreshToken.account_id).where(RefreshToken.token_hash == token_hash))
    if account_id is None:
        return RefreshTokenInvalid()
    account = lock_row(session, account_id=account_id)
    link = session.scalars(select(RefreshToken).where(RefreshToken.token_hash == token_hash)).one()
    if account.state is AccountState.LOCKED:
        return AccountLocked()
    match judge_refresh(_link(link), request_id=command.request_id, at=at):
        case RefreshVerdict.ROTATE:
            return _rotate(session, command, account=account, link=link, at=at)
        case RefreshVerdict.REPEAT:
            return _repeat(session, command, account=account, link=link, at=at)
        case RefreshVerdict.REUSED:
            return _end_family(session, link=link, at=at)
        case RefreshVerdict.EXPIRED:
            return RefreshTokenExpired()
        case RefreshVerdict.REVOKED:
            return RefreshTokenRevoked()


def tokens_or_refusal(outcome: SessionTokens | DomainError) -> SessionTokens:
    """The tokens, or the refusal raised: called when the transaction is over."""
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def log_out(session: RegionSession, *, actor: Actor, at: datetime) -> None:
    """End the actor's sessions on this phone. His access token ends by itself, within minutes."""
    lock_row(session, account_id=actor.account_id)
    device = RefreshToken.device_id
    on_this_phone = device.is_(None) if actor.device_id is None else device == actor.device_id
    revoke_sessions(session, RefreshToken.account_id == actor.account_id, on_this_phone, at=at)
    note(session, "session_ended", account_id=actor.account_id, actor=actor, at=at, details={})


def _rotate(
    session: RegionSession, command: Refresh, *, account: Account, link: RefreshToken, at: datetime
) -> SessionTokens:
    grants = list_grants(session, account_id=account.id)
    grant = choose_grant(grants, wanted=command.grant_id, present=link.grant_id, at=at)
    holder = _Holder(account, grants, grant, link.device_id)
    token = _successors(command)[0]
    link.used_at, link.used_request_id = at, command.request_id
    row = _store(session, token, holder=holder, row_id=new_id(at=at), family_id=link.family_id, at=at)
    return _answer(holder, region=session.region, token=token, row=row, at=at)


def _repeat(
    session: RegionSession, command: Refresh, *, account: Account, link: RefreshToken, at: datetime
) -> SessionTokens | DomainError:
    candidates = {hash_of(token): token for token in _successors(command)}
    row = session.scalars(select(RefreshToken).where(RefreshToken.token_hash.in_(list(candidates)))).one_or_none()
    if row is None:  # the key that made it is gone
        return RefreshTokenInvalid()
    grants = list_grants(session, account_id=account.id)
    grant = choose_grant(grants, wanted=None, present=row.grant_id, at=at)
    holder = _Holder(account, grants, grant, row.device_id)
    return _answer(holder, region=session.region, token=candidates[row.token_hash], row=row, at=at)


def _end_family(session: RegionSession, *, link: RefreshToken, at: datetime) -> DomainError:
    revoke_sessions(session, RefreshToken.family_id == link.family_id, at=at)
    job = SystemActor(session.region, job="accounts.refresh")  # who presented it is just what nobody knows
    details = {"family_id": link.family_id, "device_id": link.device_id}
    note(session, "refresh_token_reused", account_id=link.account_id, actor=job, at=at, details=details)
    return RefreshTokenReused()


def _store(
    session: Session, token: str, *, holder: _Holder, row_id: UUID, family_id: UUID, at: datetime
) -> RefreshToken:
    row = RefreshToken(
        id=row_id,
        family_id=family_id,
        account_id=holder.account.id,
        grant_id=holder.grant.id,
        device_id=holder.device_id,
        token_hash=hash_of(token),
        issued_at=at,
        expires_at=at + current_settings().refresh_token_lifetime,
    )
    session.add(row)
    session.flush()
    return row


def _answer(holder: _Holder, *, region: str, token: str, row: RefreshToken, at: datetime) -> SessionTokens:
    settings = current_settings()
    ends = [at + settings.access_token_lifetime, holder.grant.valid_to]
    expires_at = min(end for end in ends if end is not None)
    version = holder.account.grants_version
    access = tokens.issue(
        holder.actor(region), grants_version=version, keys=settings.token_keys, at=at, lifetime=expires_at - at
    )
    return SessionTokens(
        access_token=access,
        access_expires_at=expires_at,
        refresh_token=token,
        refresh_expires_at=row.expires_at,
        region=region,
        account_id=holder.account.id,
        person_id=holder.account.person_id,
        grant=holder.grant,
        grants=tuple(grant for grant in holder.grants if grant.is_valid(at)),
    )


def _successors(command: Refresh) -> tuple[str, ...]:
    return successors_of(command.refresh_token, request_id=command.request_id, keys=current_settings().token_keys)


def _link(row: RefreshToken) -> RefreshLink:
    return RefreshLink(row.expires_at, row.used_at, row.used_request_id, row.revoked_at)


def forget_expired(session: Session, *, at: datetime) -> None:
    """Delete refresh tokens that expired more than 30 days ago: nobody can use them, and no reuse is left to detect."""
    session.execute(delete(RefreshToken).where(RefreshToken.expires_at < at - KEEP_EXPIRED))
