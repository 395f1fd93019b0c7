"""HTTPS in front of a local server: a certificate of its own, and a forwarder that ends TLS."""

import contextlib
import socket
import ssl
import subprocess
import threading
from pathlib import Path


class TLSForwarder:
    """Takes TLS connections on a port of loopback and passes their bytes to `target`, a port of loopback too."""

    def __init__(self, target: int, certificate: Path, key: Path):
        self._target = target
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "TLSForwarder":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # A client that does not trust the certificate ends here.
        with contextlib.suppress(OSError), self._context.wrap_socket(client, server_side=True) as secure:
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                back = threading.Thread(target=_pass_on, args=(server, secure), daemon=True)
                back.start()
                _pass_on(secure, server)
                back.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def make_certificate(host: str, folder: Path) -> tuple[Path, Path]:
    """A certificate for `host` that is its own authority, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key
