# SPDX-License-Identifier: Apache-2.0

"""AWS::SQS::QueuePolicy and AWS::SNS::TopicPolicy, which moto ignores: EventBridge's stand-in reads these policies."""

import json

from moto.core.common_models import CloudFormationModel
from moto.sns.models import Topic, sns_backends
from moto.sqs.models import Queue, sqs_backends


def install() -> None:
    """Does nothing: moto finds subclasses of its class, as the two below are, by itself."""


class _Policy:
    """The base of both: sets the policy of each queue or topic that the resource names."""

    def __init__(self, name: str):
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        for resource in cls.resources(properties, account_id, region_name):
            resource.policy = json.dumps(properties["PolicyDocument"])
        return cls(resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """A stack that deletes a policy deletes its queue or topic too."""


class QueuePolicy(_Policy, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SQS::QueuePolicy"

    @staticmethod
    def resources(properties: dict, account_id: str, region_name: str) -> list[Queue]:
        backend = sqs_backends[account_id][region_name]
        return [backend.get_queue(url.rpartition("/")[2]) for url in properties["Queues"]]


class TopicPolicy(_Policy, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SNS::TopicPolicy"

    @staticmethod
    def resources(properties: dict, account_id: str, region_name: str) -> list[Topic]:
        backend = sns_backends[account_id][region_name]
        return [backend.get_topic(arn) for arn in properties["Topics"]]
