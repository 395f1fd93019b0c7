# SPDX-License-Identifier: Apache-2.0

"""The shared part of the receivers with pynetdicom.

The environment variable BACKLOG sets the number of connections that may wait to be accepted. The default is 5; further
connections wait for seconds.
"""

import os
from collections.abc import Callable

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, _config, evt
from pynetdicom.transport import AssociationServer

_config.LOG_HANDLER_LEVEL = "none"


def serve(port: int, store: Callable[[evt.Event], int]) -> None:
    AssociationServer.request_queue_size = int(os.environ.get("BACKLOG", AssociationServer.request_queue_size))
    ae = AE()
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(context.abstract_syntax, ALL_TRANSFER_SYNTAXES)
    ae.maximum_associations, ae.maximum_pdu_size = 1000, 131072
    ae.start_server(("127.0.0.1", port), evt_handlers=[(evt.EVT_C_STORE, store)])
