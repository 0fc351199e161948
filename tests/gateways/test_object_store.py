"""Objects in a folder and on a server that speaks S3: the same promises, and errors that tell what is wrong."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.gateways.object_store import (
    AT_ONCE,
    ObjectMissing,
    ObjectStore,
    StoreBusy,
    StoreError,
    StoreMisconfigured,
    asking_store,
    open_store,
)
from app.kernel.ids import new_id
from app.kernel.settings import EXTENSION as SETTINGS
from app.kernel.settings import read_settings
from tests.standins_s3 import S3Server, free_port


def keep_replace_and_delete(store: ObjectStore) -> None:
    """What both kinds of store promise."""
    name = f"tianjin/{new_id()}"
    store.put(name, b"first")
    store.put(name, b"second" * 100_000)
    assert store.get(name) == b"second" * 100_000
    store.delete(name)
    store.delete(name)
    with pytest.raises(ObjectMissing):
        store.get(name)


def test_an_object_in_a_folder_is_kept_replaced_and_deleted_once_or_twice(tmp_path: Path):
    keep_replace_and_delete(open_store(None, folder=tmp_path / "photos"))


def test_a_folder_of_photos_is_its_owners_alone_and_holds_no_half_objects(tmp_path: Path):
    store = open_store(None, folder=tmp_path / "photos")
    store.put("tianjin/a", b"x")
    (tmp_path / "photos" / "tianjin" / "b").mkdir()

    with pytest.raises(StoreError):
        store.put("tianjin/b", b"y")  # cannot be written: there is a folder

    assert stat.S_IMODE((tmp_path / "photos").stat().st_mode) == 0o700
    assert [each.name for each in (tmp_path / "photos").rglob("*") if each.is_file()] == ["a"]


WRONG = {
    "bucket": ("not-there", "NoSuchBucket"),
    "key_id": ("AKIAUNKNOWN", "InvalidAccessKeyId"),
    "secret": ("not-the-secret", "SignatureDoesNotMatch"),
}
ASKED: dict[str, Callable[[ObjectStore], object]] = {
    "put": lambda store: store.put("tianjin/x", b"x"),
    "get": lambda store: store.get("tianjin/x"),
    "delete": lambda store: store.delete("tianjin/x"),
}


def test_a_server_keeps_what_it_is_given_and_tells_what_is_set_up_wrongly(s3_server: S3Server, tmp_path: Path):
    """One test: the server is started once for it."""
    keep_replace_and_delete(open_store(s3_server.access(), folder=tmp_path))
    for wrong, (value, code) in WRONG.items():
        store = open_store(s3_server.access(**{wrong: value}), folder=tmp_path)
        for asked, ask in ASKED.items():
            with pytest.raises(StoreMisconfigured) as refused:
                ask(store)

            assert str(refused.value) == f"{asked} ({code})"  # no address, no key
    assert "tianjin/x" not in s3_server.object_names()


def test_a_server_out_of_reach_is_busy(tmp_path: Path):
    nowhere = S3Server(f"http://127.0.0.1:{free_port()}", "key", "secret")

    with pytest.raises(StoreBusy):
        open_store(nowhere.access(), folder=tmp_path).put("tianjin/x", b"x")


def test_no_more_threads_wait_for_a_store_than_leave_the_others_free(tmp_path: Path):
    app = Flask("test")
    app.extensions[SETTINGS] = read_settings(
        {"DATABASE_URL": "postgresql+psycopg:///x", "ANHU_DATA_DIR": str(tmp_path)}
    )
    with app.app_context():
        waiting = [asking_store() for _ in range(AT_ONCE)]
        stores = [each.__enter__() for each in waiting]

        with pytest.raises(StoreBusy, match="crowded"), asking_store():
            pass

        assert len({id(each) for each in stores}) == 1
        for each in waiting:
            each.__exit__(None, None, None)
        with asking_store() as store:
            assert store is stores[0]
