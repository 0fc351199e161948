"""Where the services outside are and who we are to them, read from the environment. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

TEMPLATE = re.compile(r"([a-z_]+)=([\w-]+)/(thing\d+)/((?:time|date)\d+)", re.ASCII)
WECHAT_URL = "https://api.weixin.qq.com"
S3_SETTINGS = ("ANHU_S3_ENDPOINT", "ANHU_S3_BUCKET", "ANHU_S3_REGION", "ANHU_S3_KEY_ID", "ANHU_S3_SECRET")


class SettingsInvalid(RuntimeError):
    """The environment cannot be used; the message names every setting at fault."""


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template of subscribe messages, and how WeChat calls its two fields: what it is about, and when that was."""

    id: str
    thing: str
    time: str


@dataclass(frozen=True, slots=True)
class WeChatAccess:
    """Where WeChat's server interface is and who we are to it. A kind of reminder without a template is never sent."""

    base_url: str
    appid: str
    secret: str = field(repr=False)
    templates: Mapping[str, MessageTemplate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class S3Access:
    """A server that speaks S3, and the bucket for photos. `bucket_in_host`: the endpoint's host names it already."""

    endpoint: str
    bucket: str
    region: str
    key_id: str
    secret: str = field(repr=False)
    bucket_in_host: bool = False


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """Where a provider is and who we are to it."""

    base_url: str
    app_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InboxAccess:
    """Where seals are delivered to, and by what token."""

    url: str
    token: str | None = field(repr=False)


def read_wechat(values: Mapping[str, str]) -> WeChatAccess:
    """WeChat, or what stands in for it; a made-up account without settings."""
    return WeChatAccess(
        base_url=_safe_url(values.get("ANHU_WECHAT_URL") or WECHAT_URL, setting="ANHU_WECHAT_URL"),
        appid=values.get("ANHU_WECHAT_APPID") or "demo-appid",
        secret=values.get("ANHU_WECHAT_SECRET") or "demo-secret",
        templates=dict(_template(entry) for entry in (values.get("ANHU_WECHAT_TEMPLATES") or "").split(",") if entry),
    )


def _template(entry: str) -> tuple[str, MessageTemplate]:
    """A kind of reminder and its template, from `kind=template id/thing1/time2`."""
    found = TEMPLATE.fullmatch(entry.strip())
    if found is None:
        raise SettingsInvalid("ANHU_WECHAT_TEMPLATES: each entry is kind=template id/thing field/time or date field")
    kind, template_id, thing, time = found.groups()
    return kind, MessageTemplate(template_id, thing, time)


def read_s3(values: Mapping[str, str]) -> S3Access | None:
    """The S3 server, when it is named: whole, or the start says what lacks."""
    given = {name: values[name] for name in S3_SETTINGS if values.get(name)}
    if not given:
        return None
    if missing := [name for name in S3_SETTINGS if name not in given]:
        raise SettingsInvalid(f"photos in an S3 store need these settings too: {', '.join(missing)}")
    return S3Access(
        endpoint=_safe_url(given["ANHU_S3_ENDPOINT"], setting="ANHU_S3_ENDPOINT"),
        bucket=given["ANHU_S3_BUCKET"],
        region=given["ANHU_S3_REGION"],
        key_id=given["ANHU_S3_KEY_ID"],
        secret=given["ANHU_S3_SECRET"],
        bucket_in_host=values.get("ANHU_S3_BUCKET_IN_HOST") == "on",
    )


def read_inbox(values: Mapping[str, str]) -> InboxAccess | None:
    """Plain http only to this machine: a receiver there may forward what it gets."""
    url = values.get("ANHU_SEALS_INBOX_URL")
    if not url:
        return None
    address = urlsplit(url)
    is_local = address.scheme == "http" and is_loopback(address.hostname)
    if not address.hostname or not (address.scheme == "https" or is_local):
        raise SettingsInvalid("ANHU_SEALS_INBOX_URL must be https, or http to a receiver on this machine")
    return InboxAccess(url, values.get("ANHU_SEALS_INBOX_TOKEN") or None)


def read_provider(values: Mapping[str, str], *, of: str) -> ProviderAccess | None:
    """The provider of face checks (`FACE`), of e-vouchers (`VOUCHER`) or of text messages (`SMS`), when it is named."""
    names = (f"ANHU_{of}_URL", f"ANHU_{of}_APP", f"ANHU_{of}_SECRET")
    url, app_id, secret = given = [values.get(name, "") for name in names]
    if not any(given):
        return None
    if not all(given):
        raise SettingsInvalid(f"a provider needs all of {', '.join(names)}")
    return ProviderAccess(_safe_url(url, setting=names[0]), app_id, secret)


def _safe_url(url: str, *, setting: str) -> str:
    """An address that secrets are sent to: plain http only to this machine."""
    address = urlsplit(url)
    if address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname)):
        return url
    raise SettingsInvalid(f"{setting} must be https, or http to a stand-in on this machine")


def is_loopback(host: str | None) -> bool:
    """Say whether an address is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
