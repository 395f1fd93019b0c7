# SPDX-License-Identifier: Apache-2.0

"""Calls the endpoint of an API destination: with the whole event as its body and the headers of its connection. As
EventBridge, it follows no redirection, waits five seconds for the answer, and tells by the status whether to try
again."""

import base64
import http.client
import socket
import ssl
import urllib.parse

from moto.events.models import Connection, Destination

from localaws.eventbridge.undeliverable import Undeliverable

TIMEOUT_SECONDS = 5
RETRIED = {401, 407, 409, 429}
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Amazon/EventBridge/ApiDestinations"}


def call(
    destination: Destination, connection: Connection, parameters: dict, body: str, authorities: ssl.SSLContext
) -> None:
    """`parameters` are the HttpParameters of the target."""
    url = urllib.parse.urlsplit(destination.invocation_endpoint)
    if url.scheme != "https":
        raise Undeliverable("INVALID_PARAMETER", f"expected an HTTPS endpoint, got {destination.invocation_endpoint}")
    headers = {**HEADERS, **(parameters.get("HeaderParameters") or {}), **_authorization(connection)}
    query = urllib.parse.urlencode(parameters.get("QueryStringParameters") or {})
    path = urllib.parse.urlunsplit(("", "", url.path or "/", "&".join(filter(None, [url.query, query])), ""))
    client = http.client.HTTPSConnection(url.hostname, url.port, timeout=TIMEOUT_SECONDS, context=authorities)
    try:
        client.request(destination.http_method, path, body.encode(), headers)
        status = client.getresponse().status
    except socket.timeout as error:
        raise Undeliverable("TIMEOUT", f"no answer within {TIMEOUT_SECONDS} seconds", is_retried=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise Undeliverable("CONNECTION_FAILURE", f"the endpoint cannot be reached: {error!r}", is_retried=True) from error
    finally:
        client.close()
    if not 200 <= status < 300:
        is_retried = status >= 500 or status in RETRIED
        raise Undeliverable("ERROR_FROM_TARGET", f"the endpoint answered with status {status}", is_retried)


def _authorization(connection: Connection) -> dict[str, str]:
    """The headers that a connection adds to each request."""
    parameters = connection.auth_parameters
    headers = (parameters.get("InvocationHttpParameters") or {}).get("HeaderParameters") or []
    added = {it["Key"]: it["Value"] for it in headers}
    if connection.authorization_type == "API_KEY":
        key = parameters["ApiKeyAuthParameters"]
        return {**added, key["ApiKeyName"]: key["ApiKeyValue"]}
    if connection.authorization_type == "BASIC":
        basic = parameters["BasicAuthParameters"]
        pair = base64.b64encode(f"{basic['Username']}:{basic['Password']}".encode()).decode()
        return {**added, "Authorization": f"Basic {pair}"}
    raise NotImplementedError(f"expected a connection with API_KEY or BASIC, got {connection.authorization_type}")
