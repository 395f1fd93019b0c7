# SPDX-License-Identifier: Apache-2.0

"""A subscriber's HTTPS server, as an API destination calls it. It can be down for a while, and answer with errors."""

import http.server
import json
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

import ports
from local_aws import LocalAWS
from tls import make_certificate

HOST = "localhost"
KEY_HEADER, KEY = "X-Api-Key", "a-key-of-a-test"


def make_webhook_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key. The local AWS trusts it if it gets the certificate by `--authorities`."""
    return make_certificate(HOST, folder)


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    event: dict
    status: int


class Webhook:
    """Runs during its `with` block, at one port. `statuses` are the answers of the next calls; without any, 200."""

    def __init__(self, pair: tuple[Path, Path]):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*pair)
        self._port = ports.ReservedPort()
        self.url = f"https://{HOST}:{self._port.number}/events"
        self.calls: list[Call] = []
        self.statuses: list[int] = []
        self._lock = threading.Lock()

    def __enter__(self) -> "Webhook":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        self._port.close()

    def start(self) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self._port.number), _handler(self))
        self._server.socket = self._context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """From now on connections are refused."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def taken(self) -> list[dict]:
        """The events that were answered with success."""
        return [call.event for call in list(self.calls) if call.status == 200]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """Returns the status to answer with."""
        with self._lock:
            status = self.statuses.pop(0) if self.statuses else 200
            self.calls.append(Call(path, headers, json.loads(body), status))
        return status


def webhook_target(aws: LocalAWS, name: str, webhook: Webhook, actions=("events:InvokeApiDestination",)) -> dict[str, str]:
    """Makes an API destination with its connection and a role that may do `actions` with it. Returns the target for a
    rule."""
    events, iam = aws.client("events"), aws.client("iam")
    connection = events.create_connection(
        Name=name,
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": KEY_HEADER, "ApiKeyValue": KEY}},
    )["ConnectionArn"]
    destination = events.create_api_destination(
        Name=name, ConnectionArn=connection, InvocationEndpoint=webhook.url, HttpMethod="POST"
    )["ApiDestinationArn"]
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    rights = {"Effect": "Allow", "Action": list(actions), "Resource": destination}
    iam.put_role_policy(RoleName=name, PolicyName="call", PolicyDocument=document(rights))
    return {"Id": "webhook", "Arn": destination, "RoleArn": role}


def document(statement: dict) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _handler(webhook: Webhook) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(webhook.take(self.path, headers, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler
