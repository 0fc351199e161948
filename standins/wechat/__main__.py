"""`python -m standins.wechat --port 0`: a WeChat of one's own, on loopback, for tests and the demo."""

import argparse
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from standins.wechat.server import create_app
from standins.wechat.service import DEFAULT_APPID, DEFAULT_SECRET, WeChat

HOST = "127.0.0.1"


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open as WeChat does, and writes no request lines: they carry secrets and codes."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(prog="standins.wechat", description="Stand-in for WeChat's servers.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--appid", default=DEFAULT_APPID)
    parser.add_argument("--secret", default=DEFAULT_SECRET)
    arguments = parser.parse_args()

    wechat = WeChat(appid=arguments.appid, secret=arguments.secret)
    server = make_server(HOST, arguments.port, create_app(wechat), threaded=True, request_handler=QuietHandler)
    print(f"listening on http://{HOST}:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
