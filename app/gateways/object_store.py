"""Where large bytes are kept: a folder of this machine, or a server that speaks S3.

An object is written whole or not at all. An error never carries the key id, the secret or what was stored: only what
was tried, and what is wrong in words of ours.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

import obstore
from flask import current_app
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from app.kernel.outside import S3Access
from app.kernel.settings import current_settings

EXTENSION = "anhu.object_store"
PLACES = "anhu.object_store_places"
AT_ONCE: Final = 3
PATIENCE: Final = timedelta(seconds=5)
RETRIES: Final = 2
NO_BUCKET: Final = "NoSuchBucket"
SERVER_CODE: Final = re.compile(r"<Code>(\w{1,64})</Code>")

Answer = TypeVar("Answer")
_making = threading.Lock()


class StoreError(Exception):
    """A call to the store came to nothing. `code` is what an S3 server calls it, None where it did not say."""

    def __init__(self, what: str, *, code: str | None = None) -> None:
        super().__init__(f"{what}" + ("" if code is None else f" ({code})"))
        self.code = code


class StoreBusy(StoreError):
    """Out of reach, overloaded, or asked by too many at once: later it may work."""


class StoreMisconfigured(StoreError):
    """Bucket, key or rights are wrong: an administrator has to act."""


class ObjectMissing(StoreError):
    """There is no object of this name."""


class ObjectStore:
    """Objects by name. One per process, made after the fork; safe to use from several threads.

    Every method raises StoreBusy or StoreMisconfigured.
    """

    def __init__(self, store: LocalStore | S3Store, *, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Keep an object; again under the same name it is replaced."""
        _told("put", lambda: obstore.put(self._store, name, content, use_multipart=False))
        if self._folder is not None:
            _told("put", lambda: _settle(self._folder / name))  # type: ignore[operator]  # checked just above

    def get(self, name: str) -> bytes:
        """The content of an object; raises ObjectMissing too."""
        return _told("get", lambda: bytes(obstore.get(self._store, name).bytes()))

    def delete(self, name: str) -> None:
        """Let there be no object of this name, whether there was one or not."""
        try:
            _told("delete", lambda: obstore.delete(self._store, name))
        except ObjectMissing:
            return


@contextmanager
def asking_store() -> Iterator[ObjectStore]:
    """The store, for one question; raises StoreBusy at once when all places are taken.

    A silent store holds a thread for many seconds: the others must stay free for check-ins.
    """
    with _making:
        places = current_app.extensions.setdefault(PLACES, threading.BoundedSemaphore(AT_ONCE))
    if not places.acquire(blocking=False):
        raise StoreBusy("crowded")
    try:
        yield _current_store()
    finally:
        places.release()


def open_store(access: S3Access | None, *, folder: Path) -> ObjectStore:
    """The store that the settings name; without an S3 server it is a folder that its owner alone reads."""
    if access is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return ObjectStore(LocalStore(folder), folder=folder)
    return ObjectStore(
        S3Store(
            access.bucket,
            endpoint=access.endpoint,
            region=access.region,
            access_key_id=access.key_id,
            secret_access_key=access.secret,
            virtual_hosted_style_request=access.bucket_in_host,
            client_options={"timeout": PATIENCE, "connect_timeout": PATIENCE, "allow_http": True},
            retry_config={"max_retries": RETRIES, "retry_timeout": PATIENCE},
        )
    )


def _current_store() -> ObjectStore:
    with _making:
        store = current_app.extensions.get(EXTENSION)
        if store is None:
            settings = current_settings()
            try:
                store = open_store(settings.s3, folder=settings.data_dir / "photos")
            except OSError as error:
                raise StoreMisconfigured("open") from error
            current_app.extensions[EXTENSION] = store
    assert isinstance(store, ObjectStore)  # noqa: S101 - tells mypy what is stored above
    return store


def _told(what: str, act: Callable[[], Answer]) -> Answer:
    """Tell the library's errors as ours. Their text has the server's address and answer, and is dropped."""
    try:
        return act()
    except FileNotFoundError as error:
        code = _server_code(error)
        raise (StoreMisconfigured if code == NO_BUCKET else ObjectMissing)(what, code=code) from None
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise StoreMisconfigured(what, code=_server_code(error)) from None
    except (BaseError, OSError) as error:
        raise StoreBusy(what, code=_server_code(error)) from None


def _server_code(error: Exception) -> str | None:
    found = SERVER_CODE.search(str(error))
    return found.group(1) if found else None


def _settle(path: Path) -> None:
    """Bring a file and its name to the disk: what was answered as kept outlives a loss of power."""
    for each, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(each, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
