"""The one live phone of an account, and whether it is taken for its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Device, DeviceSoftware, RefreshToken
from app.accounts.queries import is_held_by_other_carer
from app.accounts.rules import judge_device
from app.accounts.service.standing import lock_row, note, revoke_sessions
from app.accounts.software import Software, is_made_up, software_of
from app.accounts.types import DeviceDoubt, KnownPhone, PhoneDevice
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings


class DeviceOfOther(DomainError):
    """Another carer is logged in on this phone: while he is, it is not confirmed as anybody else's."""

    kind, code = ErrorKind.CONFLICT, "device_of_other"


class NotAPhone(DomainError):
    """A developer's tool, a browser or a stand-in's login: in production nothing is recorded by one."""

    kind, code = ErrorKind.FORBIDDEN, "not_a_phone"


def take_device(session: Session, *, account_id: UUID, device: PhoneDevice, at: datetime) -> UUID:
    """The row of this phone as the account's live one; another phone is replaced and its sessions end.

    The old row stays: that an account often changes phones says something. The account's row is held by the caller.
    What the phone says of its software is kept for the records that it will send. Raises NotAPhone in production.
    """
    settings = current_settings()
    software = software_of(device, wechat_url=settings.wechat.base_url)
    if settings.is_production and is_made_up(software):
        raise NotAPhone
    device_id = _live_row(session, account_id=account_id, device=device, at=at)
    _keep_software(session, device_id, software, at=at)
    return device_id


def _live_row(session: Session, *, account_id: UUID, device: PhoneDevice, at: datetime) -> UUID:
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


def _keep_software(session: Session, device_id: UUID, software: Software, *, at: datetime) -> None:
    of_device = select(DeviceSoftware).where(DeviceSoftware.device_id == device_id)
    last = session.scalars(of_device.order_by(DeviceSoftware.id.desc()).limit(1)).one_or_none()
    if last is None or Software(last.platform, last.sdk_version, last.login) != software:
        session.add(
            DeviceSoftware(
                id=new_id(at=at),
                device_id=device_id,
                platform=software.platform,
                sdk_version=software.sdk_version,
                login=software.login,
                recorded_at=at,
            )
        )
        session.flush()


def confirm_device(session: Session, *, device_id: UUID, account_id: UUID, actor: AnyActor, at: datetime) -> bool:
    """Take a phone for the account's own from now on; False when it was already. The caller has found both for the
    actor. Raises DeviceOfOther."""
    lock_row(session, account_id=account_id)
    row = session.get_one(Device, device_id, populate_existing=True)
    if row.doubt is None:
        return False
    check_free(session, row, at=at)
    row.doubt = None
    session.flush()
    note(session, "device_confirmed", account_id=account_id, actor=actor, at=at, details={"device_id": device_id})
    return True


def check_free(session: Session, row: Device, *, at: datetime) -> None:
    """Refuse a phone on which another carer is logged in; none logs in on it before the transaction ends."""
    _take_turn(session, row.phone_key)
    if _is_held_by_other(session, row, at=at):
        raise DeviceOfOther(device_id=row.id)


def _is_held_by_other(session: Session, row: Device, *, at: datetime) -> bool:
    return is_held_by_other_carer(session, phone_key=row.phone_key, account_id=row.account_id, at=at)


def _take_turn(session: Session, phone_key: UUID) -> None:
    """Two accounts that log in on one phone at one moment see each other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"device:{phone_key}", 0))))
