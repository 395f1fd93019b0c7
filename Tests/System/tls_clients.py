# SPDX-License-Identifier: Apache-2.0

"""Clients that speak TLS to the receiver: Python's, OpenSSL's and DCMTK's."""

import ssl
import subprocess
from pathlib import Path

# The host name in the certificates of the receivers that these clients connect to.
HOST = "receiver.test"
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
CLIENT_SECONDS = 20


def client_context(trusted: Path, version: ssl.TLSVersion | None = None, own: tuple[Path, Path] | None = None):
    context = ssl.create_default_context(cafile=trusted)
    if version:
        context.minimum_version = context.maximum_version = version
    if own:
        context.load_cert_chain(*own)
    return context


def limit_openssl(version: str, folder: Path, monkeypatch) -> None:
    """Limits DCMTK to one version of TLS by OpenSSL's configuration, because DCMTK has no option for it."""
    configuration = folder / "openssl.cnf"
    configuration.write_text(
        "openssl_conf = main\n[main]\nssl_conf = ssl\n[ssl]\nsystem_default = limits\n"
        f"[limits]\nMinProtocol = TLSv{version}\nMaxProtocol = TLSv{version}\n"
    )
    monkeypatch.setenv("OPENSSL_CONF", str(configuration))


def s_client(port: int, *options: str) -> bool:
    """Whether OpenSSL's client completes its handshake."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-brief", *options]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=CLIENT_SECONDS)
    return "CONNECTION ESTABLISHED" in result.stderr
