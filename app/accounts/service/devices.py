"""The one live phone of an account, and whether it is taken for its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Device, RefreshToken
from app.accounts.queries import is_held_by_other_carer
from app.accounts.rules import judge_device
from app.accounts.service.standing import lock_row, note, revoke_sessions
from app.accounts.types import DeviceDoubt, KnownPhone, PhoneDevice
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor


class DeviceOfOther(DomainError):
    """Another carer is logged in on this phone: while he is, it is not confirmed as anybody else's."""

    kind, code = ErrorKind.CONFLICT, "device_of_other"


def take_device(session: Session, *, account_id: UUID, device: PhoneDevice, at: datetime) -> UUID:
    """The row of this phone as the account's live one; another phone is replaced and its sessions end.

    The old row stays: that an account often changes phones says something. The account's row is held by the caller.
    """
    _take_turn(session, device.id)
    known = session.scalars(select(Device).where(Device.account_id == account_id)).all()
    live = next((row for row in known if row.replaced_at is None), None)
    if live is not None and live.phone_key == device.id:
        if live.doubt is DeviceDoubt.OF_OTHER and not _is_held_by_other(session, live, at=at):
            live.doubt = DeviceDoubt.NEW
            session.flush()
        return live.id
    if live is not None:
        live.replaced_at = at
        session.flush()  # before the new row: only one may be live
        revoke_sessions(session, RefreshToken.account_id == account_id, at=at)
    row = Device(
        id=new_id(at=at), phone_key=device.id, account_id=account_id, platform=device.platform, first_seen_at=at
    )
    earlier = [KnownPhone(each.phone_key, each.doubt) for each in known]
    row.doubt = judge_device(device.id, earlier=earlier, is_held_by_other=_is_held_by_other(session, row, at=at))
    session.add(row)
    session.flush()
    return row.id


def confirm_device(session: Session, *, device_id: UUID, account_id: UUID, actor: AnyActor, at: datetime) -> bool:
    """Take a phone for the account's own from now on; False when it was already. The caller has found both for the
    actor. Raises DeviceOfOther."""
    lock_row(session, account_id=account_id)
    row = session.get_one(Device, device_id, populate_existing=True)
    if row.doubt is None:
        return False
    _take_turn(session, row.phone_key)
    if _is_held_by_other(session, row, at=at):
        raise DeviceOfOther(device_id=device_id)
    row.doubt = None
    session.flush()
    note(session, "device_confirmed", account_id=account_id, actor=actor, at=at, details={"device_id": device_id})
    return True


def _is_held_by_other(session: Session, row: Device, *, at: datetime) -> bool:
    return is_held_by_other_carer(session, phone_key=row.phone_key, account_id=row.account_id, at=at)


def _take_turn(session: Session, phone_key: UUID) -> None:
    """Two accounts that log in on one phone at one moment see each other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"device:{phone_key}", 0))))
