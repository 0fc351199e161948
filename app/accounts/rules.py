"""Who may log in, in which role, and what a refresh token is still worth. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.accounts.types import (
    AccountState,
    DeviceDoubt,
    Grant,
    KnownPhone,
    RefreshLink,
    RefreshVerdict,
    Route,
    Standing,
)
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Role, Scope, ScopeKind

LOST_ANSWER = timedelta(minutes=10)
CODE_LIFE = timedelta(days=7)
TRIES_PER_HOUR = 10

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: without I, L, O and U
CODE_LENGTH = 10
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN = re.compile(r"[\s\-‐-―]+")

STAFF_ROLES = frozenset(
    {
        Role.DISPATCHER,
        Role.AGENCY_HEAD,
        Role.COMMUNITY_NURSE,
        Role.OPERATOR_REVIEWER,
        Role.PAYOUT_PREPARER,
        Role.PAYOUT_APPROVER,
        Role.SUPERVISOR,
    }
)
OWN_CARE_ROLES = frozenset({Role.CARER, Role.FAMILY_CARER, Role.GUARDIAN})
_OWN = frozenset({ScopeKind.OWN_CLIENTS})
_AGENCY = frozenset({ScopeKind.AGENCY})
_FUND = frozenset({ScopeKind.FUND})
_AREA = frozenset({ScopeKind.FUND, ScopeKind.DISTRICT, ScopeKind.STREET})
SCOPES_OF: Mapping[Role, frozenset[ScopeKind]] = {
    Role.CARER: _OWN,
    Role.FAMILY_CARER: _OWN,
    Role.GUARDIAN: _OWN,
    Role.DISPATCHER: _AGENCY,
    Role.AGENCY_HEAD: _AGENCY,
    Role.COMMUNITY_NURSE: frozenset({ScopeKind.DISTRICT, ScopeKind.STREET}),
    Role.OPERATOR_REVIEWER: _AREA,
    Role.PAYOUT_PREPARER: _FUND,
    Role.PAYOUT_APPROVER: _FUND,
    Role.SUPERVISOR: _AREA,
    Role.REGION_ADMIN: _FUND,
}
KEY_FORMS: Mapping[ScopeKind, re.Pattern[str]] = {
    ScopeKind.DISTRICT: re.compile(r"[1-9][0-9]{5}"),
    ScopeKind.STREET: re.compile(r"[1-9][0-9]{8}"),
    ScopeKind.AGENCY: re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}
APART = (frozenset({Role.PAYOUT_PREPARER, Role.PAYOUT_APPROVER}),)


class AccountLocked(DomainError):
    """The account was locked by an administrator."""

    kind, code = ErrorKind.FORBIDDEN, "account_locked"


class TokenOutdated(DomainError):
    """The account's grants or state have changed since the token was issued."""

    kind, code = ErrorKind.UNAUTHENTICATED, "token_outdated"


class RefreshTokenInvalid(DomainError):
    """Not a refresh token of ours."""

    kind, code = ErrorKind.UNAUTHENTICATED, "refresh_token_invalid"


class RefreshTokenExpired(DomainError):
    """The refresh token was not used in time."""

    kind, code = ErrorKind.UNAUTHENTICATED, "refresh_token_expired"


class RefreshTokenReused(DomainError):
    """The refresh token was used before by another request: somebody may have copied it."""

    kind, code = ErrorKind.UNAUTHENTICATED, "refresh_token_reused"


class RefreshTokenRevoked(DomainError):
    """The session was ended: logged out, locked, bound anew, or followed by another phone."""

    kind, code = ErrorKind.UNAUTHENTICATED, "refresh_token_revoked"


class GrantNotHeld(DomainError):
    """The account does not hold this grant now."""

    kind, code = ErrorKind.FORBIDDEN, "grant_not_held"


class NoValidGrant(DomainError):
    """The account holds no role now."""

    kind, code = ErrorKind.FORBIDDEN, "no_valid_grant"


class NotBound(DomainError):
    """The WeChat user is bound to no account here."""

    kind, code = ErrorKind.CONFLICT, "not_bound"


class RegionNeeded(DomainError):
    """Several regions are possible: the caller has to name one."""

    kind, code = ErrorKind.CONFLICT, "region_needed"


class PhoneUnknown(DomainError):
    """The phone number belongs to no account."""

    kind, code = ErrorKind.NOT_FOUND, "phone_unknown"


class PhoneShared(DomainError):
    """The phone number belongs to several accounts of the region: only a binding code can tell which is meant."""

    kind, code = ErrorKind.CONFLICT, "phone_shared"


class ScopeNotAllowed(DomainError):
    """The role cannot be given with this scope."""

    kind, code = ErrorKind.INVALID, "scope_not_allowed"


class RoleNotGrantable(DomainError):
    """This role is not given this way."""

    kind, code = ErrorKind.INVALID, "role_not_grantable"


class DutiesConflict(DomainError):
    """The account holds a role that must stay with another person."""

    kind, code = ErrorKind.CONFLICT, "duties_conflict"


class BindingCodeMalformed(DomainError):
    """What was typed cannot be a binding code."""

    kind, code = ErrorKind.INVALID, "binding_code_malformed"


class BindingCodeExpired(DomainError):
    """The binding code is too old."""

    kind, code = ErrorKind.CONFLICT, "binding_code_expired"


