"""Digits for a doubted phone: given out by who may confirm it, tried on the phone itself."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.device_codes import CODE_LIFE, DIGITS, IssuedDeviceCode, Try
from app.accounts.models import Device, DeviceCode
from app.accounts.service.devices import check_free
from app.accounts.service.standing import lock_row, note
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings

PURPOSE = "device_code.code"


class DeviceConfirmed(DomainError):
    """The phone is taken for its carer's own already: no digits are needed."""

    kind, code = ErrorKind.CONFLICT, "device_confirmed"


def issue_code(session: Session, *, device_id: UUID, account_id: UUID, actor: Actor, at: datetime) -> IssuedDeviceCode:
    """New digits for a phone in place of those before; its tries begin anew. The caller has found both for the actor.

    Raises DeviceConfirmed, DeviceOfOther.
    """
    lock_row(session, account_id=account_id)
    row = session.get_one(Device, device_id, populate_existing=True)
    if row.doubt is None:
        raise DeviceConfirmed(device_id=device_id)
    check_free(session, row, at=at)
    digits, expires_at = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", at + CODE_LIFE
    code_hash = current_settings().key_ring.blind_index(_of_phone(device_id, digits), purpose=PURPOSE)
    issued = {"code_hash": code_hash, "tries": 0, "expires_at": expires_at, "issued_by": actor.account_id}
    statement = insert(DeviceCode).values(device_id=device_id, **issued)
    session.execute(statement.on_conflict_do_update(index_elements=["device_id"], set_=issued))
    note(session, "device_code_issued", account_id=account_id, actor=actor, at=at, details={"device_id": device_id})
    return IssuedDeviceCode(device_id, digits, expires_at)


def count_try(session: Session, digits: str, *, device_id: UUID) -> Try | None:
    """Count a try before it is judged, in a transaction of its own: whatever fails later, it was one. None: no code."""
    counted = update(DeviceCode).where(DeviceCode.device_id == device_id).values(tries=DeviceCode.tries + 1)
    columns = (DeviceCode.code_hash, DeviceCode.tries, DeviceCode.expires_at)
    row = session.execute(counted.returning(*columns)).one_or_none()
    if row is None:
        return None
    typed = current_settings().key_ring.blind_indexes(_of_phone(device_id, digits), purpose=PURPOSE)
    return Try(row.code_hash, row.tries, row.expires_at, row.code_hash in typed)


def spend_code(session: Session, made: Try, *, device_id: UUID) -> UUID | None:
    """Take the digits that were tried out of use; answers who gave them, None when another try was faster or new ones
    replaced them. The caller holds the account's row."""
    same = (DeviceCode.device_id == device_id, DeviceCode.code_hash == made.code_hash)
    return session.scalar(delete(DeviceCode).where(*same).returning(DeviceCode.issued_by))


def _of_phone(device_id: UUID, digits: str) -> str:
    """Of one phone only: the same digits of another have another hash."""
    return f"{device_id}:{digits}"
