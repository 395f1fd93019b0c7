# SPDX-License-Identifier: Apache-2.0

"""`x-amz-copy-source-if-match`: moto ignores it. Here a copy fails if the object has another ETag, as in S3."""

from collections.abc import Callable
from urllib.parse import unquote, urlparse

from moto.s3.exceptions import PreconditionFailed
from moto.s3.responses import S3Response

CONDITION = "x-amz-copy-source-if-match"


def install() -> None:
    S3Response.copy_object = _checked(S3Response.copy_object)
    S3Response.upload_part_copy = _checked(S3Response.upload_part_copy)


def _checked(original: Callable) -> Callable:
    def copy(self):
        expected = self.headers.get(CONDITION)
        if expected:
            source = unquote(urlparse(self.headers["x-amz-copy-source"]).path)
            bucket, key = source.lstrip("/").split("/", 1)
            found = self.backend.get_object(bucket, key)
            if found and found.etag.strip('"') != expected.strip('"'):
                raise PreconditionFailed(CONDITION)
        return original(self)

    return copy
