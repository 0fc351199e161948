"""What the environment may say, and what the start refuses."""

import base64
import stat
from pathlib import Path

import pytest

from app.kernel.crypto import generate_key
from app.kernel.outside import SettingsInvalid
from app.kernel.settings import KEY_SETTINGS, NEEDED_IN_PRODUCTION, Mode, read_settings


def demo(folder: Path, **more: str) -> dict[str, str]:
    return {"DATABASE_URL": "postgresql+psycopg:///x", "ANHU_DATA_DIR": str(folder), **more}


def production(folder: Path, **more: str) -> dict[str, str]:
    keys = {name: f"k1:{generate_key()}" for name in KEY_SETTINGS} | {"ANHU_COMMAND_KEY": generate_key()}
    wechat = {"ANHU_WECHAT_APPID": "wx1", "ANHU_WECHAT_SECRET": "s"}
    return demo(folder, ANHU_MODE="production", **keys, **wechat) | more


def test_two_starts_without_settings_read_the_same_keys(tmp_path: Path):
    first, second = (read_settings(demo(tmp_path)) for _ in range(2))

    assert first.key_ring.command_key == second.key_ring.command_key
    assert first.token_keys == second.token_keys
    assert second.key_ring.decrypt(first.key_ring.encrypt("王芳", context="x"), context="x") == "王芳"
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_a_start_killed_while_it_made_keys_does_not_stop_the_next(tmp_path: Path):
    (tmp_path / "keys.new").write_text('{"ANHU_FIELD_KEYS": "de')

    first, second = (read_settings(demo(tmp_path)) for _ in range(2))

    assert first.token_keys == second.token_keys


def test_two_data_folders_have_different_keys(tmp_path: Path):
    first, second = (read_settings(demo(tmp_path / name)) for name in ("a", "b"))

    assert first.token_keys != second.token_keys


def test_production_names_everything_that_is_missing_at_once(tmp_path: Path):
    with pytest.raises(SettingsInvalid) as refused:
        read_settings({"ANHU_MODE": "production", "ANHU_DATA_DIR": str(tmp_path), "ANHU_DEMO_CLOCK": "on"})

    assert all(name in str(refused.value) for name in (*NEEDED_IN_PRODUCTION, "ANHU_DEMO_CLOCK"))
    assert not list(tmp_path.iterdir()), "production makes no keys of its own"


def test_production_starts_with_everything_named(tmp_path: Path):
    settings = read_settings(production(tmp_path))

    assert settings.mode is Mode.PRODUCTION
    assert settings.wechat.base_url.startswith("https://")


STAND_INS = [
    "http://127.0.0.1:9000",
    "https://localhost:9000",
    "https://[::1]/",
    "http://api.weixin.qq.com",
    "ftp://x",
    "x",
]


@pytest.mark.parametrize("url", STAND_INS)
def test_production_talks_to_no_stand_in(tmp_path: Path, url: str):
    with pytest.raises(SettingsInvalid, match="ANHU_WECHAT_URL"):
        read_settings(production(tmp_path, ANHU_WECHAT_URL=url))


S3 = {
    "ANHU_S3_ENDPOINT": "https://s3.test",
    "ANHU_S3_BUCKET": "photos",
    "ANHU_S3_REGION": "cn-1",
    "ANHU_S3_KEY_ID": "key-id",
    "ANHU_S3_SECRET": "hidden-secret",
}


def test_a_store_of_photos_is_named_whole_or_not_at_all(tmp_path: Path):
    assert read_settings(demo(tmp_path)).s3 is None
    named = read_settings(production(tmp_path, **S3)).s3
    assert named is not None
    assert (named.bucket, named.bucket_in_host, "hidden-secret" in repr(named)) == ("photos", False, False)
    assert read_settings(demo(tmp_path, **S3, ANHU_S3_BUCKET_IN_HOST="on")).s3.bucket_in_host
    for name in S3:
        with pytest.raises(SettingsInvalid, match=name):
            read_settings(demo(tmp_path, **S3 | {name: ""}))


