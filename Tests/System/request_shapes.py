# SPDX-License-Identifier: Apache-2.0

"""Forwards requests to the local AWS, and compares each with AWS's own model of its operation, as botocore has it."""

import functools
import http.client
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session
from botocore.validate import ParamValidator

TARGETS = {
    "AWSStepFunctions": "stepfunctions",
    "AmazonSQS": "sqs",
    "DynamoDB_20120810": "dynamodb",
    "Logs_20140328": "logs",
    "AWSEvents": "events",
}


@functools.cache
def operation_model(service: str, operation: str):
    return botocore.session.get_session().get_service_model(service).operation_model(operation)


def problems(service: str, operation: str, parameters: dict) -> list[str]:
    """What the model refuses: unknown members, missing ones, values of another type or outside their range."""
    model = operation_model(service, operation)
    unknown = parameters.keys() - model.input_shape.members.keys()
    report = ParamValidator().validate(parameters, model.input_shape)
    refused = [report.generate_report()] if report.has_errors() else []
    return [f"{service} {operation}: {it}" for it in [*refused, *(f"unknown: {name}" for name in sorted(unknown))]]


class RequestShapes:
    """A proxy for the time of its `with` block. `operations` are those that were called, `problems` what is wrong with
    them."""

    def __init__(self, endpoint: str):
        self._target = urllib.parse.urlsplit(endpoint)
        self.operations: set[str] = set()
        self.problems: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                proxy._forward(self)

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> "RequestShapes":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _forward(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self._judge(handler, body)
        connection = http.client.HTTPConnection(self._target.hostname, self._target.port)
        # The signature covers the host, which moto does not verify.
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "host"}
        connection.request(handler.command, handler.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        handler.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
        connection.close()

    def _judge(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if target := handler.headers.get("X-Amz-Target"):
            prefix, _, operation = target.partition(".")
            service, parameters = TARGETS[prefix], json.loads(body)
        elif handler.command == "POST":
            values = dict(urllib.parse.parse_qsl(body.decode()))
            service, operation = "cloudformation", values.pop("Action")
            parameters = values
            model = operation_model(service, operation).service_model
            if values.pop("Version") != model.api_version:
                self.problems.append(f"{service} {operation}: another version than {model.api_version}")
        else:
            self.operations.add(f"s3:{handler.command}")
            return
        self.operations.add(f"{service}:{operation}")
        self.problems += problems(service, operation, parameters)
