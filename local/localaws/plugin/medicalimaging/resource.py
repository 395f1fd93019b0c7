# SPDX-License-Identifier: Apache-2.0

"""AWS::HealthImaging::Datastore for CloudFormation."""

from moto.core.common_models import CloudFormationModel

from .models import medicalimaging_backends


class Datastore(CloudFormationModel):
    ATTRIBUTES = {"DatastoreArn": "datastoreArn", "DatastoreId": "datastoreId", "DatastoreStatus": "datastoreStatus"}

    def __init__(self, properties: dict):
        self._properties = properties

    @property
    def physical_resource_id(self) -> str:
        return self._properties["datastoreId"]

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::HealthImaging::Datastore"

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json.get("Properties", {})
        backend = medicalimaging_backends[account_id][region_name]
        return cls(backend.create_datastore(properties.get("DatastoreName"), properties.get("KmsKeyArn")))

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.ATTRIBUTES

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self._properties[self.ATTRIBUTES[attribute_name]]
