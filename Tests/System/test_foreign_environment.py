# SPDX-License-Identifier: Apache-2.0

"""`make run` and `make test` on another person's machine, whose settings would all break them."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from conftest import PROJECT

pytestmark = [pytest.mark.pipeline, pytest.mark.alone]
MAKE = shutil.which("make")
# pynetdicom's programs come first in the PATH if pip installed it for a user; conda or a user's own folder may bring
# the others.
IN_THE_WAY = (
    *("storescu", "echoscu", "storescp", "dcmsend", "dcmdump", "dcmftest", "python3", "pip", "aws", "moto_server"),
    *("cc", "ld", "cmake", "pkg-config", "openssl", "strip", "objcopy", "7z", "git", "sed", "awk", "env", "dirname", "sha256sum"),
)
POISON = "raise SystemExit('a module of the user was loaded')\n"
DEAD = "http://127.0.0.1:9"
COMMAND_SECONDS = 600


def write(path: Path, text: str, mode: int = 0o644) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.fixture(scope="module")
def foreign(tmp_path_factory) -> dict[str, str]:
    """The environment; its HOME is full of settings."""
    folder = tmp_path_factory.mktemp("foreign")
    for name in IN_THE_WAY:
        write(folder / "bin" / name, f"#!/bin/sh\necho 'usage: {name} [options], says the user'\"'\"'s own' >&2\nexit 2\n", 0o755)
    for name in ("sitecustomize", "boto3", "pytest", "pydicom"):
        write(folder / "modules" / f"{name}.py", POISON)
    for name in ("libssl.so.3", "libcrypto.so.3", "libcurl.so.4", "libz.so.1"):
        write(folder / "lib" / name, "not a library")
    home = folder / "home"
    write(home / ".aws/credentials", "[default]\naws_access_key_id = REAL\naws_secret_access_key = real\n")
    write(home / ".aws/config", f"[default]\nregion = eu-central-1\nendpoint_url = {DEAD}\nca_bundle = /nonexistent\n")
    write(home / ".config/pip/pip.conf", f"[global]\nindex-url = {DEAD}\n[install]\nuser = yes\n")
    write(home / ".netrc", "default login real password real\n")
    write(home / ".local/lib/python3.11/site-packages/usercustomize.py", POISON)
    proxies = {name: DEAD for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")}
    toolchain = Path(shutil.which("swift")).parent
    return {
        **proxies,
        "PATH": f"{folder / 'bin'}:/usr/local/bin:/usr/bin:/bin:{toolchain}",
        "HOME": str(home),
        "TMPDIR": "/nonexistent",
        "LC_ALL": "POSIX",
        "LANG": "tr_TR.ISO-8859-9",
        "AWS_PROFILE": "nonexistent",
        "AWS_CA_BUNDLE": "/nonexistent",
        "AWS_ENDPOINT_URL": DEAD,
        "AWS_ENDPOINT_URL_S3": DEAD,
        "AWS_ACCESS_KEY_ID": "REAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "PYTHONPATH": str(folder / "modules"),
        "PYTHONHOME": "/nonexistent",
        "PYTHONIOENCODING": "ascii",
        "PYTEST_ADDOPTS": "--no-such-option",
        "PIP_INDEX_URL": DEAD,
        "PIP_TARGET": "/nonexistent",
        "PIP_USER": "1",
        "LD_LIBRARY_PATH": str(folder / "lib"),
        "BASH_ENV": str(write(folder / "bashrc", "echo the user has a BASH_ENV; exit 3\n")),
        "CDPATH": "/usr",
        "CC": "/nonexistent",
        "CFLAGS": "--no-such-flag",
        "PKG_CONFIG_PATH": "/nonexistent",
        "GREP_OPTIONS": "--no-such-option",
        "DCMDICTPATH": "/nonexistent",
        "OPENSSL_CONF": "/nonexistent",
        "SSL_CERT_FILE": "/nonexistent",
    }


def make(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [MAKE, *arguments],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMMAND_SECONDS,
    )


def test_make_run_works_without_a_home(foreign):
    """HOME is below a file, where not even root can write."""
    result = make({**foreign, "HOME": "/dev/null/home"}, "run", "RUN_ARGUMENTS=--once")
    assert result.returncode == 0, result.stdout
    assert re.search(r"^senders: DCMTK \S+, /usr/bin/storescu; pynetdicom \S+$", result.stdout, re.MULTILINE), result.stdout
    assert re.search(r"^(\d+) of \1 instances imported$", result.stdout, re.MULTILINE), result.stdout


def test_make_test_passes_with_a_home_full_of_settings(foreign):
    """Some of the tests that other programs, proxies and AWS's variables would break first. What they need of `make
    release` has been built."""
    result = make(
        foreign,
        *("--keep-going", "--assume-old=release", "test-swift", "test-system"),
        "SWIFT_TEST_ARGUMENTS=--filter 'DCMTKTests/echo|HTTPClientTests'",
        "PYTEST_ARGUMENTS=--numprocesses 0 -k 'echoscu_of_every_size or keeps_every_transfer_syntax or verified_signature'",
    )
    assert result.returncode == 0, result.stdout
    assert re.search(r"Test run with \d+ tests in \d+ suites passed", result.stdout), result.stdout
    assert re.search(r"^DCMTK: /usr/bin/storescu \S+, /usr/bin/echoscu \S+", result.stdout, re.MULTILINE), result.stdout
    assert re.search(r"\d+ passed, \d+ deselected", result.stdout), result.stdout


def test_the_users_settings_do_not_change_where_packages_are_installed(foreign, tmp_path):
    """The package comes from a folder that the user's settings name. It is installed into the virtual environment,
    whatever the other settings say."""
    with zipfile.ZipFile(tmp_path / "only_here-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("only_here.py", "")
        wheel.writestr("only_here-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: only-here\nVersion: 1.0\n")
        wheel.writestr("only_here-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("only_here-1.0.dist-info/RECORD", "")
    requirements = write(tmp_path / "requirements.txt", "only-here==1.0\n")
    settings = {**foreign, "PIP_FIND_LINKS": str(tmp_path), "PIP_NO_INDEX": "1"}
    script = [PROJECT / "scripts/clean-environment", "--with-network", "python3", PROJECT / "local/virtual_environment.py"]
    options = [tmp_path / "venv", requirements, "--uv", PROJECT / ".venv/bin/uv"]
    result = subprocess.run([*script, *options], env=settings, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert list((tmp_path / "venv").rglob("only_here.py"))
