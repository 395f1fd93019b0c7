"""HTTPS in front of a local server: a certificate of its own, and a forwarder that ends TLS."""

import ssl
import subprocess
from pathlib import Path

from forwarder import Forwarder


class TLSForwarder(Forwarder):
    """Ends TLS before a port of loopback."""

    def __init__(self, target: int, certificate: Path, key: Path):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        super().__init__(target, context)


KEY_OPTIONS = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"]}


def make_certificate(
    host: str, folder: Path, authority: tuple[Path, Path] | None = None, key_type: str = "ec"
) -> tuple[Path, Path]:
    """A certificate for `host` and its key. It is its own authority, or that of another certificate and key."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", *KEY_OPTIONS[key_type], "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    if authority:
        command += ["-CA", authority[0], "-CAkey", authority[1]]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key
