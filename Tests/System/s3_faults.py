# SPDX-License-Identifier: Apache-2.0

"""A script for mitmproxy: an S3 that is slow, refuses requests, cuts connections, and sometimes does not answer a
request that it carried out.

    mitmdump --mode reverse:http://127.0.0.1:4566 --scripts s3_faults.py

The file that S3_WEATHER names holds the present state: "calm", "storm", or "dark", in which no request gets through.
S3_SEED determines which requests fail.
"""

import asyncio
import os
import random
from pathlib import Path

from mitmproxy import http

WEATHER = Path(os.environ["S3_WEATHER"])
DRAWN = random.Random(f"{os.environ['S3_SEED']}/s3")
# Shares of the requests in a storm.
REFUSED, CUT_BEFORE, CUT_AFTER, FAILED_AFTER, SLOW = 0.04, 0.02, 0.02, 0.02, 0.05
SLOW_SECONDS = 1.5


def _is(weather: str) -> bool:
    return WEATHER.read_text() == weather


def _error(status: int, code: str) -> http.Response:
    return http.Response.make(status, f"<Error><Code>{code}</Code><Message>chaos</Message></Error>")


async def request(flow: http.HTTPFlow) -> None:
    if _is("dark") or (_is("storm") and DRAWN.random() < CUT_BEFORE):
        flow.kill()
    elif _is("storm") and DRAWN.random() < REFUSED:
        flow.response = _error(503, "SlowDown")
    elif _is("storm") and DRAWN.random() < SLOW:
        await asyncio.sleep(DRAWN.uniform(0, SLOW_SECONDS))


async def response(flow: http.HTTPFlow) -> None:
    """S3 has carried out the request already, whatever answer the client gets."""
    if _is("storm") and DRAWN.random() < CUT_AFTER:
        flow.kill()
    elif _is("storm") and DRAWN.random() < FAILED_AFTER:
        flow.response = _error(500, "InternalError")
