"""What a phone's records are made with is kept by its logins; in production no tool, browser or stand-in logs in."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Device, DeviceSoftware
from app.accounts.service.devices import NotAPhone, take_device
from app.accounts.software import LoginWay, Platform, Software, is_made_up, software_of
from app.accounts.types import PhoneDevice
from app.kernel.outside import WECHAT_URL
from app.kernel.settings import EXTENSION, Mode
from tests.accounts.factories import APhone, an_account
from tests.schedules.factories import NOW
from tests.standins import WeChatStandIn

PHONE = PhoneDevice(UUID(int=7), "android", "3.8.12")
HERE = "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("platform", "wechat_url", "read", "made_up"),
    [
        ("android", WECHAT_URL, (Platform.ANDROID, LoginWay.WECHAT), False),
        ("ios", WECHAT_URL, (Platform.IOS, LoginWay.WECHAT), False),
        ("ohos", WECHAT_URL, (Platform.OHOS, LoginWay.WECHAT), False),
        ("windows", WECHAT_URL, (Platform.WINDOWS, LoginWay.WECHAT), False),
        ("of next year", WECHAT_URL, (Platform.OTHER, LoginWay.WECHAT), False),
        ("devtools", WECHAT_URL, (Platform.DEVTOOLS, LoginWay.WECHAT), True),
        ("webhost", WECHAT_URL, (Platform.WEBHOST, LoginWay.WECHAT), True),
        ("android", HERE, (Platform.ANDROID, LoginWay.STAND_IN), True),
        ("android", "http://localhost:9000", (Platform.ANDROID, LoginWay.STAND_IN), True),
        ("android", "https://wechat.proxy.example", (Platform.ANDROID, LoginWay.WECHAT), False),
    ],
)
def test_what_a_phone_tells_is_read(platform: str, wechat_url: str, read: tuple[Platform, LoginWay], *, made_up: bool):
    software = software_of(PhoneDevice(UUID(int=7), platform, "3.8.12"), wechat_url=wechat_url)

    assert (software.platform, software.login, software.sdk_version) == (*read, "3.8.12")
    assert is_made_up(software) is made_up


def run_as(app: Flask, monkeypatch: pytest.MonkeyPatch, mode: Mode, *, wechat_url: str = WECHAT_URL) -> None:
    settings = app.extensions[EXTENSION]
    wechat = replace(settings.wechat, base_url=wechat_url)
    monkeypatch.setitem(app.extensions, EXTENSION, replace(settings, mode=mode, wechat=wechat))


def kept(session: Session) -> list[Software]:
    rows = session.scalars(select(DeviceSoftware).order_by(DeviceSoftware.recorded_at))
    return [Software(row.platform, row.sdk_version, row.login) for row in rows]


def test_each_change_is_kept_and_nothing_twice(app: Flask, tianjin: Session, monkeypatch: pytest.MonkeyPatch):
    account_id = an_account(tianjin).account_id
    told = (PHONE, PHONE, replace(PHONE, sdk_version="3.9.0"), replace(PHONE, sdk_version=None), PHONE)

    run_as(app, monkeypatch, Mode.PRODUCTION)
    ids = {
        take_device(tianjin, account_id=account_id, device=device, at=NOW + timedelta(days=day))
        for day, device in enumerate(told)
    }

    assert len(ids) == 1
    assert [each.sdk_version for each in kept(tianjin)] == ["3.8.12", "3.9.0", None, "3.8.12"]


@pytest.mark.parametrize("platform", ["devtools", "webhost"])
def test_production_knows_no_tool_and_keeps_nothing_of_it(
    app: Flask, tianjin: Session, monkeypatch: pytest.MonkeyPatch, platform: str
):
    account_id, tool = an_account(tianjin).account_id, replace(PHONE, platform=platform)

    run_as(app, monkeypatch, Mode.PRODUCTION)
    with pytest.raises(NotAPhone):
        take_device(tianjin, account_id=account_id, device=tool, at=NOW)

    assert tianjin.scalars(select(Device).where(Device.account_id == account_id)).all() == []
    assert kept(tianjin) == []


def test_a_stand_ins_login_is_kept_as_one_in_the_demo_and_refused_in_production(
    app: Flask, client: FlaskClient, wechat: WeChatStandIn, tianjin: Session, monkeypatch: pytest.MonkeyPatch
):
    device = {"id": str(PHONE.id), "platform": "webhost", "sdk_version": "3.8.12"}
    phone = APhone(client, wechat, device=device)
    run_as(app, monkeypatch, Mode.DEMO, wechat_url=wechat.url)
    bound = phone.bind(an_account(tianjin).binding_code)
    malformed = replace(phone, device={**device, "sdk_version": "3.8 beta"}).log_in()

    run_as(app, monkeypatch, Mode.PRODUCTION, wechat_url=wechat.url)
    refused = replace(phone, device={**device, "platform": "android"}).log_in()

    assert (bound.status_code, malformed.status_code) == (201, 422)
    assert kept(tianjin) == [Software(Platform.WEBHOST, "3.8.12", LoginWay.STAND_IN)]
    assert (refused.status_code, refused.json["code"]) == (403, "not_a_phone")
