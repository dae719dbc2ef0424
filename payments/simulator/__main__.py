"""python -m payments.simulator --port 12111 --data FILE --site http://127.0.0.1:8000 --secrets platform=whsec_a"""

import argparse
import os
import signal
import sqlite3
import sys
import threading

from .app import Simulator
from .server import Server


def main():
    options = _arguments().parse_args()
    try:
        names = {"merchant": options.merchant, "public_url": options.public_url, "health": options.health}
        sim = Simulator(options.data, options.site, _secrets(options.secrets), **names)
    except sqlite3.OperationalError as error:
        sys.exit(f"{options.data}: {error} (is another simulator using it?)")
    server = Server((options.host, options.port), sim)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGINT, lambda *_: threading.Thread(target=server.shutdown).start())
    sim.start()
    host, port = server.server_address[:2]
    print(f"simulator ready on http://{host}:{port}", flush=True)
    server.serve_forever(poll_interval=0.1)
    sim.stop()
    sys.stdout.flush()
    os._exit(0)  # requests that hang on purpose must not keep the process


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m payments.simulator", description="A local stand-in for Stripe.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=12111, help="0 chooses a free port and prints it")
    parser.add_argument("--data", default=":memory:", help="SQLite file that keeps the state, or :memory:")
    parser.add_argument("--site", default="", help="where webhooks go: SITE/webhooks/stripe/platform/ and so on")
    parser.add_argument("--merchant", default="Proofwork", help="the name that Checkout shows")
    parser.add_argument("--public-url", default="", help="where browsers reach the hosted pages, if not as the API")
    folder = os.environ.get("SIMULATOR_HEALTH", "")
    parser.add_argument("--health", default=folder, help="folder that keeps how much was checked and what did not fit")
    parser.add_argument("--secrets", default="", help="platform=whsec_…,connect=whsec_…,thin=whsec_…")
    return parser


def _secrets(text):
    pairs = (pair.split("=", 1) for pair in text.split(",") if pair)
    return {name.strip(): secret.strip() for name, secret in pairs}


if __name__ == "__main__":
    main()
