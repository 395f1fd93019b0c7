"""pynetdicom as a receiver that writes the bytes as they came: `receiver.py PORT FOLDER`."""

import os
import sys

from pynetdicom import AE, AllStoragePresentationContexts, _config, evt

_config.LOG_HANDLER_LEVEL = "none"


def store(event: evt.Event) -> int:
    path = os.path.join(sys.argv[2], event.request.AffectedSOPInstanceUID)
    with open(path + ".partial", "wb") as file:
        file.write(event.request.DataSet.getbuffer())
    os.rename(path + ".partial", path + ".dcm")
    return 0


ae = AE()
ae.supported_contexts = AllStoragePresentationContexts
ae.maximum_associations, ae.maximum_pdu_size = 1000, 131072
ae.start_server(("127.0.0.1", int(sys.argv[1])), evt_handlers=[(evt.EVT_C_STORE, store)])
