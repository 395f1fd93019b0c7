# SPDX-License-Identifier: Apache-2.0

"""A Lambda Runtime API for functions that run as processes of a test: it hands out events and keeps the answers."""

import os
import queue
import subprocess
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INVOCATION = "/2018-06-01/runtime/invocation/"


@dataclass(frozen=True)
class Answer:
    """`kind` is the last part of the call's path: response or error."""

    kind: str
    request_id: str
    body: bytes


class RuntimeAPI:
    """Listens on loopback; `address` is the value for AWS_LAMBDA_RUNTIME_API."""

    def __init__(self):
        self.answers: queue.Queue[Answer] = queue.Queue()
        self._events: queue.Queue[tuple[bytes, int]] = queue.Queue()
        self._count = 0
        # The number of calls of /next so far.
        self.asked = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"

    def invoke(self, event: bytes, status: int = 200) -> None:
        """Gives `event` to the next call of /next."""
        self._events.put((event, status))

    def all_taken(self) -> bool:
        """Whether every event was handed to a function."""
        return self._events.empty()

    def answer(self, seconds: float = 30) -> Answer:
        """Waits for the next answer. Raises queue.Empty if none arrives."""
        return self.answers.get(timeout=seconds)

    def start(self, command: list, **variables: str) -> subprocess.Popen:
        """Starts a function's process; its log is in `stderr`."""
        environment = {"AWS_LAMBDA_RUNTIME_API": self.address, "PATH": os.environ["PATH"], **variables}
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "RuntimeAPI":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_GET(self):
                api.asked += 1
                event, status = api._events.get()
                api._count += 1
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": f"request-{api._count}",
                    "Lambda-Runtime-Deadline-Ms": "4102444800000",
                }
                self._reply(status, event, headers)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request_id, kind = self.path.removeprefix(INVOCATION).rsplit("/", 1)
                api.answers.put(Answer(kind, request_id, body))
                self._reply(202, b"", {})

            def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response_only(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def log_message(self, *_):
                pass

        return Handler
