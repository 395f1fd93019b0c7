# SPDX-License-Identifier: Apache-2.0

"""Resources of a VPC: moto ignores some of their properties and does not delete most of them with their stack. Then the
VPC stays too, because moto deletes it only when it is empty."""

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.flow_logs import FlowLogs
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.models.subnets import Subnet, SubnetRouteTableAssociation
from moto.ec2.models.vpcs import VPC, VPCEndPoint
from moto.ec2.models.vpn_gateway import VPCGatewayAttachment


def install() -> None:
    attribute = Subnet.get_cfn_attribute
    Subnet.get_cfn_attribute = lambda self, name: self.cidr_block if name == "CidrBlock" else attribute(self, name)
    _keep_attributes_of_a_vpc()
    _make_what_can_be_undone(SubnetRouteTableAssociation, _associate, _disassociate)
    _make_what_can_be_undone(VPCGatewayAttachment, _attach, _detach)
    _delete_with_the_stack()
    _refuse_to_delete_a_vpc_in_use()
    _refuse_endpoints_as_aws_does()


def _keep_attributes_of_a_vpc() -> None:
    create = VPC.create_from_cloudformation_json

    def create_whole(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        vpc = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        properties = cloudformation_json["Properties"]
        vpc.enable_dns_support = properties.get("EnableDnsSupport", True)
        vpc.enable_dns_hostnames = properties.get("EnableDnsHostnames", False)
        return vpc

    VPC.create_from_cloudformation_json = classmethod(create_whole)


def _make_what_can_be_undone(resource_class: type, make, undo) -> None:
    """`make` takes the backend and the properties and returns the resource; `undo` takes the backend and the resource."""

    def create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        return make(ec2_backends[account_id][region_name], cloudformation_json["Properties"])

    def delete(self, account_id: str, region_name: str) -> None:
        undo(ec2_backends[account_id][region_name], self)

    resource_class.create_from_cloudformation_json = classmethod(create)
    resource_class.delete = delete


def _associate(backend, properties: dict) -> SubnetRouteTableAssociation:
    association = SubnetRouteTableAssociation(properties["RouteTableId"], properties["SubnetId"])
    association.id = backend.associate_route_table(properties["RouteTableId"], subnet_id=properties["SubnetId"])
    return association


def _disassociate(backend, association: SubnetRouteTableAssociation) -> None:
    backend.disassociate_route_table(association.id)


def _attach(backend, properties: dict) -> VPCGatewayAttachment:
    return backend.attach_internet_gateway(properties["InternetGatewayId"], properties["VpcId"])


def _detach(backend, attachment: VPCGatewayAttachment) -> None:
    backend.detach_internet_gateway(attachment.gateway_id, attachment.vpc_id)


def _delete_with_the_stack() -> None:
    """Adds `delete` methods: moto calls `delete` on each resource of a stack, and tries again if another resource still
    depends on it."""
    RouteTable.delete = _delete_route_table
    Route.delete = lambda self, *_: self.route_table._routes.pop(self.id)
    InternetGateway.delete = lambda self, *_: self.ec2_backend.delete_internet_gateway(self.id)
    ElasticAddress.delete = lambda self, *_: self.ec2_backend.release_address(allocation_id=self.allocation_id)
    FlowLogs.delete = lambda self, *_: self.ec2_backend.delete_flow_logs([self.id])
    NatGateway.delete = _delete_nat_gateway
    VPCEndPoint.delete = _delete_endpoint


def _delete_route_table(self: RouteTable, account_id: str, region_name: str) -> None:
    users = [it.id for it in self.ec2_backend.vpc_end_points.values() if self.id in (it.route_table_ids or [])]
    if users:
        raise DependencyViolationError(f"The routeTable '{self.id}' has dependencies and cannot be deleted: {users}")
    self.ec2_backend.delete_route_table(self.id)


def _delete_nat_gateway(self: NatGateway, account_id: str, region_name: str) -> None:
    self.ec2_backend.delete_nat_gateway(self.id)
    self.ec2_backend.delete_network_interface(self._eni.id)


def _delete_endpoint(self: VPCEndPoint, account_id: str, region_name: str) -> None:
    self.ec2_backend.delete_vpc_endpoints([self.id])
    # moto would keep listing it as deleted.
    del self.ec2_backend.vpc_end_points[self.id]


def _refuse_to_delete_a_vpc_in_use() -> None:
    """moto checks only subnets and route tables, and does not delete the VPC's default ACL."""
    delete = EC2Backend.delete_vpc

    def delete_if_unused(self: EC2Backend, vpc_id: str) -> VPC:
        acls = [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id]
        users = [
            *(acl.id for acl in acls if not acl.default),
            *(endpoint.id for endpoint in self.vpc_end_points.values() if endpoint.vpc_id == vpc_id),
            *(gateway.id for gateway in self.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id),
        ]
        if users:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted: {users}")
        vpc = delete(self, vpc_id)
        for acl in acls:
            del self.network_acls[acl.id]
        return vpc

    EC2Backend.delete_vpc = delete_if_unused


def _refuse_endpoints_as_aws_does() -> None:
    """An interface endpoint may have at most one subnet in a zone, and its private DNS name needs both DNS attributes
    of the VPC."""
    create = EC2Backend.create_vpc_endpoint

    def create_if_possible(self: EC2Backend, vpc_id: str, endpoint_type: str | None = None, **properties) -> VPCEndPoint:
        zones = [self.get_subnet(subnet).availability_zone for subnet in properties.get("subnet_ids") or []]
        if len(set(zones)) < len(zones):
            raise EC2ClientError("DuplicateSubnetsInSameZone", f"Found another endpoint subnet in the same zone: {zones}")
        vpc = self.get_vpc(vpc_id)
        is_named = endpoint_type == "Interface" and properties.get("private_dns_enabled")
        if is_named and not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
            raise EC2ClientError("InvalidParameter", "Private DNS needs enableDnsSupport and enableDnsHostnames")
        return create(self, vpc_id=vpc_id, endpoint_type=endpoint_type, **properties)

    EC2Backend.create_vpc_endpoint = create_if_possible
