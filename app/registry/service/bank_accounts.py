"""Where a payee's money goes: one live account a person, with a hold, its holder checked by a second person."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from app.kernel import codes
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.registry.commands import BankAccountEntry, NameCheckEntry
from app.registry.models import BankAccount, Client, Person
from app.registry.queries import one_or_not_found, visible_people
from app.registry.rules import judge_name_check
from app.registry.service.conflicts import add
from app.registry.service.people import normal_name
from app.registry.service.scopes import note, policy_of, today_of
from app.registry.shown import BankAccountView
from app.registry.types import CheckRefusal, NameCheck
from app.registry.views import BANK_HOLDER, BANK_NUMBER, bank_account_view, name_of


class BankNumberInvalid(DomainError):
    """The account number or the bank's CNAPS number has not the right form; `field` says which."""

    kind, code = ErrorKind.INVALID, "bank_number_invalid"


class BankAccountReplaced(DomainError):
    """A newer account took this one's place."""

    kind, code = ErrorKind.CONFLICT, "bank_account_replaced"


class AccountSetBySamePerson(DomainError):
    """Who recorded an account cannot check its holder."""

    kind, code = ErrorKind.CONFLICT, "account_set_by_same_person"


class OwnBankAccount(DomainError):
    """Nobody records or checks the account to which his own money goes, in whatever role."""

    kind, code = ErrorKind.FORBIDDEN, "own_bank_account"


class HolderDiffers(DomainError):
    """The account's holder is not the payee: that is a mismatch, whatever was compared."""

    kind, code = ErrorKind.CONFLICT, "holder_differs"


REFUSALS: Mapping[CheckRefusal, type[DomainError]] = {
    CheckRefusal.SAME_PERSON: AccountSetBySamePerson,
    CheckRefusal.HOLDER_DIFFERS: HolderDiffers,
}


def set_bank_account(
    session: Session, command: BankAccountEntry, *, person_id: UUID, actor: Actor, at: datetime
) -> BankAccountView:
    """Record where a person's money goes. The account replaces the live one and waits out the policy's hold, the first
    one too: whoever expects the money has time to notice.

    The same account again changes nothing. Raises OwnBankAccount, BankNumberInvalid.
    """
    _refuse_own(person_id, actor=actor)
    person = one_or_not_found(session, visible_people(actor).where(Person.id == person_id))
    return _set(session, command, person=person, actor=actor, at=at)


def set_own_bank_account(session: Session, command: BankAccountEntry, *, actor: Actor, at: datetime) -> BankAccountView:
    """As `set_bank_account`, of the actor's own and in his own name only. Money goes there once the hold is over and
    somebody of the operator's found that the bank's holder is he. Raises NotFound, BankNumberInvalid.
    """
    person = one_or_not_found(session, select(Person).where(Person.id == actor.person_id))
    return _set(session, replace(command, holder_name=None), person=person, actor=actor, at=at)


def read_own_hold(session: Session, *, actor: Actor, at: datetime) -> timedelta:
    """How long another account of the actor's own would wait. Raises NotFound."""
    person = one_or_not_found(session, select(Person).where(Person.id == actor.person_id))
    return _hold(session, person, actor, at)


def _set(session: Session, command: BankAccountEntry, *, person: Person, actor: Actor, at: datetime) -> BankAccountView:
    keys, person_id = current_settings().key_ring, person.id
    number, bank_code = _normal(command)
    session.refresh(person, with_for_update=True)
    holder = normal_name(command.holder_name) if command.holder_name else name_of(person, keys=keys)
    live = session.scalars(
        select(BankAccount).where(BankAccount.person_id == person_id, BankAccount.replaced_at.is_(None))
    ).one_or_none()
    if live is not None and _same(live, command, number=number, bank_code=bank_code, holder=holder):
        return bank_account_view(live)
    if live is not None:
        live.replaced_at = at
        session.flush()
    row = BankAccount(
        id=new_id(at=at),
        person_id=person_id,
        number_enc=keys.encrypt(number, context=BANK_NUMBER),
        number_index=keys.blind_index(number, purpose=BANK_NUMBER),
        name_enc=keys.encrypt(holder, context=BANK_HOLDER),
        bank_code=bank_code,
        bank_name=command.bank_name,
        set_by=actor.account_id,
        name_check=NameCheck.UNCHECKED,
        hold_until=at + _hold(session, person, actor, at),
        created_at=at,
    )
    add(session, row)
    note(session, "bank_account.set", subject=("person", person_id), actor=actor, at=at, bank_account_id=row.id)
    return bank_account_view(row)


