"""`python -m standins.bank --port 0`: prints its address, then serves until it is stopped."""

import argparse

from werkzeug.serving import make_server

from standins.bank.book import DEFAULT_MAX_ROWS
from standins.bank.server import create_bank


def main() -> None:
    parser = argparse.ArgumentParser(prog="standins.bank")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--max-rows", type=int, default=DEFAULT_MAX_ROWS, help="payments a batch may hold")
    chosen = parser.parse_args()
    server = make_server("127.0.0.1", chosen.port, create_bank(max_rows=chosen.max_rows), threaded=True)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
