# SPDX-License-Identifier: Apache-2.0

"""AWS::Events::Connection and AWS::Events::ApiDestination, which moto ignores, and the name that `!Ref` of an
AWS::Events::EventBus gives."""

from moto.core.common_models import CloudFormationModel
from moto.events.models import Connection, Destination, EventBus, EventsBackend, events_backends


def install() -> None:
    """moto finds subclasses of its class, as the two below are, by itself."""
    EventBus.physical_resource_id = property(lambda self: self.name)


class _Named:
    """The base of both. An update replaces the resource, which keeps its ARN."""

    @property
    def physical_resource_id(self) -> str:
        return self.name

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @classmethod
    def has_cfn_attr(cls, attribute: str) -> bool:
        return attribute == "Arn"

    def get_cfn_attribute(self, attribute: str) -> str:
        return {"Arn": self.arn}[attribute]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        backend = events_backends[account_id][region_name]
        resource = cls(resource_name, account_id, region_name, **cls.arguments(cloudformation_json["Properties"]))
        cls.all_of(backend)[resource.name] = resource
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        replaced = cls.create_from_cloudformation_json(
            original_resource.name, cloudformation_json, account_id, region_name
        )
        replaced.arn = original_resource.arn
        return replaced

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name) -> None:
        del cls.all_of(events_backends[account_id][region_name])[resource_name]


class EventConnection(_Named, Connection, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Events::Connection"

    @staticmethod
    def all_of(backend: EventsBackend) -> dict[str, Connection]:
        return backend.connections

    @staticmethod
    def arguments(properties: dict) -> dict:
        return {
            "description": properties.get("Description"),
            "authorization_type": properties["AuthorizationType"],
            "auth_parameters": properties["AuthParameters"],
        }


class ApiDestination(_Named, Destination, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Events::ApiDestination"

    @staticmethod
    def all_of(backend: EventsBackend) -> dict[str, Destination]:
        return backend.destinations

    @staticmethod
    def arguments(properties: dict) -> dict:
        return {
            "description": properties.get("Description"),
            "connection_arn": properties["ConnectionArn"],
            "invocation_endpoint": properties["InvocationEndpoint"],
            "invocation_rate_limit_per_second": properties.get("InvocationRateLimitPerSecond", 300),
            "http_method": properties["HttpMethod"],
        }
