# SPDX-License-Identifier: Apache-2.0

"""A user of storage commitment, by pynetdicom: asks a receiver, and collects its reports on the association on which it
asked, on later ones, and on those that the receiver opens."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
from commitment import (
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_COMMITMENT,
    Reference,
    information,
    reference,
)
from pydicom.uid import generate_uid
from pynetdicom import AE, evt
from pynetdicom.association import Association
from receiver import Receiver
from waiting import wait_for

import ports

# Event types. PS3.4 section J.3.3.
SUCCESSFUL, FAILURES_EXIST = 1, 2
SUCCESS, PROCESSING_FAILURE = 0x0000, 0x0110
TLS = tuple[ssl.SSLContext, str]


@dataclass(frozen=True)
class Report:
    transaction: str
    event_type: int
    successes: tuple[Reference, ...]
    failures: tuple[tuple[str, int], ...]
    """SOP instances and failure reasons."""
    by_receiver: bool
    """Whether the receiver opened the association."""
    called: str
    calling: str

    @property
    def committed(self) -> set[str]:
        return {instance for _, instance in self.successes}

    @property
    def failed(self) -> dict[str, int]:
        return dict(self.failures)


class CommitmentUser:
    """`answer` decides the status of each report; it may wait. `port` is where it listens, during `listening`."""

    def __init__(self, title: str, answer: Callable[[Report], int] = lambda _: SUCCESS, tls: TLS | None = None):
        self.title, self._answer, self._tls = title, answer, tls
        self._reserved = ports.ReservedPort()
        self.port = self._reserved.number
        self._lock = threading.Lock()
        self._reports: list[Report] = []

    def __enter__(self) -> "CommitmentUser":
        return self

    def __exit__(self, *_) -> None:
        self._reserved.close()

    def reports(self, transaction: str | None = None) -> list[Report]:
        """The reports until now, with any answer."""
        with self._lock:
            return [it for it in self._reports if transaction in (None, it.transaction)]

    def report(self, transaction: str, number: int = 1, seconds: float = 60) -> Report:
        """Waits for this report of the transaction; 1 is the first one."""
        wait_for(f"report {number} to {self.title}", lambda: len(self.reports(transaction)) >= number, seconds)
        return self.reports(transaction)[number - 1]

    @contextlib.contextmanager
    def listening(self, tls: ssl.SSLContext | None = None) -> Iterator[None]:
        """Accepts associations for reports."""
        ae = AE(self.title)
        ae.add_supported_context(PUSH_MODEL, scu_role=False, scp_role=True)
        handlers = [(evt.EVT_N_EVENT_REPORT, self._handle, [True])]
        server = ae.start_server(("127.0.0.1", self.port), block=False, evt_handlers=handlers, ssl_context=tls)
        try:
            yield
        finally:
            server.shutdown()

    @contextlib.contextmanager
    def association(self, port: int, called: str = "STORESCP", seconds: float = 20) -> Iterator[Association]:
        """An association with the class; reports may come on it. It waits for `seconds` for each answer."""
        ae = AE(self.title)
        ae.add_requested_context(PUSH_MODEL)
        ae.acse_timeout = ae.dimse_timeout = seconds
        handlers = [(evt.EVT_N_EVENT_REPORT, self._handle, [False])]
        association = ae.associate("127.0.0.1", port, ae_title=called, evt_handlers=handlers, tls_args=self._tls)
        assert association.is_established and association.accepted_contexts
        try:
            yield association
        finally:
            association.release()

    def request(self, port: int, references: list[Reference]) -> str:
        """Asks on an association of its own, which ends at once; the transaction."""
        with self.association(port) as association:
            return request(association, references)

    def _handle(self, event: evt.Event, by_receiver: bool) -> tuple[int, None]:
        content = event.event_information
        report = Report(
            str(content.TransactionUID),
            event.event_type,
            tuple(map(reference, content.get("ReferencedSOPSequence", []))),
            tuple((str(it.ReferencedSOPInstanceUID), it.FailureReason) for it in content.get("FailedSOPSequence", [])),
            by_receiver,
            called=event.assoc.acceptor.ae_title,
            calling=event.assoc.requestor.ae_title,
        )
        with self._lock:
            self._reports.append(report)
        return self._answer(report), None


def request(
    association: Association, references: list[Reference], transaction: str | None = None, status: int = SUCCESS
) -> str:
    """Asks for the commitment of the references, and checks the status of the answer. Returns the transaction."""
    transaction = transaction or generate_uid()
    answer, _ = association.send_n_action(
        information(transaction, references), REQUEST_COMMITMENT, PUSH_MODEL, PUSH_MODEL_INSTANCE
    )
    assert answer.get("Status") == status, answer
    return transaction


def was_tried(receiver: Receiver) -> bool:
    """Whether the receiver has logged that a report was not taken."""
    return any(line["message"].startswith("commitment not reported") for line in receiver.log_lines())


def references_of(files: list[Path]) -> list[Reference]:
    headers = [pydicom.dcmread(path, specific_tags=["SOPClassUID", "SOPInstanceUID"]) for path in files]
    return [(str(it.SOPClassUID), str(it.SOPInstanceUID)) for it in headers]
