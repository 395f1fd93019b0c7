# SPDX-License-Identifier: Apache-2.0

"""AWS::ElasticLoadBalancingV2: moto always creates an application load balancer, and has no attributes for full
names."""

from moto.elbv2.models import FakeLoadBalancer, FakeTargetGroup, elbv2_backends


def install() -> None:
    attribute = FakeLoadBalancer.get_cfn_attribute
    FakeLoadBalancer.create_from_cloudformation_json = classmethod(_create)
    FakeLoadBalancer.get_cfn_attribute = lambda self, name: (
        self.arn.partition("loadbalancer/")[2] if name == "LoadBalancerFullName" else attribute(self, name)
    )
    FakeTargetGroup.get_cfn_attribute = lambda self, name: {
        "TargetGroupFullName": self.arn.rpartition(":")[2],
        "TargetGroupName": self.name,
    }[name]


def _create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs) -> FakeLoadBalancer:
    properties = cloudformation_json["Properties"]
    return elbv2_backends[account_id][region_name].create_load_balancer(
        resource_name,
        properties.get("SecurityGroups"),
        properties["Subnets"],
        scheme=properties.get("Scheme", "internet-facing"),
        loadbalancer_type=properties.get("Type", "application"),
    )
