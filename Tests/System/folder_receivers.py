# SPDX-License-Identifier: Apache-2.0

"""Receivers that store into a folder and need no AWS, and the statuses that senders got from them."""

from collections.abc import Iterable
from pathlib import Path

from conftest import STORE_SCP
from receiver import Receiver
from senders import Acknowledgement


def start(folder: Path, **settings: str) -> Receiver:
    """A receiver that stores into `folder`/storage."""
    settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(folder / "storage"), **settings}
    return Receiver(STORE_SCP, "http://127.0.0.1:9", "", folder / "receiver.log", **settings)


def tls_settings(pair: tuple[Path, Path], **settings: str) -> dict[str, str]:
    """Settings for a TLS port that the kernel chooses: see `Receiver.tls_port`."""
    return {"TLS_CERTIFICATE": str(pair[0]), "TLS_PRIVATE_KEY": str(pair[1]), "TLS_PORT": "0", **settings}


def statuses(acknowledgements: Iterable[Acknowledgement]) -> list[int | None]:
    return [acknowledgement.status for acknowledgement in acknowledgements]
