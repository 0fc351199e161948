"""JSON of accounts and sessions."""

from typing import Any

import marshmallow as ma

from app.accounts.types import (
    AccountState,
    Bind,
    BindByPhone,
    DeviceDoubt,
    LogIn,
    NewGrant,
    NewStaffAccount,
    PhoneDevice,
    Refresh,
    StateChange,
)
from app.kernel.http.fields import Choice, Flag, Id, Instant, PhoneId, Text
from app.kernel.http.schemas import CommandSchema
from app.kernel.paging import page_schema
from app.kernel.permissions import Role, Scope, ScopeKind

LONGEST_WECHAT_CODE = 512


def _wechat_code(which: str) -> Text:
    """A code that WeChat gave the phone, once usable."""
    return Text(maximum=LONGEST_WECHAT_CODE, required=True, metadata={"description": which})


def _region() -> Text:
    form = ma.validate.Regexp(r"^[a-z][a-z0-9_]*\Z", error="not_a_region_code")
    description = "Region code; needed where several are possible (409 `region_needed` names them)"
    return Text(maximum=30, load_default=None, validate=form, metadata={"description": description})


class DeviceSchema(CommandSchema):
    """The phone; `id` is made on it once and kept."""

    command = PhoneDevice

    id = Id(required=True)
    platform = Text(maximum=40, required=True, metadata={"example": "android"})
    sdk_version = Text(
        maximum=20,
        load_default=None,
        allow_none=True,
        validate=ma.validate.Regexp(r"^[0-9]+(\.[0-9]+)*\Z", error="not_a_version"),
        metadata={"example": "3.8.12", "description": "Version of WeChat's base library; kept beside the platform"},
    )


class LogInSchema(CommandSchema):
    """Log in by WeChat."""

    command = LogIn

    code = _wechat_code("From `wx.login`")
    device = ma.fields.Nested(DeviceSchema, required=True)
    region = _region()
    grant_id = Id(load_default=None, metadata={"description": "The role to act in; default: the newest"})


class BindSchema(CommandSchema):
    """Bind by a one-time code."""

    command = Bind

    wechat_code = _wechat_code("From `wx.login`")
    binding_code = Text(maximum=40, required=True, metadata={"example": "7K3QM-92XWA"})
    device = ma.fields.Nested(DeviceSchema, required=True)


class BindByPhoneSchema(CommandSchema):
    """Bind by the phone number that WeChat vouches for."""

    command = BindByPhone

    wechat_code = _wechat_code("From `wx.login`")
    phone_code = _wechat_code("From the phone-number button")
    device = ma.fields.Nested(DeviceSchema, required=True)
    region = _region()


class RefreshSchema(CommandSchema):
    """Refresh a session."""

    command = Refresh

    refresh_token = Text(maximum=100, required=True)
    request_id = PhoneId(required=True, metadata={"description": "UUIDv7, the same for every try of one refresh"})
    grant_id = Id(load_default=None, metadata={"description": "Another role to act in"})


class ScopeSchema(CommandSchema):
    """How far a role reaches."""

    command = Scope

    kind = Choice(ScopeKind, required=True)
    key = Text(
        maximum=40,
        load_default=None,
        allow_none=True,
        metadata={"description": "District (6 digits), street (9 digits) or agency id; null for the others"},
    )


class NewGrantSchema(CommandSchema):
    """A further role."""

    command = NewGrant

    role = Choice(Role, required=True)
    scope = ma.fields.Nested(ScopeSchema, required=True)
    purpose = Text(maximum=200, required=True)


class NewStaffAccountSchema(CommandSchema):
    """A staff account; `label` names the post, not the person."""

    command = NewStaffAccount

    label = Text(maximum=100, required=True)
    role = Choice(Role, required=True)
    scope = ma.fields.Nested(ScopeSchema, required=True)
    purpose = Text(maximum=200, required=True)
    phone = Text(maximum=30, load_default=None, metadata={"description": "Mainland mobile number, for binding by it"})


class StateChangeSchema(CommandSchema):
    """Lock or unlock."""

    command = StateChange

    state = Choice(AccountState, required=True)


class GrantSchema(ma.Schema):
    """A role held."""

    id = Id(required=True)
    role = Choice(Role, required=True)
    scope = ma.fields.Nested(ScopeSchema, required=True)
    purpose = Text(required=True)
    valid_from = Instant(required=True)
    valid_to = Instant(required=True, allow_none=True)


class SessionSchema(ma.Schema):
    """A session's tokens and what they stand for."""

    access_token = Text(required=True, metadata={"description": "Send it as `Authorization: Bearer …`"})
    access_expires_at = Instant(required=True)
    refresh_token = Text(required=True, metadata={"description": "Works once; keep it until the answer has come"})
    refresh_expires_at = Instant(required=True)
    region = Text(required=True)
    account_id = Id(required=True)
    person_id = Id(required=True, allow_none=True)
    grant = ma.fields.Nested(GrantSchema, required=True)
    grants = ma.fields.List(ma.fields.Nested(GrantSchema), required=True)


class MeSchema(ma.Schema):
    """Who acts; `device_doubt` says why the phone he holds is not taken for his own yet."""

    account_id = Id(required=True)
    region = Text(required=True)
    label = Text(required=True)
    person_id = Id(required=True, allow_none=True)
    device_id = Id(required=True, allow_none=True)
    device_doubt = Choice(DeviceDoubt, required=True, allow_none=True)
    grant_id = Id(required=True)
    grants = ma.fields.List(ma.fields.Nested(GrantSchema), required=True)


class AccountSchema(ma.Schema):
    """An account as staff see it."""

    id = Id(required=True)
    label = Text(required=True)
    person_id = Id(required=True, allow_none=True)
    state = Choice(AccountState, required=True)
    is_bound = Flag(required=True)
    created_at = Instant(required=True)
    grants = ma.fields.List(ma.fields.Nested(GrantSchema), required=True)


class IssuedCodeSchema(ma.Schema):
    """A binding code, shown this once."""

    account_id = Id(required=True)
    binding_code = Text(required=True)
    expires_at = Instant(required=True)


class OpenedAccountSchema(ma.Schema):
    """An account and its binding code, shown this once."""

    account_id = Id(required=True)
    grant_id = Id(required=True)
    binding_code = Text(
        required=True,
        allow_none=True,
        metadata={
            "description": "Null for an agency when somebody is bound to the account, or works for the operator or an "
            "agency by it: he logs in as before, and the fund's administrator issues codes for lost logins"
        },
    )
    expires_at = Instant(required=True, allow_none=True)


AccountPageSchema: Any = page_schema(AccountSchema)
