"""`/local/…`: what tests ask of HealthImaging's stand-in, beside what AWS offers. Loopback only, as the server.

GET    /local/healthimaging/instances            every imported instance, see `Instance`
GET    /local/healthimaging/objects/{sha256}     the bytes that were imported
GET    /local/healthimaging/faults               the armed faults, first to come first
POST   /local/healthimaging/faults               arm: {"fault": "ThrottlingException", "count": 3}
DELETE /local/healthimaging/faults               disarm all
"""

import json
import re

from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from localaws.healthimaging import faults, instances

ROOT = "/local/"
SHA256 = re.compile(r"[0-9a-f]{64}")
ROUTES = Map(
    [
        Rule("/local/healthimaging/instances", endpoint="list_instances", methods=["GET"]),
        Rule("/local/healthimaging/objects/<digest>", endpoint="read_object", methods=["GET"]),
        Rule("/local/healthimaging/faults", endpoint="list_faults", methods=["GET"]),
        Rule("/local/healthimaging/faults", endpoint="arm_fault", methods=["POST"]),
        Rule("/local/healthimaging/faults", endpoint="disarm_faults", methods=["DELETE"]),
    ]
)


class Control:
    """A WSGI application in front of another."""

    def __init__(self, application):
        self._application = application

    def __call__(self, environ, start_response):
        if not environ["PATH_INFO"].startswith(ROOT):
            return self._application(environ, start_response)
        try:
            endpoint, arguments = ROUTES.bind_to_environ(environ).match()
            response = getattr(self, endpoint)(Request(environ), **arguments)
        except HTTPException as error:
            response = error
        return response(environ, start_response)

    def list_instances(self, request: Request) -> Response:
        return _json(instances.all())

    def read_object(self, request: Request, digest: str) -> Response:
        if not SHA256.fullmatch(digest) or not instances.path(digest).exists():
            raise NotFound(f"no imported object with SHA-256 {digest}")
        return Response(instances.path(digest).read_bytes(), mimetype="application/dicom")

    def list_faults(self, request: Request) -> Response:
        return _json(faults.armed())

    def arm_fault(self, request: Request) -> Response:
        order = json.loads(request.get_data())
        try:
            faults.arm(order["fault"], int(order.get("count", 1)))
        except (KeyError, ValueError) as error:
            raise BadRequest(str(error)) from error
        return _json(faults.armed())

    def disarm_faults(self, request: Request) -> Response:
        faults.disarm()
        return _json([])


def _json(value) -> Response:
    return Response(json.dumps(value), mimetype="application/json")
