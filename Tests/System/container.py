# SPDX-License-Identifier: Apache-2.0

"""The receiver's image and its containers, in a podman with its own storage, so that two copies of the project do not
interfere."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import ports
import processes
from conftest import PROJECT
from waiting import wait_for

IMAGE = "dicom-store-scp"
# The machine's own 127.0.0.1, as seen from a container.
HOST = "10.0.2.2"
START_SECONDS = 20
STOP_SECONDS = 30
COMMAND_SECONDS = 120
# runc, cgroupfs, vfs and these limits also work on virtual machines that lack what podman would choose.
CONFIGURATION = """
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = "{folder}/tmp"
"""
STORAGE = """
[storage]
driver = "vfs"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""
# slirp4netns is a process for each container; it needs no bridge, no address and no firewall rule on the machine.
NETWORK = "slirp4netns:allow_host_loopback=true"
READ_ONLY = ("--read-only", "--read-only-tmpfs=false")
HARDENED = (*READ_ONLY, "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m")


class Podman:
    """Removes its containers, images and volumes when its `with` block ends."""

    def __enter__(self) -> "Podman":
        # Not below pytest's folder, where the path of slirp4netns's socket would be too long for a socket.
        self._folder = tempfile.TemporaryDirectory(prefix="podman-")
        self._environment = dict(os.environ)
        for name, text in (("CONTAINERS_CONF", CONFIGURATION), ("CONTAINERS_STORAGE_CONF", STORAGE)):
            path = Path(self._folder.name) / name
            path.write_text(text.format(folder=self._folder.name))
            self._environment[name] = str(path)
        return self

    def __exit__(self, *_) -> None:
        try:
            self.run("rm", "--all", "--force", "--time", "0")
            self.run("rmi", "--all", "--force")
        finally:
            self._folder.cleanup()

    def build_image(self) -> str:
        """Returns the script's output."""
        return self._output([PROJECT / "scripts/build-image", IMAGE])

    def run(self, *arguments: object) -> str:
        """Runs a podman command, which must succeed. Returns its output."""
        return self._output(["podman", *map(str, arguments)])

    def start(self, command: list, log: Path) -> subprocess.Popen:
        """Starts podman in the foreground: the container ends with podman, and podman ends with this process."""
        return processes.start(["podman", *command], self._environment, log)

    def _output(self, command: list) -> str:
        result = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=COMMAND_SECONDS)
        if result.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{result.stdout}{result.stderr}")
        return result.stdout


class ReceiverContainer:
    """Runs during its `with` block, or until `stop`. Its port is published on a free port of 127.0.0.1."""

    NAME = "receiver"

    def __init__(self, podman: Podman, log: Path, *options: str, **settings: str):
        self._podman, self._log = podman, log
        self._reserved = ports.ReservedPort()
        self.port = self._reserved.number
        published = f"127.0.0.1:{self.port}:11112"
        variables = [f"--env={name}={value}" for name, value in settings.items()]
        self._command = ["run", "--rm", "--name", self.NAME, "--network", NETWORK, "--publish", published]
        self._command += [*options, *variables, IMAGE]

    def __enter__(self) -> "ReceiverContainer":
        self._process = self._podman.start(self._command, self._log)
        process = self._process
        # The published port accepts connections before the receiver listens.
        wait_for("the receiver", lambda: process.poll() is not None or self.log_lines("receiver ready"), START_SECONDS)
        if process.poll() is not None:
            raise RuntimeError(f"the container ended with {process.returncode}:\n{self._log.read_text()}")
        return self

    def __exit__(self, *_) -> None:
        processes.stop(self._process)
        self._reserved.close()

    def stop(self) -> int:
        """Stops it as Docker, ECS and Kubernetes do, with 30 seconds to end in. Returns the receiver's exit status."""
        self._podman.run("stop", "--time", STOP_SECONDS, self.NAME)
        return self._process.wait(COMMAND_SECONDS)

    def copy(self, path: str, folder: Path) -> None:
        """Copies a folder out of the running container."""
        self._podman.run("cp", f"{self.NAME}:{path}", folder)

    def log_lines(self, message: str) -> list[dict[str, str]]:
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["message"] == message]
