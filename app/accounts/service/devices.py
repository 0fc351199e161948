"""The one live phone of an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Device, RefreshToken
from app.accounts.service.standing import revoke_sessions
from app.accounts.types import PhoneDevice
from app.kernel.ids import new_id


def take_device(session: Session, *, account_id: UUID, device: PhoneDevice, at: datetime) -> UUID:
    """The row of this phone as the account's live one; another phone is replaced and its sessions end.

    The old row stays: that an account often changes phones says something. The account's row is held by the caller.
    """
    live = session.scalars(
        select(Device).where(Device.account_id == account_id, Device.replaced_at.is_(None))
    ).one_or_none()
    if live is not None and live.phone_key == device.id:
        return live.id
    if live is not None:
        live.replaced_at = at
        session.flush()  # before the new row: only one may be live
        revoke_sessions(session, RefreshToken.account_id == account_id, at=at)
    row = Device(
        id=new_id(at=at), phone_key=device.id, account_id=account_id, platform=device.platform, first_seen_at=at
    )
    session.add(row)
    session.flush()
    return row.id
