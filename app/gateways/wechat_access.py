"""The process's one WeChat client, and the few places to wait for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from app.gateways.wechat import WeChatClient, WeChatSettings
from app.kernel.settings import current_settings

EXTENSION = "anhu.wechat"
PLACES = "anhu.wechat_places"
AT_ONCE = 3

_making = threading.Lock()


class WeChatCrowded(Exception):
    """As many threads of this process as may wait for WeChat do so already."""


@contextmanager
def asking_wechat() -> Iterator[WeChatClient]:
    """The client, for one question; raises WeChatCrowded at once when all places are taken.

    A silent WeChat holds a thread for many seconds: the others must stay free for check-ins.
    """
    with _making:
        places = current_app.extensions.setdefault(PLACES, threading.BoundedSemaphore(AT_ONCE))
    if not places.acquire(blocking=False):
        raise WeChatCrowded
    try:
        yield current_wechat()
    finally:
        places.release()


def current_wechat() -> WeChatClient:
    """The client of this process. Made when first asked for, so that it never crosses a fork with its connections."""
    with _making:
        client = current_app.extensions.get(EXTENSION)
        if client is None:
            access = current_settings().wechat
            client = WeChatClient(WeChatSettings(base_url=access.base_url, appid=access.appid, secret=access.secret))
            current_app.extensions[EXTENSION] = client
    assert isinstance(client, WeChatClient)  # noqa: S101 - tells mypy what is stored above
    return client
