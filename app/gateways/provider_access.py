"""The process's one client of each provider, and the few places to wait for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from flask import current_app

from app.gateways.face import TOKENS_PATH, FaceClient
from app.gateways.signed import (
    ProviderAbsent,
    ProviderBusy,
    ProviderError,
    ProviderMisconfigured,
    ProviderSettings,
    SignedClient,
)
from app.gateways.sms import MESSAGES_PATH, SmsClient
from app.gateways.voucher import VOUCHERS_PATH, VoucherClient
from app.kernel.outside import ProviderAccess
from app.kernel.settings import current_settings

FACE, VOUCHER, SMS = "anhu.face", "anhu.voucher", "anhu.sms"  # extensions of the application
PLACES = "_places"
AT_ONCE = 2

_making = threading.Lock()
log = structlog.get_logger()
Client = TypeVar("Client", bound=SignedClient)


@contextmanager
def asking_face() -> Iterator[FaceClient]:
    """The client of face checks, for one question; see `_asking`."""
    with _asking(FACE, FaceClient, current_settings().face, path=TOKENS_PATH) as client:
        yield client


@contextmanager
def asking_voucher() -> Iterator[VoucherClient]:
    """The client of e-vouchers, for one question; see `_asking`."""
    with _asking(VOUCHER, VoucherClient, current_settings().voucher, path=VOUCHERS_PATH) as client:
        yield client


@contextmanager
def asking_sms() -> Iterator[SmsClient]:
    """The client of text messages, for one of them; see `_asking`."""
    with _asking(SMS, SmsClient, current_settings().sms, path=MESSAGES_PATH) as client:
        yield client


def log_unavailable(event: str, error: ProviderError) -> None:
    """Note that a provider told nothing: as loud as somebody has to act."""
    levels = {ProviderBusy: log.warning, ProviderMisconfigured: log.error}
    levels.get(type(error), log.info)(event, path=error.path, code=error.code, error=type(error).__name__)


@contextmanager
def _asking(
    name: str, make: Callable[[ProviderSettings], Client], access: ProviderAccess | None, *, path: str
) -> Iterator[Client]:
    """The client, for one question; raises ProviderBusy at once when all places are taken, since a silent provider
    holds a thread for seconds and the others must stay free for check-ins, and ProviderAbsent where there is none."""
    with _making:
        extensions = current_app.extensions
        places = extensions.setdefault(name + PLACES, threading.BoundedSemaphore(AT_ONCE))
        if name not in extensions:
            if access is None:
                raise ProviderAbsent(path, "no provider is set up")
            extensions[name] = make(ProviderSettings(access.base_url, access.app_id, access.secret))
        client: Client = extensions[name]
    if not places.acquire(blocking=False):
        raise ProviderBusy(path, "too many ask at once")
    try:
        yield client
    finally:
        places.release()