@pytest.mark.parametrize("url", STAND_INS)
def test_production_sends_photos_to_no_stand_in_and_a_demo_in_the_clear_to_this_machine_only(tmp_path: Path, url: str):
    named = S3 | {"ANHU_S3_ENDPOINT": url}
    with pytest.raises(SettingsInvalid, match="ANHU_S3_ENDPOINT"):
        read_settings(production(tmp_path, **named))
    if "127.0.0.1" not in url and "https" not in url:
        with pytest.raises(SettingsInvalid, match="ANHU_S3_ENDPOINT"):
            read_settings(demo(tmp_path, **named))


@pytest.mark.parametrize("of", ["FACE", "VOUCHER", "SMS"])
def test_a_provider_is_named_whole_or_not_at_all_and_production_talks_to_no_stand_in_of_one(tmp_path: Path, of: str):
    whole = {f"ANHU_{of}_URL": "https://p.test", f"ANHU_{of}_APP": "us", f"ANHU_{of}_SECRET": "hidden-secret"}
    named = getattr(read_settings(production(tmp_path, **whole)), of.lower())
    assert (named.base_url, named.app_id, "hidden-secret" in repr(named)) == ("https://p.test", "us", False)
    assert getattr(read_settings(demo(tmp_path)), of.lower()) is None
    for name in whole:
        with pytest.raises(SettingsInvalid, match=name):
            read_settings(demo(tmp_path, **whole | {name: ""}))
    with pytest.raises(SettingsInvalid, match=f"ANHU_{of}_URL"):
        read_settings(production(tmp_path, **whole | {f"ANHU_{of}_URL": "http://127.0.0.1:9"}))


@pytest.mark.parametrize(
    ("url", "taken"), [("http://127.0.0.1:9", True), ("https://proxy.test", True), ("http://a.b", False)]
)
def test_a_demo_sends_its_secret_in_the_clear_to_this_machine_only(tmp_path: Path, url: str, taken: bool):
    if taken:
        assert read_settings(demo(tmp_path, ANHU_WECHAT_URL=url)).wechat.base_url == url
        return
    with pytest.raises(SettingsInvalid, match="ANHU_WECHAT_URL"):
        read_settings(demo(tmp_path, ANHU_WECHAT_URL=url))


WRONG = {
    "mode": ({"ANHU_MODE": "staging"}, "ANHU_MODE"),
    "token keys": ({"ANHU_TOKEN_KEYS": "k1:%%"}, "ANHU_TOKEN_KEYS"),
    "short token key": ({"ANHU_TOKEN_KEYS": "k1:" + base64.b64encode(b"short").decode()}, "ANHU_TOKEN_KEYS"),
    "database": ({"DATABASE_URL": ""}, "DATABASE_URL"),
    "another database": ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL must begin with"),
    "another driver": ({"DATABASE_URL": "postgresql://u@h/d"}, "DATABASE_URL must begin with"),
    "log level": ({"ANHU_LOG_LEVEL": "loud"}, "ANHU_LOG_LEVEL"),
    "inbox in the clear": ({"ANHU_SEALS_INBOX_URL": "http://keeper.example/seals"}, "ANHU_SEALS_INBOX_URL"),
    "no inbox": ({"ANHU_SEALS_INBOX_URL": "keeper"}, "ANHU_SEALS_INBOX_URL"),
    "pool": ({"ANHU_POOL_SIZE": "many"}, "ANHU_POOL_SIZE"),
    "pool without a bound": ({"ANHU_POOL_SIZE": "0"}, "ANHU_POOL_SIZE"),
}


@pytest.mark.parametrize(("values", "named"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named(tmp_path: Path, values: dict[str, str], named: str):
    with pytest.raises(SettingsInvalid, match=named):
        read_settings(demo(tmp_path) | values)


def test_secrets_are_not_shown(tmp_path: Path):
    settings = read_settings(
        demo(tmp_path, ANHU_WECHAT_SECRET="very-secret", DATABASE_URL="postgresql+psycopg://u:hidden@h/d")
    )

    assert "very-secret" not in repr(settings)
    assert "hidden" not in repr(settings)
