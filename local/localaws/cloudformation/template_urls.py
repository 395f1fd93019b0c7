# SPDX-License-Identifier: Apache-2.0

"""Templates above 51,200 bytes and nested templates, which the CLI uploads to a bucket: moto finds them only if the
URL's host is `localhost`."""

from moto.cloudformation import models, responses
from moto.cloudformation.utils import get_stack_from_s3_url


def install() -> None:
    models.get_stack_from_s3_url = responses.get_stack_from_s3_url = get_template


def get_template(template_url: str, account_id: str, partition: str) -> str:
    return get_stack_from_s3_url(template_url.replace("127.0.0.1", "localhost"), account_id, partition)
