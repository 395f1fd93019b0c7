# SPDX-License-Identifier: Apache-2.0

"""An S3 that answers after a delay and counts requests: `python counting_s3.py SECONDS`, its own process to serve many
requests.

It prints its port. GET /counts answers how often each kind of object was put and removed, and the greatest number of
concurrent requests for documents. Bodies are dropped. A second PUT of an object with `If-None-Match: *` is refused.
"""

import asyncio
import collections
import json
import subprocess
import sys
import urllib.request

DOCUMENTS = ("open", "deliveries")


class _Store:
    def __init__(self, delay: float):
        self._delay = delay
        self._counts: collections.Counter[str] = collections.Counter()
        self._there: set[bytes] = set()
        self._documents = self._greatest = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.split(b"\r\n")
                method, path, _ = first.split(b" ")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
                await reader.readexactly(int(headers.get(b"content-length", 0)))
                if path == b"/counts":
                    body = json.dumps({**self._counts, "greatest": self._greatest}).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
                    continue
                status = await self._answer(method.decode(), path, headers.get(b"if-none-match") == b"*")
                writer.write(b'HTTP/1.1 %b\r\nETag: "e"\r\nContent-Length: 0\r\n\r\n' % status)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, path: bytes, only_new: bool) -> bytes:
        folder = path.split(b"/")[2].decode()
        kind = folder if folder in (*DOCUMENTS, "tasks") else "instance"
        if kind in DOCUMENTS:
            self._documents += 1
            self._greatest = max(self._greatest, self._documents)
        await asyncio.sleep(self._delay)
        if kind in DOCUMENTS:
            self._documents -= 1
        if method == "PUT" and only_new and path in self._there:
            return b"412 Precondition Failed"
        self._counts[f"{method} {kind}"] += 1
        if only_new:
            self._there.add(path)
        return b"200 OK" if method == "PUT" else b"204 No Content"


class CountingS3:
    """Runs this program as a process during its `with` block."""

    def __init__(self, seconds: float):
        self._seconds = seconds

    def __enter__(self) -> "CountingS3":
        command = [sys.executable, __file__, str(self._seconds)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.endpoint = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def counts(self) -> collections.Counter[str]:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{self.endpoint}/counts") as answer:
            return collections.Counter(json.load(answer))


async def _main() -> None:
    store = _Store(float(sys.argv[1]))
    server = await asyncio.start_server(store.serve, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
