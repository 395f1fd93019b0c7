# SPDX-License-Identifier: Apache-2.0

"""Makes a virtual environment of pinned packages: `python3 local/virtual_environment.py .venv local/requirements.txt`.

pip installs uv, and uv, which takes a tenth of pip's time, the other packages. From the user's pip settings, in files
and variables, only those about the way to the package index are used, for both. Those about where pip installs, or
what, are ignored.
"""

import argparse
import ast
import os
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
NETWORK = (
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "trusted-host",
    "proxy",
    "cert",
    "client-cert",
    "timeout",
    "default-timeout",
    "retries",
)
REQUIREMENTS_OF_UV = Path(__file__).with_name("requirements-uv.txt")
TRUE = ("1", "true", "yes", "on")
# Each section overrides those before it.
SECTIONS = ("global", "install", ":env:")


# uv's variables for the same settings. It has none for `no-index`.
UV_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "ALL_PROXY",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
}


def network_settings(python: Path) -> dict[str, str]:
    """The user's pip settings about the way to the index. `python` is one that has pip."""
    command = [python, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    settings = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    return {
        name: ast.literal_eval(settings[f"{section}.{name}"])
        for section in SECTIONS
        for name in NETWORK
        if f"{section}.{name}" in settings
    }


def pip_environment(python: Path) -> dict[str, str]:
    """The environment for pip: that of this process, with no pip settings but those of the network. `python` is the one
    that has pip."""
    kept = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in network_settings(python).items()}
    return {**_without_pip(), **kept, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def uv_environment(settings: dict[str, str]) -> dict[str, str]:
    """The same for uv."""
    others = _without_pip()
    if "REQUESTS_CA_BUNDLE" in others:
        others.setdefault("SSL_CERT_FILE", others["REQUESTS_CA_BUNDLE"])
    kept = {UV_VARIABLES[name]: _for_uv(name, value.split()) for name, value in settings.items() if name in UV_VARIABLES}
    # Like pip, it takes the pinned version from whichever index has it, and does not insist on links to its cache.
    return {**others, **kept, "UV_NO_CONFIG": "1", "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_LINK_MODE": "copy"}


def _for_uv(name: str, values: list[str]) -> str:
    """pip separates several values by whitespace, and skips folders of wheels that do not exist."""
    if name == "find-links":
        return ",".join(value for value in values if "://" in value or Path(value).exists())
    return " ".join(values)


def _without_pip() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}


def make(folder: Path, requirements: Path, uv: Path | None = None) -> None:
    """`uv` is the one of another environment, which also has pip; without it, the new environment gets both."""
    # --clear: packages that another Python installed there would be mixed with those of this one.
    options = ["--clear", "--without-pip"] if uv else ["--clear"]
    subprocess.run([sys.executable, "-m", "venv", *options, folder], check=True)
    python = folder / "bin" / "python"
    if uv is None:
        pip = [python, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS_OF_UV]
        subprocess.run(pip, check=True, env=pip_environment(python))
        uv = folder / "bin" / "uv"
    settings = network_settings(uv.with_name("python"))
    command = [uv, "pip", "install", "--quiet", "--python", python, "--requirement", requirements]
    offline = ["--no-index"] if settings.get("no-index", "").lower() in TRUE else []
    subprocess.run([*command, *offline], check=True, env=uv_environment(settings))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("requirements", type=Path)
    parser.add_argument("--uv", type=Path, help="the uv of another environment")
    options = parser.parse_args()
    if sys.version_info < OLDEST:
        expected = ".".join(map(str, OLDEST))
        sys.exit(f"expected Python {expected} or newer, got {sys.version.split()[0]} of {sys.executable}")
    try:
        make(options.folder, options.requirements, options.uv)
    except subprocess.CalledProcessError as error:
        sys.exit(f"could not create {options.folder}: {error}")


if __name__ == "__main__":
    main()
