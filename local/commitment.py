# SPDX-License-Identifier: Apache-2.0

"""A sender asks for storage commitment, by pynetdicom, and waits for the report on the same association."""

import threading

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom import AE, evt

PUSH_MODEL = "1.2.840.10008.1.20.1"
PUSH_MODEL_INSTANCE = "1.2.840.10008.1.20.1.1"
REQUEST_COMMITMENT = 1
REPORT_SECONDS = 60
# A SOP class and a SOP instance.
Reference = tuple[str, str]


def information(transaction: str, references: list[Reference]) -> Dataset:
    """The data set of a request. PS3.4 Table J.3-1."""
    content = Dataset()
    content.TransactionUID = transaction
    content.ReferencedSOPSequence = [Dataset() for _ in references]
    for item, (sop_class, sop_instance) in zip(content.ReferencedSOPSequence, references, strict=True):
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    return content


def reference(item: Dataset) -> Reference:
    return str(item.ReferencedSOPClassUID), str(item.ReferencedSOPInstanceUID)


def committed(references: list[Reference], port: int, title: str = "PYNETDICOM") -> set[Reference]:
    """The references that the receiver reports as committed; none if it does not report in time."""
    reported, successes = threading.Event(), set()

    def take(event: evt.Event) -> tuple[int, None]:
        successes.update(map(reference, event.event_information.get("ReferencedSOPSequence", [])))
        reported.set()
        return 0x0000, None

    ae = AE(title)
    ae.add_requested_context(PUSH_MODEL)
    association = ae.associate("127.0.0.1", port, evt_handlers=[(evt.EVT_N_EVENT_REPORT, take)])
    if not association.is_established:
        return set()
    content = information(generate_uid(), references)
    answer, _ = association.send_n_action(content, REQUEST_COMMITMENT, PUSH_MODEL, PUSH_MODEL_INSTANCE)
    if answer.get("Status") == 0x0000:
        reported.wait(REPORT_SECONDS)
    association.release()
    return successes
