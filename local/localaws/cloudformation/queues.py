# SPDX-License-Identifier: Apache-2.0

"""AWS::SQS::Queue: a FIFO queue's name must end in `.fifo`, also if CloudFormation chooses the name."""

from moto.sqs.models import Queue

SUFFIX = ".fifo"


def install() -> None:
    create = Queue.create_from_cloudformation_json

    def create_named(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs) -> Queue:
        is_fifo = str(cloudformation_json["Properties"].get("FifoQueue")).lower() == "true"
        if is_fifo and not resource_name.endswith(SUFFIX):
            resource_name = f"{resource_name[: 80 - len(SUFFIX)]}{SUFFIX}"
        return create(resource_name, cloudformation_json, account_id, region_name, **kwargs)

    Queue.create_from_cloudformation_json = classmethod(create_named)