def record_name_check(
    session: Session, command: NameCheckEntry, *, account_id: UUID, actor: Actor, at: datetime
) -> BankAccountView:
    """Record whether the holder of a live account was found to be the payee.

    Raises OwnBankAccount, AccountSetBySamePerson, HolderDiffers and BankAccountReplaced.
    """
    people = visible_people(actor).with_only_columns(Person.id)
    statement = select(BankAccount).where(BankAccount.id == account_id, BankAccount.person_id.in_(people))
    row = one_or_not_found(session, statement)
    _refuse_own(row.person_id, actor=actor)
    session.refresh(row, with_for_update=True)
    if row.replaced_at is not None:
        raise BankAccountReplaced(account_id=account_id)
    keys = current_settings().key_ring
    refusal = judge_name_check(
        command.result,
        holder=normal_name(keys.decrypt(row.name_enc, context=BANK_HOLDER)),
        payee=normal_name(name_of(session.get_one(Person, row.person_id), keys=keys)),
        set_by=row.set_by,
        checked_by=actor.account_id,
    )
    if refusal is not None:
        raise REFUSALS[refusal](account_id=account_id)
    old, row.name_check = row.name_check, command.result
    row.checked_by = None if command.result is NameCheck.UNCHECKED else actor.account_id
    session.flush()
    subject = ("bank_account", account_id)
    note(session, "bank_account.checked", subject=subject, actor=actor, at=at, old=old, new=command.result)
    return bank_account_view(row)


def _refuse_own(person_id: UUID, *, actor: Actor) -> None:
    if actor.person_id == person_id:
        raise OwnBankAccount


def doubt_accounts(session: Session, doubts: Mapping[UUID, NameCheck]) -> tuple[UUID, ...]:
    """Take the name check of accounts back, or turn it into a mismatch, since the bank could not pay to them.

    One statement; gives the accounts it changed. Replaced accounts and those already held stay as they are. A later
    check by a second person lets money go to them again. The caller audits.
    """
    if not doubts:
        return ()
    mismatched = [account_id for account_id, result in doubts.items() if result is NameCheck.MISMATCHED]
    differs = BankAccount.id.in_(mismatched)
    changed = session.scalars(
        update(BankAccount)
        .where(
            BankAccount.id.in_(doubts), BankAccount.replaced_at.is_(None), BankAccount.name_check == NameCheck.MATCHED
        )
        .values(
            name_check=case((differs, NameCheck.MISMATCHED.value), else_=NameCheck.UNCHECKED.value),
            checked_by=case((differs, BankAccount.checked_by), else_=None),
        )
        .returning(BankAccount.id)
        .execution_options(synchronize_session="fetch")
    )
    return tuple(sorted(changed))


def _normal(command: BankAccountEntry) -> tuple[str, str]:
    try:
        number = codes.normal_bank_account(command.number)
    except codes.BadCode:
        raise BankNumberInvalid(field="number") from None
    try:
        return number, codes.normal_cnaps(command.bank_code)
    except codes.BadCode:
        raise BankNumberInvalid(field="bank_code") from None


def _same(live: BankAccount, command: BankAccountEntry, *, number: str, bank_code: str, holder: str) -> bool:
    keys = current_settings().key_ring
    return (
        keys.decrypt(live.number_enc, context=BANK_NUMBER) == number
        and (live.bank_code, live.bank_name) == (bank_code, command.bank_name)
        and keys.decrypt(live.name_enc, context=BANK_HOLDER) == holder
    )


def _hold(session: Session, person: Person, actor: Actor, at: datetime) -> timedelta:
    """The hold of the policy where the person is a client; payees who are none follow the fund's policy."""
    district = session.scalars(select(Client.district_code).where(Client.person_id == person.id)).one_or_none()
    return policy_of(actor, district=district, on=today_of(actor, at=at)).payment.account_hold
