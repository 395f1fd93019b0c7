# SPDX-License-Identifier: Apache-2.0

"""BoringSSL is compiled with a precompiled form of its headers, as long as clang can use it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT

SCRIPT = PROJECT / "scripts/precompile-headers"
BUILD = PROJECT / ".build-release"
# How clang's precompiled headers begin.
MAGIC = b"CPCH"


@pytest.fixture
def sources(tmp_path) -> Path:
    """In place of BoringSSL."""
    folder = tmp_path / "CNIOBoringSSL"
    for name in ("include/CNIOBoringSSL.h", "ssl/internal.h"):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_text("#include <vector>\n")
    return folder


@pytest.fixture
def header(tmp_path, sources) -> Path:
    precompile(tmp_path, sources)
    return tmp_path / "boringssl.h"


def precompile(folder: Path, sources: Path, *arguments: str) -> None:
    subprocess.run([SCRIPT, folder, sources, *arguments], check=True)


def precompiled(header: Path) -> Path:
    return header.with_name(f"{header.name}.pch")


def times(header: Path) -> list[int]:
    return [path.stat().st_mtime_ns for path in (header, precompiled(header))]


def test_it_is_made_once(header, sources):
    before = times(header)
    precompile(header.parent, sources)
    assert times(header) == before


def test_one_that_clang_cannot_use_is_made_again(header, sources):
    before = times(header)
    precompiled(header).write_bytes(b"of another clang")
    precompile(header.parent, sources)
    assert times(header)[0] == before[0] and precompiled(header).read_bytes().startswith(MAGIC)


def test_it_is_made_again_when_a_header_has_changed(header, sources):
    before = times(header)
    with (sources / "ssl/internal.h").open("a") as file:
        file.write("#include <map>\n")
    precompile(header.parent, sources)
    assert times(header)[0] == before[0] and times(header)[1] > before[1]


def test_without_it_no_header_is_included(header, sources):
    for arguments in (["never"], []):
        precompile(header.parent, sources, *arguments)
        assert header.read_text() == "" and not precompiled(header).exists()


def test_swiftpm_compiles_boringssl_with_the_same_options():
    """From SwiftPM's plan of the last build."""
    plan = (BUILD / "release.yaml").read_text()
    commands = [line for line in plan.splitlines() if line.lstrip().startswith("args:") and "/ssl/ssl_lib.cc" in line]
    if not commands:
        pytest.skip("the last build was of a program without BoringSSL")
    used = json.loads(commands[0].split("args:")[1])
    text = SCRIPT.read_text()
    options = text[text.index("options=(") :].split(")\n")[0].split()
    wanted = [option for option in options if option.startswith("-") and option != "-target"]
    assert len(wanted) > 8 and [option for option in wanted if option not in used] == []
    assert used[used.index("-include") + 1] == str(BUILD / "headers/boringssl.h")


def test_every_function_of_boringssl_has_its_prefix():
    """Without it a function would clash with OpenSSL's, which the receiver has, too."""
    objects = [path for path in (BUILD / "release/CNIOBoringSSL.build").rglob("*.o") if path.name.endswith(".cc.o")]
    listed = subprocess.run(
        ["nm", "--defined-only", "--extern-only", "--format=posix", *map(os.fspath, objects)],
        capture_output=True, text=True, check=True,
    ).stdout
    symbols = [line.split() for line in listed.splitlines() if " " in line]
    # Weak ones are the compiler's own, and C++ names are in namespaces of their own.
    names = [name for name, kind, *_ in symbols if kind in "TDBR"]
    assert len(objects) > 200 and len(names) > 3000
    assert [name for name in names if not name.startswith(("CNIOBoringSSL_", "_Z"))] == []
