# SPDX-License-Identifier: Apache-2.0

"""BoringSSL is compiled with a precompiled form of the standard library, as long as clang can use it."""

import json
import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT

SCRIPT = PROJECT / "scripts/precompile-headers"


@pytest.fixture
def header(tmp_path) -> Path:
    precompile(tmp_path)
    return tmp_path / "standard-library.h"


def precompile(folder: Path, *arguments: str) -> None:
    subprocess.run([SCRIPT, folder, *arguments], check=True)


def precompiled(header: Path) -> Path:
    return header.with_name(f"{header.name}.pch")


def times(header: Path) -> list[int]:
    return [path.stat().st_mtime_ns for path in (header, precompiled(header))]


def test_it_is_made_once(header):
    before = times(header)
    precompile(header.parent)
    assert times(header) == before


def test_one_that_clang_cannot_use_is_made_again(header):
    before = times(header)
    precompiled(header).write_bytes(b"of another clang")
    precompile(header.parent)
    assert times(header)[0] == before[0] and precompiled(header).stat().st_size > 1_000_000


def test_without_it_clang_reads_the_header(header):
    for arguments in (["never"], []):
        precompile(header.parent, *arguments)
        assert header.exists() and not precompiled(header).exists()


def test_swiftpm_compiles_boringssl_with_the_same_options():
    """From SwiftPM's plan of the last build."""
    plan = (PROJECT / ".build-release/release.yaml").read_text()
    commands = [line for line in plan.splitlines() if line.lstrip().startswith("args:") and "/ssl/ssl_lib.cc" in line]
    if not commands:
        pytest.skip("the last build was of a program without BoringSSL")
    used = json.loads(commands[0].split("args:")[1])
    text = SCRIPT.read_text()
    options = text[text.index("options=(") :].split(")\n")[0].split()
    wanted = [option for option in options if option.startswith("-") and option != "-target"]
    assert len(wanted) > 8 and [option for option in wanted if option not in used] == []
    assert used[used.index("-include") + 1] == str(PROJECT / ".build-release/headers/standard-library.h")
