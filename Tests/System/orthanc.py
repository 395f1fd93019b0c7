# SPDX-License-Identifier: Apache-2.0

"""Orthanc, a PACS of another maker, as a process with ports of its own on 127.0.0.1."""

import json
import os
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import ports
import processes
from waiting import wait_for

START_SECONDS = 30
# Debian's package installs it outside of a user's PATH.
EXECUTABLE = shutil.which("Orthanc", path="/usr/sbin:/usr/local/sbin:/usr/bin")


class Orthanc:
    """Runs during its `with` block, with its files in `folder`. `peers` holds the ports of other AEs on this machine by
    their titles, which are also their names in Orthanc's API. `settings` are members of Orthanc's configuration."""

    def __init__(self, folder: Path, title: str = "ORTHANC", peers: dict[str, int] | None = None, **settings: object):
        self._folder, self.title = folder, title
        self.log = folder / "orthanc.log"
        self._reserved = [ports.ReservedPort(), ports.ReservedPort()]
        self.port, self._http_port = (it.number for it in self._reserved)
        self._configuration = {
            "Name": title,
            "StorageDirectory": str(folder / "storage"),
            "IndexDirectory": str(folder / "storage"),
            "HttpPort": self._http_port,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "DicomAet": title,
            "DicomPort": self.port,
            "DicomModalities": {name: [name, "127.0.0.1", port] for name, port in (peers or {}).items()},
            **settings,
        }

    def __enter__(self) -> "Orthanc":
        assert EXECUTABLE, "Orthanc is not installed: run make setup"
        self._folder.mkdir(parents=True, exist_ok=True)
        configuration = self._folder / "orthanc.json"
        configuration.write_text(json.dumps(self._configuration))
        self._process = processes.start([EXECUTABLE, configuration], dict(os.environ), self.log)
        wait_for("Orthanc to start", lambda: self._process.poll() is not None or self._answers(), START_SECONDS)
        if self._process.poll() is not None:
            raise RuntimeError(f"Orthanc ended with {self._process.returncode}: see {self.log}")
        return self

    def __exit__(self, *_) -> None:
        processes.stop(self._process)
        for reserved in self._reserved:
            reserved.close()

    def know(self, title: str, port: int) -> None:
        """Adds a peer, as one of `peers`."""
        self._request("PUT", f"modalities/{title}", json.dumps([title, "127.0.0.1", port]).encode())

    def upload(self, files: list[Path]) -> list[str]:
        """Puts the files into Orthanc by its API, and returns Orthanc's own ids of the instances."""
        return [self.post("instances", path.read_bytes())["ID"] for path in files]

    def get(self, path: str):
        """The answer of the API, from JSON."""
        return self._request("GET", path)

    def download(self, path: str) -> bytes:
        return self._answer("GET", path)

    def post(self, path: str, body: bytes | dict | list):
        """Objects are sent as JSON."""
        return self._request("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode())

    def _request(self, method: str, path: str, body: bytes | None = None):
        return json.loads(self._answer(method, path, body) or b"null")

    def _answer(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self._http_port}/{path}", body, method=method)
        with urllib.request.urlopen(request) as response:
            return response.read()

    def _answers(self) -> bool:
        try:
            return bool(self.get("system"))
        except (urllib.error.URLError, ConnectionError):
            return False
