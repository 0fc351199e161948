"""One frozen `Settings`, read from the environment when the application is made.

In production every missing setting is named at once and the start fails. Otherwise keys are made once in the data
folder, so that two starts read the same ones.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock
from flask import current_app

from app.kernel.crypto import KeyRing, generate_key
from app.kernel.embedded import default_data_dir
from app.kernel.outside import (
    WECHAT_URL,
    InboxAccess,
    ProviderAccess,
    S3Access,
    SettingsInvalid,
    WeChatAccess,
    is_loopback,
    read_inbox,
    read_provider,
    read_s3,
    read_wechat,
)
from app.kernel.sealing.statements import SealKeys
from app.kernel.tag_codes import TagKeys
from app.kernel.tokens import TokenKeys

EXTENSION = "anhu.settings"
KEY_SETTINGS = (
    "ANHU_FIELD_KEYS",
    "ANHU_INDEX_KEYS",
    "ANHU_COMMAND_KEY",
    "ANHU_TOKEN_KEYS",
    "ANHU_SEAL_KEYS",
    "ANHU_TAG_KEYS",
)
URL_START = "postgresql+psycopg://"
SHORTEST_KEY = SEAL_KEY_BYTES = 32
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
NEEDED_IN_PRODUCTION = ("DATABASE_URL", *KEY_SETTINGS, "ANHU_WECHAT_APPID", "ANHU_WECHAT_SECRET")


class Mode(StrEnum):
    """Production refuses the embedded database, demo keys, the demo clock and stand-in servers."""

    DEMO = "demo"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold from the first day. Sizes in bytes."""

    body: int = 1024 * 1024
    import_body: int = 20 * 1024 * 1024
    photo_body: int = 2 * 1024 * 1024
    statement: timedelta = timedelta(seconds=5)
    idle_in_transaction: timedelta = timedelta(seconds=10)
    pool_size: int = 8
    pool_overflow: int = 0
    pool_wait: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides."""

    mode: Mode
    database_url: str = field(repr=False)
    data_dir: Path
    key_ring: KeyRing
    token_keys: TokenKeys
    seal_keys: SealKeys
    tag_keys: TagKeys
    seals_dir: Path
    seals_inbox: InboxAccess | None
    wechat: WeChatAccess
    face: ProviderAccess | None  # none: nobody is asked for a face check
    voucher: ProviderAccess | None  # none: vouchers are shown, and not traced
    policies_dir: Path | None
    log_level: str
    limits: Limits
    sms: ProviderAccess | None = None  # none: a call for help alerts nobody
    s3: S3Access | None = None  # None: photos lie in the data folder
    demo_clock: bool = False
    access_token_lifetime: timedelta = timedelta(minutes=15)
    refresh_token_lifetime: timedelta = timedelta(days=30)

    @property
    def is_production(self) -> bool:
        """True when nothing made up for a demo may be used."""
        return self.mode is Mode.PRODUCTION


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; raises SettingsInvalid with one sentence that names every fault."""
    values = dict(os.environ if environment is None else environment)
    mode = _mode(values.get("ANHU_MODE", Mode.DEMO.value))
    data_dir = Path(values["ANHU_DATA_DIR"]) if values.get("ANHU_DATA_DIR") else default_data_dir()
    if mode is Mode.PRODUCTION:
        _check_production(values)
    else:
        values = {**_demo_keys(data_dir), **values}
    if not values.get("DATABASE_URL"):
        raise SettingsInvalid(
            "DATABASE_URL is not set: start with the `anhu` command, or point it at a PostgreSQL server"
        )
    if not values["DATABASE_URL"].startswith(URL_START):
        raise SettingsInvalid(f"DATABASE_URL must begin with {URL_START}")
    return _build(values, mode=mode, data_dir=data_dir)


def make_keys(key_id: str) -> dict[str, str]:
    """A new key for every setting that holds keys; `key_id` names those that are rotated."""
    return {name: f"{key_id}:{generate_key()}" for name in KEY_SETTINGS} | {"ANHU_COMMAND_KEY": generate_key()}


def current_settings() -> Settings:
    """The settings of the running application."""
    settings = current_app.extensions[EXTENSION]
    assert isinstance(settings, Settings)  # noqa: S101 - tells mypy what create_app stored
    return settings


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        raise SettingsInvalid(f"ANHU_MODE is {text!r}; it can be {' or '.join(Mode)}") from None


