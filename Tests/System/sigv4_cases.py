# SPDX-License-Identifier: Apache-2.0

"""Requests that botocore has signed, to compare the Swift signer with: `python Tests/System/sigv4_cases.py` writes them
to Tests/AWSTests/Fixtures/sigv4.json.

URLs are encoded as the project's clients encode them, because the signer takes them as they are sent.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

FIXTURE = Path(__file__).parents[1] / "AWSTests" / "Fixtures" / "sigv4.json"

# The keys of AWS's own documentation, which are valid nowhere.
ACCESS_KEY_ID = "AKIDEXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQD+token/with=signs=="

DATE = datetime(2026, 11, 23, 23, 51, 52, tzinfo=timezone.utc)
BUCKET_URL = "https://images.s3.eu-central-1.amazonaws.com"
DATASTORE = "0123456789abcdef0123456789abcdef"
UPLOAD_ID = "VXBsb2Fk/SUQ+with=odd&characters~-._*"

ODD_KEYS = {
    "plain": "instances/1.2.840/1.2.3.dcm",
    "spaces": "a folder/an  instance.dcm",
    "plus": "a+b/c+d",
    "dot segments": "a/../b/./c",
    "double slash": "a//b///c",
    "leading slash": "/a/b",
    "trailing slash": "a/b/",
    "Unicode": "Größe/画像/🩻.dcm",
    "decomposed Unicode": "Gro\u0308ße",
    "percent": "100%/%41/%2F",
    "tilde": "~a/b~",
    "asterisk": "a*b/**",
    "quotes": "'single'/\"double\"",
    "parentheses": "a(b)/[c]/{d}",
    "query characters": "a=b&c?d#e",
    "other punctuation": "!$,:;@|\\^`<>",
    "control characters": "a\tb\nc\x7f",
}


@dataclass(frozen=True)
class Case:
    name: str
    method: str
    url: str
    service: str = "s3"
    region: str = "eu-central-1"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    session_token: str | None = None
    date: datetime = DATE

    def signed(self) -> dict:
        """The case and the header that botocore computes for it, as in the fixture."""
        request = AWSRequest(self.method, self.url, data=self.body)
        for name, value in self.headers:
            request.headers.add_header(name, value)
        credentials = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY, self.session_token)
        auth = S3SigV4Auth if self.service == "s3" else SigV4Auth
        with mock.patch("botocore.auth.get_current_datetime", return_value=self.date):
            auth(credentials, self.service, self.region).add_auth(request)
        return {
            "name": self.name,
            "service": self.service,
            "region": self.region,
            "accessKeyID": ACCESS_KEY_ID,
            "secretAccessKey": SECRET_ACCESS_KEY,
            **({"sessionToken": self.session_token} if self.session_token else {}),
            "date": self.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "method": self.method,
            "url": self.url,
            "headers": [{"name": name, "value": value} for name, value in self.headers],
            "body": base64.b64encode(self.body).decode(),
            "authorization": request.headers["Authorization"],
        }


def cases() -> Iterator[Case]:
    yield from keys()
    yield from queries()
    yield from headers()
    yield from endpoints()
    yield from bodies()
    yield from json_services()
    yield from health_imaging()
    yield from credentials_and_dates()


def keys() -> Iterator[Case]:
    for name, key in ODD_KEYS.items():
        yield Case(f"S3 key: {name}", "GET", f"{BUCKET_URL}/{encoded(key, '/')}")


def queries() -> Iterator[Case]:
    for name, method, query in (
        ("without a value", "POST", "uploads="),
        ("without an equals sign", "GET", "acl"),
        ("of a part", "PUT", f"partNumber=10000&uploadId={encoded(UPLOAD_ID)}"),
        ("unsorted", "GET", "prefix=a&list-type=2&delimiter=%2F&max-keys=10"),
        ("of repeated names", "GET", "a=2&a=10&a=1&a="),
        ("of names that begin alike", "GET", "a-b=1&a=1&a.b=1&aB=1&A=1"),
        ("with an equals sign in a value", "GET", "a==b="),
        ("with an empty pair", "GET", "b=1&&a=2"),
        ("with a slash and a question mark", "GET", "a=/b?c"),
    ):
        yield Case(f"query {name}", method, f"{BUCKET_URL}/key?{query}")
    yield Case("query of a bucket", "GET", f"{BUCKET_URL}/?list-type=2")


def headers() -> Iterator[Case]:
    source = f"/images/{encoded('inbox/a b+c/Größe.dcm', '/')}"
    for name, method, fields in (
        ("of a range", "GET", (("Range", "bytes=0-65535"), ("If-Match", '"0cc175b9c0f1b6a831c399e269772661"'))),
        ("for an absent object only", "PUT", (("Content-Type", "application/dicom"), ("If-None-Match", "*"))),
        ("of a copy", "PUT", (("x-amz-copy-source", source), ("x-amz-copy-source-if-match", '"abc-2"'))),
        ("of a copy of a range", "PUT", (("x-amz-copy-source", source), ("x-amz-copy-source-range", "bytes=0-9"))),
        ("with runs of spaces", "PUT", (("x-amz-meta-comment", "  a   b\tc  "),)),
        ("of one name twice", "PUT", (("x-amz-meta-a", "2"), ("X-Amz-Meta-A", "1"))),
        ("with an empty value", "PUT", (("x-amz-meta-empty", ""),)),
        ("that is not signed", "GET", (("User-Agent", "dicom-store-scp/1.0"), ("Range", "bytes=0-0"))),
    ):
        yield Case(f"header {name}", method, f"{BUCKET_URL}/key", headers=fields)


def endpoints() -> Iterator[Case]:
    for name, url in (
        ("with a port", "http://127.0.0.1:4566/images/key"),
        ("with a port and no key", "http://127.0.0.1:4566/"),
        ("of IPv6", "http://[::1]:4566/images/key"),
        ("with http's default port", "http://localhost:80/images/key"),
        ("with https's default port", "https://localhost:443/images/key"),
        ("with the other scheme's port", "https://localhost:80/images/key"),
        ("path-style", "https://s3.eu-central-1.amazonaws.com/dotted.bucket.name/key"),
        ("path-style, the bucket itself", "https://s3.eu-central-1.amazonaws.com/dotted.bucket.name"),
    ):
        yield Case(f"endpoint {name}", "GET", url)
    china = "https://images.s3.cn-north-1.amazonaws.com.cn/key"
    yield Case("endpoint in China", "GET", china, region="cn-north-1")


def bodies() -> Iterator[Case]:
    fields = (("Content-Type", "application/dicom"),)
    for name, body in (("empty", b""), ("binary", bytes(range(256))), ("long", b"\x00DICM" * 1000)):
        yield Case(f"body {name}", "PUT", f"{BUCKET_URL}/key", headers=fields, body=body)


def json_services() -> Iterator[Case]:
    for service, target, version in (
        ("states", "AWSStepFunctions.StartExecution", "1.0"),
        ("dynamodb", "DynamoDB_20120810.PutItem", "1.0"),
        ("dynamodb", "DynamoDB_20120810.UpdateItem", "1.0"),
    ):
        fields = (("Content-Type", f"application/x-amz-json-{version}"), ("X-Amz-Target", target))
        for region in ("us-east-1", "ap-southeast-2"):
            url = f"https://{service}.{region}.amazonaws.com/"
            body = json.dumps({"name": "Größe", "input": "{}"}).encode()
            yield Case(f"{target} in {region}", "POST", url, service, region, fields, body)


def health_imaging() -> Iterator[Case]:
    host = "https://medical-imaging.us-east-1.amazonaws.com"
    start = f"/startDICOMImportJob/datastore/{DATASTORE}"
    body = json.dumps({"inputS3Uri": "s3://images/deliveries/1/", "clientToken": "a" * 64}).encode()
    fields = (("Content-Type", "application/json"),)
    yield Case("StartDICOMImportJob", "POST", host + start, "medical-imaging", "us-east-1", fields, body)
    for name, path in (
        ("GetDICOMImportJob", f"/getDICOMImportJob/datastore/{DATASTORE}/job/1a2b"),
        ("ListDICOMImportJobs", f"/listDICOMImportJobs/datastore/{DATASTORE}?jobStatus=FAILED&maxResults=50"),
        ("a segment that is encoded once more", f"/datastore/{encoded('a b/c:d%e*f')}"),
        ("dot segments, which are resolved", "/a/./b/../c/../../d"),
        ("double slashes, which are joined", "//datastore///x"),
        ("a slash at the end, which stays", "/datastore/x/"),
        ("dot segments above the root", "/../../"),
        ("an empty path", ""),
    ):
        yield Case(f"medical-imaging: {name}", "GET", host + path, "medical-imaging", "us-east-1")


def credentials_and_dates() -> Iterator[Case]:
    url = f"{BUCKET_URL}/key"
    yield Case("session token for S3", "GET", url, session_token=SESSION_TOKEN)
    fields = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AWSStepFunctions.StartExecution"))
    states = "https://states.eu-central-1.amazonaws.com/"
    signed = Case("session token for Step Functions", "POST", states, "states", headers=fields, body=b"{}")
    yield replace(signed, session_token=SESSION_TOKEN)
    for date in (datetime(2028, 2, 29, 0, 0, 0), datetime(2027, 1, 2, 3, 4, 5)):
        yield Case(f"date {date:%Y-%m-%d}", "GET", url, date=date.replace(tzinfo=timezone.utc))


def encoded(text: str, kept: str = "") -> str:
    """Encodes as `percentEncoded(keeping:)` in Swift does."""
    return quote(text, safe=kept + "-._~")


def fixture() -> str:
    """The fixture's text."""
    return json.dumps([case.signed() for case in cases()], indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FIXTURE.write_text(fixture())
