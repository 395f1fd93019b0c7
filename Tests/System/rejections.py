# SPDX-License-Identifier: Apache-2.0

"""Reads the rejection of an association from the receiver's answer.

pynetdicom's `Association.is_rejected` is not reliable: pynetdicom closes the connection after the answer, and if it
checks the connection only then, it concludes that there never was one.
"""

from pynetdicom import AE, evt
from pynetdicom.pdu import A_ASSOCIATE_RJ
from waiting import wait_for


def rejection(port: int, *contexts, **arguments) -> tuple[int, int, int]:
    """Result, source and reason of the rejection. PS3.8 §9.3.4."""
    answers = []
    AE().associate(
        "127.0.0.1", port, list(contexts), evt_handlers=[(evt.EVT_PDU_RECV, lambda event: answers.append(event.pdu))], **arguments
    )
    answer = wait_for("the answer", lambda: answers)[0]
    assert isinstance(answer, A_ASSOCIATE_RJ), answer
    return answer.result, answer.source, answer.reason_diagnostic
