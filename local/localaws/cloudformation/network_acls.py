# SPDX-License-Identifier: Apache-2.0

"""AWS::EC2::NetworkAcl, its entries and its association with a subnet: moto has them, but not for CloudFormation."""

from moto.core.common_models import CloudFormationModel
from moto.ec2.models import ec2_backends


def install() -> None:
    """Does nothing: moto finds subclasses of its class, as the three below are, by itself."""


class _Resource:
    """The base of the three: moto calls `create`, keeps the returned resource and later calls its `delete`. An update
    replaces the resource, as CloudFormation does for most of their properties."""

    def __init__(self, backend, physical_id: str):
        self._backend = backend
        self.physical_resource_id = physical_id

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        return cls.create(ec2_backends[account_id][region_name], cloudformation_json["Properties"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)


class NetworkACL(_Resource, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EC2::NetworkAcl"

    @classmethod
    def create(cls, backend, properties: dict) -> "NetworkACL":
        return cls(backend, backend.create_network_acl(properties["VpcId"], tags=properties.get("Tags")).id)

    def delete(self, account_id: str, region_name: str) -> None:
        self._backend.delete_network_acl(self.physical_resource_id)


class NetworkACLEntry(_Resource, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EC2::NetworkAclEntry"

    @classmethod
    def create(cls, backend, properties: dict) -> "NetworkACLEntry":
        ports = properties.get("PortRange", {})
        entry = backend.create_network_acl_entry(
            network_acl_id=properties["NetworkAclId"],
            rule_number=int(properties["RuleNumber"]),
            protocol=str(properties["Protocol"]),
            rule_action=properties["RuleAction"],
            egress=properties.get("Egress", False),
            cidr_block=properties["CidrBlock"],
            icmp_code=None,
            icmp_type=None,
            port_range_from=_port(ports.get("From")),
            port_range_to=_port(ports.get("To")),
            ipv6_cidr_block=None,
        )
        resource = cls(backend, f"{entry.network_acl_id}|{entry.rule_number}|{entry.egress}")
        resource._entry = entry
        return resource

    def delete(self, account_id: str, region_name: str) -> None:
        """The ACL may have been deleted already, and the entry with it: moto deletes in any order."""
        entry = self._entry
        if entry.network_acl_id not in self._backend.network_acls:
            return
        self._backend.delete_network_acl_entry(entry.network_acl_id, entry.rule_number, entry.egress)


class SubnetNetworkACLAssociation(_Resource, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EC2::SubnetNetworkAclAssociation"

    @classmethod
    def create(cls, backend, properties: dict) -> "SubnetNetworkACLAssociation":
        subnet = backend.get_subnet(properties["SubnetId"])
        [before] = [
            association
            for acl in backend.network_acls.values()
            for association in acl.associations
            if association.subnet_id == subnet.id
        ]
        made = backend.replace_network_acl_association(before.id, properties["NetworkAclId"])
        return cls(backend, made.id)

    def delete(self, account_id: str, region_name: str) -> None:
        """Gives the subnet the VPC's default ACL again."""
        acls = self._backend.network_acls.values()
        [acl] = [it for it in acls if self.physical_resource_id in it._associations]
        [default] = [it for it in acls if it.default and it.vpc_id == acl.vpc_id]
        self._backend.replace_network_acl_association(self.physical_resource_id, default.id)


def _port(value: str | int | None) -> int | None:
    return None if value is None else int(value)
