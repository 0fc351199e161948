"""Opens accounts, gives and ends grants, locks, and issues binding codes."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import Account, BindingCode, PhoneRoute, RefreshToken, RoleGrant
from app.accounts.queries import get_account, is_agency, list_grants, view_grant
from app.accounts.rules import (
    CODE_ALPHABET,
    CODE_LENGTH,
    CODE_LIFE,
    GrantNotHeld,
    check_duties,
    check_scope,
    check_staff_role,
    may_open_door,
    show_binding_code,
)
from app.accounts.service.standing import lock_row, lock_visible, note, revoke_sessions
from app.accounts.service.wechat import PHONE
from app.accounts.types import (
    AccountState,
    AccountView,
    Grant,
    IssuedCode,
    NewGrant,
    NewStaffAccount,
    OpenedAccount,
)
from app.kernel.codes import BadCode, normal_mobile
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, Role, Scope
from app.kernel.settings import current_settings

BINDING_CODE = "binding_code.code"


class PhoneInvalid(DomainError):
    """Not a mobile number of mainland China."""

    kind, code = ErrorKind.INVALID, "phone_invalid"


class AgencyUnknown(DomainError):
    """No agency has this id."""

    kind, code = ErrorKind.INVALID, "agency_unknown"


class OwnAccount(DomainError):
    """Nobody locks his own account or changes its roles."""

    kind, code = ErrorKind.CONFLICT, "own_account"


class AccountBound(DomainError):
    """A WeChat user is bound to this account of staff: it is locked and another one opened, never handed on."""

    kind, code = ErrorKind.CONFLICT, "account_bound"


def open_account(
    session: Session,
    *,
    person_id: UUID | None,
    label: str,
    role: Role,
    scope: Scope,
    purpose: str,
    phone: str | None,
    actor: AnyActor,
    at: datetime,
) -> OpenedAccount:
    """Open an account with its first grant, and issue a binding code for it.

    A person has one account in a region: for one who has it already the grant is added. A code and `phone`, by which
    its owner binds through WeChat, open its door: who may not do that gets the grant alone, see `may_open_door`.
    Raises ScopeNotAllowed, DutiesConflict, PhoneInvalid. Whether the caller may give this role is for him to check.
    """
    check_scope(role, scope=scope)
    account = _find_or_insert(session, person_id=person_id, label=label, actor=actor, at=at)
    grants = list_grants(session, account_id=account.id)
    roles = [grant.role for grant in grants if not grant.has_ended(at)]
    grant = _give(session, account, role=role, scope=scope, purpose=purpose, actor=actor, at=at)
    if not may_open_door(actor.scope.kind, is_bound=account.identity_id is not None, roles=roles):
        return OpenedAccount(account.id, grant.id, None, None)
    if phone is not None:
        set_phone(session, account_id=account.id, phone=phone, actor=actor, at=at)
    code = _issue_code(session, account, actor=actor, at=at)
    return OpenedAccount(account.id, grant.id, code.binding_code, code.expires_at)


def open_staff_account(session: Session, command: NewStaffAccount, *, actor: AnyActor, at: datetime) -> OpenedAccount:
    """Open an account for a post of the operator or an agency.

    Raises RoleNotGrantable for any other role, ScopeNotAllowed, and AgencyUnknown for a post nobody has.
    """
    check_staff_role(command.role)
    _check_scope(session, command.role, scope=command.scope)
    return open_account(
        session,
        person_id=None,
        label=command.label,
        role=command.role,
        scope=command.scope,
        purpose=command.purpose,
        phone=command.phone,
        actor=actor,
        at=at,
    )


def add_grant(session: Session, *, account_id: UUID, grant: NewGrant, actor: AnyActor, at: datetime) -> Grant:
    """Give an account a further role of staff; the same role and scope again changes nothing.

    To a carer's account too: it knows the person, so that the role does not let him review his own care.
    """
    check_staff_role(grant.role)
    _check_scope(session, grant.role, scope=grant.scope)
    account = lock_visible(session, account_id=account_id, actor=actor)
    _refuse_own(account, actor=actor)
    return _give(session, account, role=grant.role, scope=grant.scope, purpose=grant.purpose, actor=actor, at=at)


def end_grant(session: Session, *, account_id: UUID, grant_id: UUID, actor: AnyActor, at: datetime) -> Grant:
    """End a grant now; one that has ended stays as it is. Raises GrantNotHeld."""
    account = lock_visible(session, account_id=account_id, actor=actor)
    _refuse_own(account, actor=actor)
    row = session.scalars(
        select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.account_id == account.id)
    ).one_or_none()
    if row is None:
        raise GrantNotHeld(grant_id=grant_id)
    if row.valid_to is None or row.valid_to > at:
        row.valid_to = max(at, row.valid_from)
        account.grants_version += 1
        session.flush()
        details = {"grant_id": grant_id, "role": row.role.value}
        note(session, "grant_ended", account_id=account.id, actor=actor, at=at, details=details)
    return view_grant(row)


def change_state(
    session: Session, *, account_id: UUID, state: AccountState, actor: AnyActor, at: datetime
) -> AccountView:
    """Lock or unlock; the state it has already changes nothing.

    Locking works at once: access tokens stop by their version, sessions for good.
    """
    account = lock_visible(session, account_id=account_id, actor=actor)
    _refuse_own(account, actor=actor)
    if account.state is not state:
        account.state = state
        account.grants_version += 1
        session.flush()
        if state is AccountState.LOCKED:
            revoke_sessions(session, RefreshToken.account_id == account.id, at=at)
        note(session, f"account_{state.value}", account_id=account.id, actor=actor, at=at, details={})
    return get_account(session, account_id=account_id, actor=actor)


def new_binding_code(session: Session, *, account_id: UUID, actor: AnyActor, at: datetime) -> IssuedCode:
    """Issue a new code for an account the actor may see; its unused ones stop working.

    A bound one moves to whoever uses the code. One of staff does not: whoever can open accounts could else act in the
    name of a person he has opened one for. AccountBound.
    """
    account = lock_visible(session, account_id=account_id, actor=actor)
    roles = [grant.role for grant in list_grants(session, account_id=account_id) if not grant.has_ended(at)]
    if not may_open_door(actor.scope.kind, is_bound=account.identity_id is not None, roles=roles):
        raise AccountBound
    return _issue_code(session, account, actor=actor, at=at)


def set_phone(session: Session, *, account_id: UUID, phone: str | None, actor: AnyActor, at: datetime) -> None:
    """Make this the number by which the account's owner can bind; None takes the old one away."""
    session.execute(
        delete(PhoneRoute).where(PhoneRoute.account_id == account_id, PhoneRoute.region_code == actor.region)
    )
    if phone is None:
        return
    try:
        number = normal_mobile(phone)
    except BadCode as error:
        raise PhoneInvalid from error
    index = current_settings().key_ring.blind_index(number, purpose=PHONE)
    session.add(PhoneRoute(phone_index=index, region_code=actor.region, account_id=account_id))
    session.flush()
    note(session, "phone_route_set", account_id=account_id, actor=actor, at=at, details={})


