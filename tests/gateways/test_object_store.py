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


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    access = request.getfixturevalue("s3_server").access() if request.param == "s3" else None
    return open_store(access, folder=tmp_path / "photos")


def test_an_object_is_kept_replaced_and_deleted_once_or_twice(store: ObjectStore):
    name = f"tianjin/{new_id()}"

    store.put(name, b"first")
    store.put(name, b"second" * 100_000)
    kept = store.get(name)
    store.delete(name)
    store.delete(name)

    assert kept == b"second" * 100_000
    with pytest.raises(ObjectMissing):
        store.get(name)


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


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_set_up_wrongly_is_told_in_the_servers_code_and_nothing_is_written(
    s3_server: S3Server, tmp_path: Path, wrong: str, asked: str
):
    value, code = WRONG[wrong]
    store = open_store(s3_server.access(**{wrong: value}), folder=tmp_path)

    with pytest.raises(StoreMisconfigured) as refused:
        ASKED[asked](store)

    assert refused.value.code == code
    assert str(refused.value) == f"{asked} ({code})"  # no address, no key
    assert "tianjin/x" not in s3_server.object_names()


def test_a_server_out_of_reach_is_busy(s3_server: S3Server, tmp_path: Path):
    store = open_store(s3_server.access(endpoint=f"http://127.0.0.1:{free_port()}"), folder=tmp_path)

    with pytest.raises(StoreBusy):
        store.put("tianjin/x", b"x")


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
