# SPDX-License-Identifier: Apache-2.0

"""Certificates for tests, and a forwarder that terminates TLS in front of a local server."""

import ssl
import subprocess
from pathlib import Path

from forwarder import Forwarder


class TLSForwarder(Forwarder):
    """Terminates TLS in front of a loopback port."""

    def __init__(self, target: int, certificate: Path, key: Path):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        super().__init__(target, context)


KEY_OPTIONS = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"]}


def make_certificate(
    host: str, folder: Path, authority: tuple[Path, Path] | None = None, key_type: str = "ec"
) -> tuple[Path, Path]:
    """Makes a certificate for `host` and its key. It is self-signed, or signed by `authority`, another certificate and
    key."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", *KEY_OPTIONS[key_type], "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    if authority:
        command += ["-CA", authority[0], "-CAkey", authority[1]]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key
