"""Who logs in, as whom, and on which phone.

Identities are shared by all regions and hold a keyed hash of the WeChat openid; what a person may do is regional.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.software import LoginWay, Platform
from app.accounts.types import AccountState, DeviceDoubt
from app.kernel.db import AppendOnly, Base, enum_column, no_overlap, public, regional
from app.kernel.permissions import Role, ScopeKind


class Identity(Base):
    """A WeChat user or a console login, known by keyed hash."""

    __tablename__ = "identity"
    __table_args__ = (public(update=("openid_index",)),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    openid_index: Mapped[bytes | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class IdentityRegion(Base):
    """A region an identity may enter."""

    __tablename__ = "identity_region"
    __table_args__ = (public(delete=True),)

    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identity.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)


class BindingCode(Base):
    """A one-time code that ties a WeChat user to an account; kept as a keyed hash."""

    __tablename__ = "binding_code"
    __table_args__ = (public(update=("used_at",), delete=True),)

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    account_id: Mapped[UUID] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class BindingAttempt(Base):
    """Wrong binding codes of one WeChat user in one hour: a bound on guessing."""

    __tablename__ = "binding_attempt"
    __table_args__ = (public(update=("tries",), delete=True),)

    openid_index: Mapped[bytes] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]


class PhoneRoute(Base):
    """Which accounts of which regions a phone number belongs to, by keyed hash."""

    __tablename__ = "phone_route"
    __table_args__ = (public(delete=True),)

    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class Account(Base):
    """Somebody's access to one region. `grants_version` rises with every change of grants or state."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_identity", "identity_id", unique=True, postgresql_where=text("identity_id IS NOT NULL")),
        Index("uq_account_person", "person_id", unique=True, postgresql_where=text("person_id IS NOT NULL")),
        regional(update=("identity_id", "state", "grants_version")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.id"))
    person_id: Mapped[UUID | None]  # registry.person; staff of the operator have none
    label: Mapped[str]  # for staff lists: post, not a personal name
    state: Mapped[AccountState] = enum_column(AccountState)
    grants_version: Mapped[int]
    created_at: Mapped[datetime]

    grants: Mapped[list["RoleGrant"]] = relationship(order_by="RoleGrant.id", lazy="raise", viewonly=True)


class RoleGrant(Base):
    """A role with its scope, for a span of time and a purpose."""

    __tablename__ = "role_grant"
    __table_args__ = (
        no_overlap("account_id", "role", "scope_kind", "scope_key", span="tstzrange(valid_from, valid_to)"),
        regional(update=("valid_to",)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("region.account.id"))
    role: Mapped[Role] = enum_column(Role)
    scope_kind: Mapped[ScopeKind] = enum_column(ScopeKind)
    scope_key: Mapped[str]  # district, street or agency id; empty for fund, own clients and self
    purpose: Mapped[str]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    granted_by: Mapped[UUID | None]


class RefreshToken(Base):
    """One link of a chain of refresh tokens, kept as a hash; used again with another request id it ends the chain."""

    __tablename__ = "refresh_token"
    __table_args__ = (regional(update=("used_at", "used_request_id", "revoked_at"), delete=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("region.account.id"), index=True)
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("region.role_grant.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.device.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_request_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]


class Device(Base):
    """A phone an account logs in from; its id is made on the phone. One live device per account."""

    __tablename__ = "device"
    __table_args__ = (
        Index("uq_device_live", "account_id", unique=True, postgresql_where=text("replaced_at IS NULL")),
        Index("ix_device_phone_key", "phone_key", postgresql_where=text("replaced_at IS NULL")),
        regional(update=("replaced_at", "doubt")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_key: Mapped[UUID]  # what the phone calls itself
    account_id: Mapped[UUID] = mapped_column(ForeignKey("region.account.id"))
    platform: Mapped[str]
    first_seen_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    doubt: Mapped[DeviceDoubt | None] = enum_column(DeviceDoubt)  # none of an account's first phone


class DeviceCode(Base):
    """Six digits by which a phone is confirmed, kept as a keyed hash; one of a phone. Each try of them is counted."""

    __tablename__ = "device_code"
    __table_args__ = (regional(update=("code_hash", "tries", "expires_at", "issued_by"), delete=True),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("region.device.id"), primary_key=True)
    code_hash: Mapped[bytes]
    tries: Mapped[int]
    expires_at: Mapped[datetime]
    issued_by: Mapped[UUID]


class DeviceSoftware(AppendOnly, Base):
    """What a phone's records are made with from now on: told at a login, kept when it is not what was told last."""

    __tablename__ = "device_software"
    __table_args__ = (Index("ix_device_software_device_id", "device_id", "id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("region.device.id"))
    platform: Mapped[Platform] = enum_column(Platform)
    sdk_version: Mapped[str | None]
    login: Mapped[LoginWay] = enum_column(LoginWay)
