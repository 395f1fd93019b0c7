# SPDX-License-Identifier: Apache-2.0

"""`python -m localaws --port 0 --state-dir DIR`: serves the local AWS on 127.0.0.1 until SIGTERM.

The file `DIR/endpoint` with the server's URL appears as soon as requests are answered; the URL is also printed.
`DIR/logs` holds a log for each function, `DIR/healthimaging` the objects that HealthImaging's stand-in imported.
"""

import argparse
import logging
import signal
import ssl
import threading
from pathlib import Path

from localaws import patches
from localaws.lambda_pool import LambdaPools
from localaws.server import LocalServer

LOG = logging.getLogger("localaws")
DEFAULT_EMULATOR = Path(".venv/bin/aws-lambda-rie")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m localaws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 lets the kernel choose")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--emulator", type=Path, default=DEFAULT_EMULATOR, help="the aws-lambda-rie binary")
    parser.add_argument("--function-concurrency", type=int, default=4, help="maximum number of emulators for each function")
    parser.add_argument("--job-seconds", type=float, default=1.0, help="duration of an import job")
    parser.add_argument("--authorities", type=Path, help="PEM file: API destinations are trusted if signed by one of these")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    options.state_dir.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    pools = LambdaPools(options.emulator.resolve(), options.state_dir.resolve(), options.function_concurrency)
    authorities = ssl.create_default_context(cafile=options.authorities)
    patches.install(pools, options.state_dir.resolve(), options.job_seconds, authorities)
    server = LocalServer(options.port, pools)

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())

    with server, pools:
        write_whole(options.state_dir / "endpoint", server.endpoint)
        print(server.endpoint, flush=True)
        stop.wait()
    LOG.info("ended")


def write_whole(path: Path, text: str) -> None:
    """Writes the file in one step: a reader sees either no file or the whole text."""
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)


if __name__ == "__main__":
    main()
