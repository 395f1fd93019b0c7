# SPDX-License-Identifier: Apache-2.0

"""Other storage receivers, DCMTK's and pynetdicom's, each on its own port during a `with` block."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import dcmtk
import ports
import processes
from pynetdicom import AE, _config, evt
from pynetdicom.sop_class import Verification
from waiting import wait_for

# PS3.4 Table B.2-1: "Error: Cannot understand".
CANNOT_UNDERSTAND = 0xC000


@contextlib.contextmanager
def storescp(folder: Path, *options: str) -> Iterator[int]:
    """DCMTK's storescp, which accepts every SOP class and every transfer syntax that it knows."""
    folder.mkdir()
    arguments = ["--accept-all", "--promiscuous", *options, "--output-directory", folder]
    with ports.reserved_port() as port:
        process = processes.start([dcmtk.path("storescp"), *arguments, str(port)], {"TCP_NODELAY": "1"}, folder.with_suffix(".log"))
        try:
            wait_for("storescp to listen", lambda: ports.accepts(port))
            yield port
        finally:
            processes.stop(process)


@contextlib.contextmanager
def pynetdicom_receiver() -> Iterator[int]:
    """pynetdicom's receiver, which accepts every SOP class and answers success if pydicom can decode every value."""
    restricted, _config.UNRESTRICTED_STORAGE_SERVICE = _config.UNRESTRICTED_STORAGE_SERVICE, True
    entity = AE()
    entity.add_supported_context(Verification)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, _decode)])
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        _config.UNRESTRICTED_STORAGE_SERVICE = restricted


def _decode(event: evt.Event) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for _ in event.dataset.iterall():
                pass
        except Exception:
            return CANNOT_UNDERSTAND
    return 0
