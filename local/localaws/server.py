# SPDX-License-Identifier: Apache-2.0

"""moto's HTTP server on its own port. Requests below `/local/` are answered by `Control`, with which tests control the
stand-ins."""

import os
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from localaws.control import Control
from localaws.lambda_pool import LambdaPools

# Larger bodies are kept on disk, so that an instance of gigabytes does not need that much memory.
S3_MEMORY_PER_OBJECT = 16 * 1024


class LocalServer:
    """Serves during its `with` block. moto connects to itself, for example from Step Functions to Lambda, at
    `MOTO_PORT`."""

    def __init__(self, port: int, pools: LambdaPools):
        os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = str(S3_MEMORY_PER_OBJECT)
        moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server(
            "127.0.0.1", port, Control(moto, pools), threaded=True, request_handler=MotoRequestHandler
        )
        os.environ["MOTO_PORT"] = str(self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, name="server", daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "LocalServer":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._thread.join()
