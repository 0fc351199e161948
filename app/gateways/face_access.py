"""The process's one client of the face provider, and the few places to wait for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from app.gateways.face import TOKENS_PATH, FaceAbsent, FaceBusy, FaceClient, FaceSettings
from app.kernel.settings import current_settings

EXTENSION = "anhu.face"
PLACES = "anhu.face_places"
AT_ONCE = 2

_making = threading.Lock()


@contextmanager
def asking_face() -> Iterator[FaceClient]:
    """The client, for one question; raises FaceBusy at once when all places are taken, since a silent provider holds a
    thread for seconds and the others must stay free for check-ins, and FaceAbsent where there is none."""
    with _making:
        places = current_app.extensions.setdefault(PLACES, threading.BoundedSemaphore(AT_ONCE))
        client = current_app.extensions.get(EXTENSION) or _make()
    if not places.acquire(blocking=False):
        raise FaceBusy(TOKENS_PATH, "too many ask at once")
    try:
        yield client
    finally:
        places.release()


def _make() -> FaceClient:
    access = current_settings().face
    if access is None:
        raise FaceAbsent(TOKENS_PATH, "no provider is set up")
    client = FaceClient(FaceSettings(access.base_url, access.app_id, access.secret))
    current_app.extensions[EXTENSION] = client
    return client
