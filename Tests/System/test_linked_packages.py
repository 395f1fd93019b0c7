# SPDX-License-Identifier: Apache-2.0

"""The executables are linked with the newest versions that Debian has; after a change, libraries are built and
executables linked again.

The tests run the project's own scripts in a separate folder. Small programs stand in for the programs that they call.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from conftest import PROJECT

# The stand-ins' scripts, run after each has recorded its call. Their answers are in files of $PLAYED: what Debian has,
# what is installed, what fails.
PROGRAMS = {
    "apt-get": """
        case " $* " in
        *" update "*) cat "$PLAYED/errors" >&2; [ ! -s "$PLAYED/errors" ] ;;
        *" source "*) touch package.dsc ;;
        *" install "*) [ ! -s "$PLAYED/refusal" ] ;;
        esac""",
    "apt-cache": """
        case " $* " in
        *" showsrc "*) sed 's/^/Version: /' "$PLAYED/sources" ;;
        *" policy "*) echo "  Candidate: $(sed -n "s/^${!#} //p" "$PLAYED/newest")" ;;
        esac""",
    "dpkg-query": """
        case $1 in
        --search) echo "$(basename "${!#}" .a)-dev:amd64: ${!#}" ;;
        --show) sed -n "s/^${!#} //p" "$PLAYED/installed" | tr -d '\\n' ;;
        esac""",
    "dpkg-source": 'mkdir -p "${!#}"/{bin,include} && touch "${!#}/include/crc.h"',
    "make": 'touch "$2/bin/isa-l.a"',
    "cc": 'echo "/usr/lib/${1#*=}"',
    "sudo": '"$@"',
    # Like SwiftPM, it links only if the product does not exist.
    "swift": """
        [ "$1" = build ] && [ ! -f .build-release/release/Product ] || exit 0
        echo linked >>"$PLAYED/calls"
        mkdir -p .build-release/release && touch .build-release/release/Product
        printf 'members\\textracted\\tarchive\\n2\\t1\\t%s\\n' "$PLAYED/libssl.a" >"$LINKER_RECORDS/Product.archives" """,
}
LINKED = ["ca-certificates", "libc-dev", "libcrypto-dev", "libgcc-dev", "libssl-dev", "libstdc++-dev", "libz-dev"]


class Machine:
    def __init__(self, folder: Path):
        self._folder, self._played = folder / "project", folder / "played"
        shutil.copytree(PROJECT / "scripts", self._folder / "scripts")
        (self._played / "bin").mkdir(parents=True)
        for name, text in PROGRAMS.items():
            self.program(self._played / "bin" / name, f'echo "{name} $*" >>"$PLAYED/calls"\n{text}')
        self.say(calls=[], errors=[], refusal=[], sources=["2.0-1"], newest=[], installed=[])

    def program(self, path: Path, text: str) -> None:
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)

    def stub(self, script: str) -> None:
        self.program(self._folder / "scripts" / script, "true")

    def say(self, **answers: list[str]) -> None:
        for name, lines in answers.items():
            (self._played / name).write_text("".join(f"{line}\n" for line in lines))

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess:
        """Runs the script, which must succeed, after clearing the recorded calls."""
        self.say(calls=[])
        environment = {"PATH": f"{self._played / 'bin'}:/usr/bin:/bin", "PLAYED": str(self._played)}
        command = [self._folder / "scripts" / script, *arguments]
        result = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return result

    def calls(self, pattern: str) -> list[str]:
        return [line for line in (self._played / "calls").read_text().splitlines() if re.search(pattern, line)]

    def let_a_day_pass(self) -> None:
        yesterday = time.time() - 25 * 3600
        os.utime(self._folder / ".build-apt/asked", (yesterday, yesterday))


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_a_library_is_built_once_for_each_version_of_its_source_and_its_dependencies(machine):
    def is_built() -> bool:
        machine.run("build-static-isal")
        return bool(machine.calls("^make"))

    machine.say(installed=["libc6-dev 1"])
    assert is_built()
    assert not is_built()
    machine.say(sources=["2.0-1+deb12u10", "2.0-1", "2.0-1+deb12u9"])
    assert is_built()
    assert machine.calls(r"^apt-get .* source --download-only libisal=2\.0-1\+deb12u10$")
    assert not is_built()
    machine.say(installed=["libc6-dev 2"])
    assert is_built()
    assert not is_built()


def test_without_an_answer_a_library_is_kept_and_named(machine):
    machine.run("build-static-isal")
    machine.say(sources=[])
    result = machine.run("build-static-isal")
    assert not machine.calls("^make")
    assert result.stderr == "could not ask for a newer version of libisal than 2.0-1\n"


def versions(**others: str) -> list[str]:
    return [f"{name} {others.get(name.removesuffix('-dev'), '1')}" for name in LINKED]


def test_newer_packages_are_installed_and_debian_is_asked_once_a_day(machine):
    machine.say(installed=versions(), newest=versions(libssl="3.0.22-1~deb12u2", libz="0.9"))
    machine.run("update-linked-packages")
    assert machine.calls("^apt-get .* update$")
    [install] = machine.calls("^apt-get .* install ")
    assert install.endswith(" install -y --only-upgrade --no-install-recommends libssl-dev=3.0.22-1~deb12u2")

    machine.say(installed=versions(libssl="3.0.22-1~deb12u2"))
    machine.run("update-linked-packages")
    assert not machine.calls("^apt-get")
    machine.let_a_day_pass()
    machine.run("update-linked-packages")
    assert machine.calls("^apt-get .* update$")


def test_without_a_network_the_script_succeeds_and_names_the_unchecked_packages(machine):
    machine.say(installed=versions(), errors=["W: Failed to fetch http://deb.debian.org/"])
    for _ in range(2):
        result = machine.run("update-linked-packages")
        assert result.stderr.startswith("could not ask Debian whether there are newer versions of ca-certificates 1")
        assert all(name in result.stderr for name in LINKED)
        assert machine.calls("^apt-get .* update$")


def test_a_package_that_cannot_be_installed_is_named(machine):
    machine.say(installed=versions(), newest=versions(libssl="2"), refusal=["no"])
    result = machine.run("update-linked-packages")
    assert result.stderr.startswith("could not install libssl-dev=2; these versions are linked instead: ca-certificates 1")


def test_an_executable_is_linked_again_when_a_library_has_changed(machine):
    for script in ("update-linked-packages", "precompile-headers", "build-static-libcurl", "build-static-isal"):
        machine.stub(script)

    def is_linked() -> bool:
        machine.run("build-static", "Product")
        return bool(machine.calls("^linked$"))

    machine.say(**{"libssl.a": ["3.0.19"]})
    assert is_linked()
    assert not is_linked()
    machine.say(**{"libssl.a": ["3.0.22"]})
    assert is_linked()
    assert not is_linked()
