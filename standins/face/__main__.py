"""`python -m standins.face --port 0`: a provider of face checks on loopback, for tests and the demo."""

import argparse

from werkzeug.serving import make_server

from standins.face.server import DEFAULT_APP, DEFAULT_SECRET, Faces, create_app
from standins.wechat.__main__ import HOST, QuietHandler


def main() -> None:
    parser = argparse.ArgumentParser(prog="standins.face", description="Stand-in for a provider of face checks.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    arguments = parser.parse_args()

    faces = Faces(app_id=DEFAULT_APP, secret=DEFAULT_SECRET)
    server = make_server(HOST, arguments.port, create_app(faces), threaded=True, request_handler=QuietHandler)
    print(f"listening on http://{HOST}:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