def _check_production(values: Mapping[str, str]) -> None:
    faults = []
    if missing := [name for name in NEEDED_IN_PRODUCTION if not values.get(name)]:
        faults.append(f"production needs these settings: {', '.join(missing)}")
    if values.get("ANHU_DEMO_CLOCK"):
        faults.append("ANHU_DEMO_CLOCK is set: production runs on real time")
    for name in ("ANHU_WECHAT_URL", "ANHU_S3_ENDPOINT", "ANHU_FACE_URL", "ANHU_VOUCHER_URL", "ANHU_SMS_URL"):
        address = urlsplit(values.get(name) or WECHAT_URL)
        if address.scheme != "https" or is_loopback(address.hostname):
            faults.append(f"{name} must be https and not this machine: production talks to no stand-in")
    if faults:
        raise SettingsInvalid("; ".join(faults))


def _build(values: Mapping[str, str], *, mode: Mode, data_dir: Path) -> Settings:
    try:
        return Settings(
            mode=mode,
            database_url=values["DATABASE_URL"],
            data_dir=data_dir,
            key_ring=KeyRing.parse(
                values["ANHU_FIELD_KEYS"],
                index_keys=values["ANHU_INDEX_KEYS"],
                command_key=values["ANHU_COMMAND_KEY"],
            ),
            token_keys=_token_keys(values["ANHU_TOKEN_KEYS"]),
            seal_keys=_seal_keys(values["ANHU_SEAL_KEYS"]),
            tag_keys=_tag_keys(values["ANHU_TAG_KEYS"]),
            seals_dir=Path(values.get("ANHU_SEALS_DIR") or data_dir / "seals"),
            seals_inbox=read_inbox(values),
            wechat=read_wechat(values),
            face=read_provider(values, of="FACE"),
            voucher=read_provider(values, of="VOUCHER"),
            sms=read_provider(values, of="SMS"),
            policies_dir=Path(values["ANHU_POLICIES_DIR"]) if values.get("ANHU_POLICIES_DIR") else None,
            log_level=_log_level(values.get("ANHU_LOG_LEVEL") or "INFO"),
            s3=read_s3(values),
            demo_clock=values.get("ANHU_DEMO_CLOCK") == "on",
            limits=Limits(pool_size=_pool_size(values.get("ANHU_POOL_SIZE") or str(Limits().pool_size))),
        )
    except ValueError as error:
        raise SettingsInvalid(str(error)) from error


def _log_level(text: str) -> str:
    if text not in LOG_LEVELS:
        raise SettingsInvalid(f"ANHU_LOG_LEVEL is {text!r}; it can be {', '.join(LOG_LEVELS)}")
    return text


def _pool_size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):  # 0 means no bound to SQLAlchemy
        raise SettingsInvalid(f"ANHU_POOL_SIZE is {text!r}; it is a number of connections, at least 1")
    return int(text)


def _token_keys(text: str) -> TokenKeys:
    keys = _named_keys(text, setting="ANHU_TOKEN_KEYS")
    return TokenKeys(current=next(iter(keys)), keys=keys)


def _seal_keys(text: str) -> SealKeys:
    keys = _named_keys(text, setting="ANHU_SEAL_KEYS")
    if any(len(key) != SEAL_KEY_BYTES for key in keys.values()):
        raise SettingsInvalid(f"ANHU_SEAL_KEYS: each key is {SEAL_KEY_BYTES} bytes")
    return SealKeys(next(iter(keys)), keys)


def _tag_keys(text: str) -> TagKeys:
    keys = _named_keys(text, setting="ANHU_TAG_KEYS")
    return TagKeys(next(iter(keys)), keys)


def _named_keys(text: str, *, setting: str) -> dict[str, bytes]:
    """Keys by id, the current one first."""
    keys: dict[str, bytes] = {}
    for entry in text.split(","):
        key_id, _, encoded = entry.strip().partition(":")
        try:
            keys[key_id] = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise SettingsInvalid(f"{setting}: the key {key_id!r} is not base64") from None
        if not key_id or len(keys[key_id]) < SHORTEST_KEY:
            raise SettingsInvalid(f"{setting}: each entry is id:base64 of at least {SHORTEST_KEY} bytes")
    return keys


def _demo_keys(data_dir: Path) -> dict[str, str]:
    """Keys made at the first start and kept in the data folder, readable by their owner only; a new kind is added."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / "keys.json"
    with FileLock(data_dir / "keys.lock"):
        stored: dict[str, str] = json.loads(path.read_text(encoding="ascii")) if path.exists() else {}
        if not stored.keys() >= set(KEY_SETTINGS):
            stored = make_keys("demo") | stored
            begun = path.with_suffix(".new")
            begun.touch(mode=0o600)
            begun.write_text(json.dumps(stored, indent=2), encoding="ascii")
            begun.replace(path)  # whole or not at all: half a file would keep every later start from its keys
    return stored
