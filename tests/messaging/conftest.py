"""The application asks the stand-in WeChat, and has a template for every kind of reminder."""

import pytest
from flask import Flask

from tests.accounts.conftest import wechat, wechat_process, wechat_standin
from tests.messaging.factories import use_templates

__all__ = ["wechat", "wechat_process", "wechat_standin"]


@pytest.fixture
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    use_templates(app, monkeypatch)
