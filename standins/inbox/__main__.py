"""`python -m standins.inbox --port 0`: prints its address, then serves until it is stopped."""

import argparse

from werkzeug.serving import make_server

from standins.inbox.server import create_inbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="standins.inbox")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    chosen = parser.parse_args()
    server = make_server("127.0.0.1", chosen.port, create_inbox(), threaded=True)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
