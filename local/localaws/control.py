# SPDX-License-Identifier: Apache-2.0

"""`/local/…`: requests of tests that AWS itself does not offer. On the loopback address only, as the whole server.

GET    /local/healthimaging/instances            every imported instance, see `Instance`
GET    /local/healthimaging/objects/{sha256}     the bytes that were imported
GET    /local/healthimaging/faults               the armed faults, the next one first
POST   /local/healthimaging/faults               arm: {"fault": "ThrottlingException", "count": 3}
DELETE /local/healthimaging/faults               disarm all
PUT    /local/healthimaging/quotas               {"startsPerSecond": 5, "jobsAtOnce": 20} for each data store; null: no limit
POST   /local/lambda/kill                        kill every function that is running an invocation; their number
GET    /local/lambda/invocations                 the number of invocations of each function
PUT    /local/logs                               {"group": "/ecs/…", "file": "/…/receiver.log"}: from now on, the file's
                                                 lines are events of the log group
POST   /local/s3/disorder                        {"copies": 2, "seconds": 5, "lost": 0.1, "seed": 1}: each event is delivered
                                                 twice, up to 5 seconds late; a tenth of all events is lost
GET    /local/s3/lost-events                     the number of events that were lost
GET    /local/events                             the events that EventBridge accepted, in their order: {"bus", "exists", "event"}
POST   /local/events/faults                      arm: {"fault": "ThrottlingException", "count": 3}, see `eventbridge/faults.py`
DELETE /local/events/faults                      disarm all
PUT    /local/events/delivery                    {"hurry": 60, "copies": 2}: retries as if a minute were a second; each event
                                                 is delivered twice
GET    /local/requests                           the number of requests for each operation of each service
"""

import collections
import json
import re
import threading
from pathlib import Path

from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from localaws import eventbridge, log_groups
from localaws.healthimaging import faults, instances, quotas
from localaws.lambda_pool import LambdaPools
from localaws.s3_events import disorder

ROOT = "/local/"
REGION = "us-east-1"
SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")
SHA256 = re.compile(r"[0-9a-f]{64}")
ROUTES = Map(
    [
        Rule("/local/healthimaging/instances", endpoint="list_instances", methods=["GET"]),
        Rule("/local/healthimaging/objects/<digest>", endpoint="read_object", methods=["GET"]),
        Rule("/local/healthimaging/faults", endpoint="list_faults", methods=["GET"]),
        Rule("/local/healthimaging/faults", endpoint="arm_fault", methods=["POST"]),
        Rule("/local/healthimaging/faults", endpoint="disarm_faults", methods=["DELETE"]),
        Rule("/local/healthimaging/quotas", endpoint="set_quotas", methods=["PUT"]),
        Rule("/local/lambda/kill", endpoint="kill_functions", methods=["POST"]),
        Rule("/local/lambda/invocations", endpoint="count_invocations", methods=["GET"]),
        Rule("/local/logs", endpoint="follow_log", methods=["PUT"]),
        Rule("/local/s3/disorder", endpoint="disorder_events", methods=["POST"]),
        Rule("/local/s3/lost-events", endpoint="count_lost_events", methods=["GET"]),
        Rule("/local/events", endpoint="list_events", methods=["GET"]),
        Rule("/local/events/faults", endpoint="arm_event_fault", methods=["POST"]),
        Rule("/local/events/faults", endpoint="disarm_event_faults", methods=["DELETE"]),
        Rule("/local/events/delivery", endpoint="change_event_delivery", methods=["PUT"]),
        Rule("/local/requests", endpoint="count_requests", methods=["GET"]),
    ]
)


class Control:
    """A WSGI application in front of another one."""

    def __init__(self, application, pools: LambdaPools):
        self._application, self._pools = application, pools
        self._requests: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        if not environ["PATH_INFO"].startswith(ROOT):
            self._count(environ)
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
        return _arm(faults, request)

    def disarm_faults(self, request: Request) -> Response:
        faults.disarm()
        return _json([])

    def set_quotas(self, request: Request) -> Response:
        order = json.loads(request.get_data())
        quotas.limit(order["startsPerSecond"], order["jobsAtOnce"])
        return _json(order)

    def kill_functions(self, request: Request) -> Response:
        return _json(self._pools.kill())

    def count_invocations(self, request: Request) -> Response:
        return _json(self._pools.invocations())

    def follow_log(self, request: Request) -> Response:
        order = json.loads(request.get_data())
        log_groups.files.follow(DEFAULT_ACCOUNT_ID, REGION, order["group"], Path(order["file"]))
        return _json(order)

    def disorder_events(self, request: Request) -> Response:
        order = json.loads(request.get_data())
        disorder.order(int(order["copies"]), float(order["seconds"]), float(order["lost"]), int(order["seed"]))
        return _json(order)

    def count_lost_events(self, request: Request) -> Response:
        return _json(disorder.lost_events)

    def list_events(self, request: Request) -> Response:
        return _json(eventbridge.journal.all())

    def arm_event_fault(self, request: Request) -> Response:
        return _arm(eventbridge.faults, request)

    def disarm_event_faults(self, request: Request) -> Response:
        eventbridge.faults.disarm()
        return _json([])

    def change_event_delivery(self, request: Request) -> Response:
        order = json.loads(request.get_data())
        eventbridge.deliveries.change(float(order["hurry"]), int(order["copies"]))
        return _json(order)

    def count_requests(self, request: Request) -> Response:
        with self._lock:
            return _json(self._requests)

    def _count(self, environ) -> None:
        """Requests of boto3 are not counted: these are made by the tests, and by Step Functions to call functions and
        tables."""
        if "Boto3" in environ.get("HTTP_USER_AGENT", ""):
            return
        service = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2] or environ["REQUEST_METHOD"]
        with self._lock:
            self._requests[f"{service[1] if service else 'unsigned'} {operation}"] += 1


def _arm(armed, request: Request) -> Response:
    """Arms a fault of HealthImaging or EventBridge."""
    order = json.loads(request.get_data())
    try:
        armed.arm(order["fault"], int(order.get("count", 1)))
    except (KeyError, ValueError) as error:
        raise BadRequest(str(error)) from error
    return _json(armed.armed())


def _json(value) -> Response:
    return Response(json.dumps(value), mimetype="application/json")
