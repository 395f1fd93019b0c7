# SPDX-License-Identifier: Apache-2.0

"""A bucket that takes documents or not, as a test wishes."""

import http.server
import socketserver
import threading
import time


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        self.rfile.read(int(self.headers["content-length"]))
        if self.server.hangs:
            time.sleep(self.server.seconds_of_hanging)
        self._answer(self.server.refusal_of_writes, self.server.written)

    def do_DELETE(self):
        self._answer(self.server.refusal_of_deletions, self.server.deleted)

    def _answer(self, refusal: tuple[int, str] | None, done: list[str]) -> None:
        if refusal is None:
            done.append(self.path)
        status, code = refusal or (200, "")
        body = f"<Error><Code>{code}</Code><Message>as the test wishes</Message></Error>".encode() if refusal else b""
        self.send_response(status)
        self.send_header("ETag", '"e"')
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class LeasedBucket(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Runs during its `with` block."""

    daemon_threads = True
    seconds_of_hanging = 30

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.written: list[str] = []
        self.deleted: list[str] = []
        self.refusal_of_writes: tuple[int, str] | None = None
        self.refusal_of_deletions: tuple[int, str] | None = None
        self.hangs = False

    def __enter__(self) -> "LeasedBucket":
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
