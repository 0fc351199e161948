"""The application asks the stand-in WeChat, a process of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.gateways.wechat import WeChatClient, WeChatSettings
from app.gateways.wechat_access import EXTENSION
from tests.standins import WeChatStandIn, wechat_process, wechat_standin

__all__ = ["wechat_process", "wechat_standin"]


@pytest.fixture
def wechat(app: Flask, wechat_standin: WeChatStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[WeChatStandIn]:
    settings = WeChatSettings(wechat_standin.url, wechat_standin.appid, wechat_standin.secret, timeout=2.0)
    client = WeChatClient(settings)
    monkeypatch.setitem(app.extensions, EXTENSION, client)
    yield wechat_standin
    client.close()
