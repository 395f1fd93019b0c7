# SPDX-License-Identifier: Apache-2.0

"""pynetdicom as a receiver that writes the received bytes unchanged: `receiver.py PORT FOLDER`."""

import os
import sys

from pynetdicom import evt

from server import serve


def store(event: evt.Event) -> int:
    path = os.path.join(sys.argv[2], event.request.AffectedSOPInstanceUID)
    with open(path + ".partial", "wb") as file:
        file.write(event.request.DataSet.getbuffer())
    os.rename(path + ".partial", path + ".dcm")
    return 0


serve(int(sys.argv[1]), store)
