# SPDX-License-Identifier: Apache-2.0

"""Forwards the bytes of connections, as a proxy or a load balancer does."""

import asyncio
import contextlib
import ssl
import threading


class Forwarder:
    """Accepts connections on a loopback port and forwards their bytes to `target`, another loopback port.

    With a `context`, it terminates TLS. Each connection to the target comes from the address `source` and begins with
    the present value of `preamble`.
    """

    def __init__(
        self, target: int, context: ssl.SSLContext | None = None, preamble: bytes = b"", source: str = "127.0.0.1"
    ):
        self._target, self._context, self._source = target, context, source
        self.preamble = preamble
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> "Forwarder":
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_) -> None:
        asyncio.run_coroutine_threadsafe(self._close_connections(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target_reader, target_writer = await asyncio.open_connection(
            "127.0.0.1", self._target, local_addr=(self._source, 0)
        )
        target_writer.write(self.preamble)
        await asyncio.gather(_pass_on(reader, target_writer), _pass_on(target_reader, writer))

    async def _close_connections(self) -> None:
        """Closes all connections; otherwise the target would wait for more bytes."""
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.closing(sink), contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
