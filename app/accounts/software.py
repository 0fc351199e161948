"""What a phone tells of its mini-program, and who vouched for its user (客户端信息). Pure, as `types` is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from app.accounts.types import DeviceDoubt, PhoneDevice
from app.kernel.outside import is_loopback


class Platform(StrEnum):
    """`platform` of `wx.getDeviceInfo`, and our web host's."""

    ANDROID = "android"
    IOS = "ios"
    OHOS = "ohos"
    WINDOWS = "windows"
    MAC = "mac"
    DEVTOOLS = "devtools"
    WEBHOST = "webhost"
    OTHER = "other"  # what WeChat may bring out one day


class LoginWay(StrEnum):
    """Who said whose phone it is."""

    WECHAT = "wechat"
    STAND_IN = "stand_in"


TOOLS = frozenset({Platform.DEVTOOLS, Platform.WEBHOST})


@dataclass(frozen=True, slots=True)
class Software:
    """What a phone's records are made with, as at its last login."""

    platform: Platform
    sdk_version: str | None  # of WeChat's base library; None: not told
    login: LoginWay


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A phone of a carer's account as those see it who confirm it; `made_with` as told at its last login."""

    id: UUID
    carer_id: UUID
    platform: str
    first_seen_at: datetime
    replaced_at: datetime | None
    doubt: DeviceDoubt | None
    made_with: Software | None = None


def software_of(device: PhoneDevice, *, wechat_url: str) -> Software:
    """Read what a phone tells; `wechat_url` is whom the server asks for its user."""
    known = device.platform in set(Platform)
    way = LoginWay.STAND_IN if is_loopback(urlsplit(wechat_url).hostname) else LoginWay.WECHAT
    return Software(Platform(device.platform) if known else Platform.OTHER, device.sdk_version, way)


def is_made_up(software: Software) -> bool:
    """True for what no carer holds in his hand: a developer's tool, a browser, a login that nobody at WeChat gave."""
    return software.platform in TOOLS or software.login is LoginWay.STAND_IN