def forget_phone(session: Session, *, person_id: UUID, actor: AnyActor) -> None:
    """Let nobody bind the person's account by a phone number any more."""
    of_person = select(Account.id).where(Account.person_id == person_id)
    session.execute(
        delete(PhoneRoute).where(PhoneRoute.account_id.in_(of_person), PhoneRoute.region_code == actor.region)
    )


def end_unused_codes(session: Session, *, account_id: UUID, region: str) -> None:
    """Let the codes issued for an account and not used open nothing more."""
    session.execute(
        delete(BindingCode).where(
            BindingCode.account_id == account_id, BindingCode.region_code == region, BindingCode.used_at.is_(None)
        )
    )


def _check_scope(session: Session, role: Role, *, scope: Scope) -> None:
    check_scope(role, scope=scope)
    if scope.agency_id is not None and not is_agency(session, agency_id=scope.agency_id):
        raise AgencyUnknown(agency_id=scope.agency_id)


def _find_or_insert(session: Session, *, person_id: UUID | None, label: str, actor: AnyActor, at: datetime) -> Account:
    """The person's account, or a new one. Two who open it at once get the same."""
    inserted = session.scalar(
        insert(Account)
        .values(
            id=new_id(at=at),
            person_id=person_id,
            label=label,
            state=AccountState.ACTIVE,
            grants_version=0,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["person_id"], index_where=text("person_id IS NOT NULL"))
        .returning(Account.id)
    )
    if inserted is None:
        inserted = session.scalars(select(Account.id).where(Account.person_id == person_id)).one()
    else:
        note(session, "account_opened", account_id=inserted, actor=actor, at=at, details={"label": label})
    return lock_row(session, account_id=inserted)


def _give(
    session: Session, account: Account, *, role: Role, scope: Scope, purpose: str, actor: AnyActor, at: datetime
) -> Grant:
    # One that begins later counts too: of two at once, the second to get the row may have the earlier `at`.
    held = [grant for grant in list_grants(session, account_id=account.id) if not grant.has_ended(at)]
    for grant in held:
        if (grant.role, grant.scope) == (role, scope):
            return grant
    check_duties([grant.role for grant in held], wanted=role)
    row = RoleGrant(
        id=new_id(at=at),
        account_id=account.id,
        role=role,
        scope_kind=scope.kind,
        scope_key=scope.key or "",
        purpose=purpose,
        valid_from=at,
        granted_by=actor.account_id if isinstance(actor, Actor) else None,
    )
    session.add(row)
    account.grants_version += 1
    session.flush()
    details = {"grant_id": row.id, "role": role.value, "scope": [scope.kind.value, scope.key], "purpose": purpose}
    note(session, "grant_added", account_id=account.id, actor=actor, at=at, details=details)
    return view_grant(row)


def _issue_code(session: Session, account: Account, *, actor: AnyActor, at: datetime) -> IssuedCode:
    end_unused_codes(session, account_id=account.id, region=actor.region)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    row = BindingCode(
        code_hash=current_settings().key_ring.blind_index(code, purpose=BINDING_CODE),
        region_code=actor.region,
        account_id=account.id,
        expires_at=at + CODE_LIFE,
    )
    session.add(row)
    session.flush()
    note(session, "binding_code_issued", account_id=account.id, actor=actor, at=at, details={})
    return IssuedCode(account.id, show_binding_code(code), row.expires_at)


def _refuse_own(account: Account, *, actor: AnyActor) -> None:
    if isinstance(actor, Actor) and actor.account_id == account.id:
        raise OwnAccount
