"""Accounts, grants, sessions: what goes in and what comes out."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.permissions import Role, Scope


class AccountState(StrEnum):
    """A locked account may not log in, refresh or check in."""

    ACTIVE = "active"
    LOCKED = "locked"


class DeviceDoubt(StrEnum):
    """Why a phone is not taken for the account's own yet."""

    NEW = "new"  # another than the first: the agency confirms it
    OF_OTHER = "of_other"  # a carer's who has it still


class RefreshVerdict(StrEnum):
    """What a presented refresh token deserves."""

    ROTATE = "rotate"  # first use: a successor is made
    REPEAT = "repeat"  # the answer was lost: the same successor again
    REUSED = "reused"  # used by somebody else: the whole family ends
    EXPIRED = "expired"
    REVOKED = "revoked"


# Commands


@dataclass(frozen=True, slots=True)
class PhoneDevice:
    """The phone that logs in; `id` is made on the phone."""

    id: UUID
    platform: str
    sdk_version: str | None = None


@dataclass(frozen=True, slots=True)
class LogIn:
    """`code` is what `wx.login` gave; `region` and `grant_id` are needed only where there are several."""

    code: str = field(repr=False)
    device: PhoneDevice
    region: str | None = None
    grant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Bind:
    """Tie the WeChat user behind `wechat_code` to the account behind the one-time `binding_code`."""

    wechat_code: str = field(repr=False)
    binding_code: str = field(repr=False)
    device: PhoneDevice


@dataclass(frozen=True, slots=True)
class BindByPhone:
    """Tie the WeChat user to the account that his phone number belongs to; both codes are WeChat's."""

    wechat_code: str = field(repr=False)
    phone_code: str = field(repr=False)
    device: PhoneDevice
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """`request_id` is made on the phone and kept for every try of the same refresh; `grant_id` changes the role."""

    refresh_token: str = field(repr=False)
    request_id: UUID
    grant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role with its scope and the purpose it is given for."""

    role: Role
    scope: Scope
    purpose: str


@dataclass(frozen=True, slots=True)
class NewStaffAccount:
    """A staff account to open; `label` names the post, never a person."""

    label: str
    role: Role
    scope: Scope
    purpose: str
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StateChange:
    """The state an account shall have."""

    state: AccountState


# What is known and answered


@dataclass(frozen=True, slots=True)
class KnownPhone:
    """A phone an account had before: what it calls itself, and whether it is doubted."""

    phone_key: UUID
    doubt: DeviceDoubt | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role an account holds from `valid_from` until before `valid_to`."""

    id: UUID
    role: Role
    scope: Scope
    purpose: str
    valid_from: datetime
    valid_to: datetime | None

    def is_valid(self, at: datetime) -> bool:
        """True when the grant can be acted under at `at`."""
        return self.valid_from <= at and not self.has_ended(at)

    def has_ended(self, at: datetime) -> bool:
        """True when the grant is over at `at`; one that begins later has not ended."""
        return self.valid_to is not None and self.valid_to <= at


@dataclass(frozen=True, slots=True)
class RefreshLink:
    """What the store knows of a presented refresh token."""

    expires_at: datetime
    used_at: datetime | None = None
    used_request_id: UUID | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an account may act, and the version of its grants."""

    state: AccountState
    grants_version: int


@dataclass(frozen=True, slots=True)
class WeChatUser:
    """A WeChat user by the keyed hashes of his openid, the current key's first."""

    indexes: tuple[bytes, ...] = field(repr=False)

    @property
    def index(self) -> bytes:
        """The hash under the current key: the one that is stored."""
        return self.indexes[0]


@dataclass(frozen=True, slots=True)
class WeChatUserAddress:
    """A WeChat user, and his openid encrypted for the table of addresses."""

    user: WeChatUser
    openid_enc: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a known WeChat user may log in."""

    identity_id: UUID
    region: str


@dataclass(frozen=True, slots=True)
class Route:
    """An account of a region."""

    region: str
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Ticket:
    """A binding code that was issued, found by what somebody typed; it may be used already."""

    code_hash: bytes = field(repr=False)
    region: str
    account_id: UUID


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A new one-time binding code, shown once and kept as a hash only."""

    account_id: UUID
    binding_code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """An account and the code by which its person binds a WeChat user to it; None when that was done before."""

    account_id: UUID
    grant_id: UUID
    binding_code: str | None = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """A session: an access token for one grant, the refresh token that follows it, and what else could be chosen."""

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    region: str
    account_id: UUID
    person_id: UUID | None
    grant: Grant
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as staff see it."""

    id: UUID
    label: str
    person_id: UUID | None
    state: AccountState
    is_bound: bool
    created_at: datetime
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Me:
    """Who acts: the account, the grant the token names, and the grants to choose from."""

    account_id: UUID
    region: str
    label: str
    person_id: UUID | None
    device_id: UUID | None
    device_doubt: DeviceDoubt | None
    grant_id: UUID
    grants: tuple[Grant, ...]
