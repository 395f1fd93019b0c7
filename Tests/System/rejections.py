"""Whether pynetdicom was rejected, as the receiver's answer says.

`Association.is_rejected` does not tell: on the answer pynetdicom closes the connection, and where it has not looked by then whether there is
one, it takes it for one that was never made.
"""

from pynetdicom import AE, evt
from pynetdicom.pdu import A_ASSOCIATE_RJ
from waiting import wait_for


def rejection(port: int, *contexts, **arguments) -> tuple[int, int, int]:
    """Result, source and reason. PS3.8 §9.3.4."""
    answers = []
    AE().associate(
        "127.0.0.1", port, list(contexts), evt_handlers=[(evt.EVT_PDU_RECV, lambda event: answers.append(event.pdu))], **arguments
    )
    answer = wait_for("the answer", lambda: answers)[0]
    assert isinstance(answer, A_ASSOCIATE_RJ), answer
    return answer.result, answer.source, answer.reason_diagnostic
