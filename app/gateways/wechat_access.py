"""The process's one WeChat client."""

import threading

from flask import current_app

from app.gateways.wechat import WeChatClient, WeChatSettings
from app.kernel.settings import current_settings

EXTENSION = "anhu.wechat"

_making = threading.Lock()


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
