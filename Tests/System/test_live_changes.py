# SPDX-License-Identifier: Apache-2.0

"""What happens to a live stack when its parameters change, as far as the template and AWS's schemas determine it."""

import re

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from evaluation import LOAD_BALANCERS, Evaluation
from templates import RECEIVER, task_environment


@pytest.mark.parametrize("ranges", ["", "10.0.0.0/24,10.0.1.0/24"])
def test_with_ranges_the_tasks_do_not_change_when_the_load_balancer_begins_to_send_the_header(ranges):
    attributes = RECEIVER["Resources"]["TargetGroup"]["Properties"]["TargetGroupAttributes"]
    [sent] = [it["Value"] for it in attributes if it["Key"] == "proxy_protocol_v2.enabled"]
    names = ("PROXY_PROTOCOL", "PROXY_PROTOCOL_FROM")
    told = {}
    for enabled in ("true", "false"):
        evaluation = Evaluation(RECEIVER, {"EnableProxyProtocol": enabled, "ProxyProtocolFrom": ranges})
        assert evaluation.of(sent) == enabled
        told[enabled] = tuple(evaluation.of(task_environment()[name]) for name in names)
    if ranges:
        assert told == dict.fromkeys(told, ("auto", ranges))
    else:
        assert told == {"true": ("true", ""), "false": ("false", "")}


def replacing_properties(resource: str) -> set[str]:
    """The properties whose change makes CloudFormation replace the resource, according to AWS's own schema."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", RECEIVER["Resources"][resource]["Type"]).schema
    return {pointer.removeprefix("/properties/") for pointer in schema["createOnlyProperties"]}


def test_a_load_balancer_that_is_replaced_takes_its_target_group_with_it():
    """`InternetFacing` is the load balancer's scheme. A target group can belong to only one load balancer."""
    assert "Scheme" in replacing_properties("LoadBalancer")
    assert "LoadBalancerArn" in replacing_properties("SCPListener")
    assert "Name" in replacing_properties("TargetGroup")
    # The service, whose name must be unique, is kept and changes its target group.
    assert {"ServiceName", "LoadBalancers"} & replacing_properties("Service") == {"ServiceName"}
    name = RECEIVER["Resources"]["TargetGroup"]["Properties"]["Name"]
    ids = ("50dc6c495c0c9188", "0123456789abcdef")
    names = [Evaluation(RECEIVER, {"LoadBalancer": f"{LOAD_BALANCERS}/dicom-LoadB-1A2B3C/{it}"}).of(name) for it in ids]
    assert names == [f"receivers-{it}" for it in ids]
    assert all(re.fullmatch(r"[a-zA-Z0-9-]{1,32}", it) for it in names)