def judge_refresh(link: RefreshLink, *, request_id: UUID, at: datetime) -> RefreshVerdict:
    """Say what a presented refresh token deserves.

    A phone that lost the answer asks again under the same request id and gets the same successor for ten minutes. Any
    other second use means that two hold the token, and nobody can tell which of them is the phone.
    """
    if link.revoked_at is not None:
        return RefreshVerdict.REVOKED
    if link.used_at is None:
        return RefreshVerdict.ROTATE if at < link.expires_at else RefreshVerdict.EXPIRED
    if link.used_request_id == request_id and at - link.used_at <= LOST_ANSWER:
        return RefreshVerdict.REPEAT
    return RefreshVerdict.REUSED


def judge_device(phone_key: UUID, *, earlier: Sequence[KnownPhone], is_held_by_other: bool) -> DeviceDoubt | None:
    """Say whether a phone is taken for an account's own: its first one is, and one that it had before and nobody
    doubts; none that another carer holds. `earlier` are all phones the account ever had."""
    if is_held_by_other:
        return DeviceDoubt.OF_OTHER
    is_known = any(phone.phone_key == phone_key and phone.doubt is None for phone in earlier)
    return None if is_known or not earlier else DeviceDoubt.NEW


def check_standing(standing: Standing | None, *, grants_version: int) -> None:
    """Refuse an account that is locked, gone, or has other grants than the token says."""
    if standing is None:
        raise TokenOutdated
    if standing.state is AccountState.LOCKED:
        raise AccountLocked
    if standing.grants_version != grants_version:
        raise TokenOutdated


def choose_grant(grants: Sequence[Grant], *, wanted: UUID | None, at: datetime, present: UUID | None = None) -> Grant:
    """The grant to act under: the one asked for, else the present one while it is valid, else the newest valid one."""
    valid = {grant.id: grant for grant in grants if grant.is_valid(at)}
    if wanted is not None:
        if wanted not in valid:
            raise GrantNotHeld(grant_id=wanted)
        return valid[wanted]
    if not valid:
        raise NoValidGrant
    if present in valid:
        return valid[present]
    return max(valid.values(), key=lambda grant: (grant.valid_from, grant.id))


def choose_region(regions: Sequence[str], *, wanted: str | None) -> str:
    """The region to log in to: the one named, or the only one."""
    if not regions or (wanted is not None and wanted not in regions):
        raise NotBound
    if wanted is not None:
        return wanted
    if len(regions) > 1:
        raise RegionNeeded(regions=sorted(regions))
    return regions[0]


def choose_route(routes: Sequence[Route], *, wanted: str | None) -> Route:
    """The account that a phone number means, in the region named or the only one."""
    found = [route for route in routes if wanted is None or route.region == wanted]
    if not found:
        raise PhoneUnknown
    regions = {route.region for route in found}
    if len(regions) > 1:
        raise RegionNeeded(regions=sorted(regions))
    if len(found) > 1:
        raise PhoneShared
    return found[0]


def check_scope(role: Role, *, scope: Scope) -> None:
    """Refuse a scope that does not fit the role, or a key that cannot be one of its kind.

    A district is six digits and a street nine (GB/T 2260, GB/T 10114); an agency is the id of one.
    """
    form = KEY_FORMS.get(scope.kind)
    fits = scope.key is None if form is None else bool(scope.key and form.fullmatch(scope.key))
    if scope.kind not in SCOPES_OF[role] or not fits:
        raise ScopeNotAllowed(role=role, kind=scope.kind, allowed=sorted(SCOPES_OF[role]))


def check_staff_role(role: Role) -> None:
    """Refuse a role that an administrator does not give: people get theirs through the registry, he his by command."""
    if role not in STAFF_ROLES:
        raise RoleNotGrantable(role=role)


def may_open_door(scope: ScopeKind, *, is_bound: bool, roles: Sequence[Role]) -> bool:
    """True when an actor of this scope may make a way to bind an account that holds these roles.

    A code moves a bound account to another WeChat user, and who binds first has all its roles. So an account with a
    role of staff is bound once and never handed on, and beyond the fund's administrator the way in is for new carers
    and guardians only: people change their agency and keep their account.
    """
    is_staff = not OWN_CARE_ROLES.issuperset(roles)
    if scope is ScopeKind.FUND:
        return not (is_bound and is_staff)
    return not (is_bound or is_staff)


def check_duties(held: Sequence[Role], *, wanted: Role) -> None:
    """Refuse to join duties that two people must share: who prepares a payout does not approve it."""
    for pair in APART:
        conflicting = sorted((pair - {wanted}) & set(held)) if wanted in pair else []
        if conflicting:
            raise DutiesConflict(role=wanted, held=conflicting)


def normal_binding_code(text: str) -> str:
    """Read a code as people type it: any case, full-width, with spaces and dashes, O for 0, I and L for 1."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_READ_AS)
    if len(plain) != CODE_LENGTH or any(character not in CODE_ALPHABET for character in plain):
        raise BindingCodeMalformed(length=CODE_LENGTH)
    return plain


def show_binding_code(code: str) -> str:
    """A code as people are shown it: two groups of five."""
    return f"{code[:5]}-{code[5:]}"
