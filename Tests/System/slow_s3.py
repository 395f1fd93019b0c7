# SPDX-License-Identifier: Apache-2.0

"""An S3 that is slow with instances, can refuse the first requests for an object as busy, and keeps nothing."""

import collections
import contextlib
import http.server
import socketserver
import threading
import time


class _Handler(http.server.BaseHTTPRequestHandler):
    """Accepts every PUT, slowly, and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        left = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 16)))
        if self.server.refuses(self.path):
            return self._answer(b"<Error><Code>SlowDown</Code></Error>", 503)
        if ".dcm" in self.path:
            with self.server.counting():
                time.sleep(self.server.delay)
        self._answer(b"")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.endswith("?uploads="):
            return self._answer(b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
        self._answer(b"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")

    def do_DELETE(self):
        self._answer(b"")

    def _answer(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("ETag", '"e"')
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class SlowS3Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256
    delay = 0.2
    # How many requests it refuses for each object except task leases.
    refusals = 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self._lock, self._count, self.greatest_count = threading.Lock(), 0, 0
        self._refused: collections.Counter[str] = collections.Counter()

    def refuses(self, path: str) -> bool:
        if "/tasks/" in path:
            return False
        with self._lock:
            self._refused[path] += 1
            return self._refused[path] <= self.refusals

    @contextlib.contextmanager
    def counting(self):
        """Counts the concurrent PUTs of instances."""
        with self._lock:
            self._count += 1
            self.greatest_count = max(self.greatest_count, self._count)
        yield
        with self._lock:
            self._count -= 1
