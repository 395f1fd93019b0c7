# SPDX-License-Identifier: Apache-2.0

"""The list of all changes to moto, which are installed before its server starts."""

import ssl
from pathlib import Path

from moto.core.config import default_user_config

from localaws import (
    copy_conditions,
    dynamodb,
    eventbridge,
    executions,
    fifo_queues,
    healthimaging,
    lambda_invoke,
    log_groups,
    s3_events,
    scheduler,
    sqs_poller,
    task_tokens,
)
from localaws.cloudformation import (
    buckets,
    change_sets,
    conditions,
    event_resources,
    functions,
    load_balancers,
    nested_stacks,
    network_acls,
    networks,
    queues,
    ranges,
    resource_policies,
    state_machines,
    template_urls,
    updates,
)
from localaws.lambda_pool import LambdaPools


def install(pools: LambdaPools, state_dir: Path, job_seconds: float, authorities: ssl.SSLContext) -> None:
    """Changes moto in this process. Must be called once, before the first request. `authorities` are those that
    EventBridge trusts."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    healthimaging.configure(state_dir / "healthimaging", job_seconds)
    lambda_invoke.install(pools)
    log_groups.install()
    s3_events.install()
    copy_conditions.install()
    dynamodb.install()
    fifo_queues.install()
    sqs_poller.install()
    eventbridge.install(authorities)
    executions.install()
    task_tokens.install()
    buckets.install()
    change_sets.install()
    conditions.install()
    event_resources.install()
    functions.install()
    load_balancers.install()
    nested_stacks.install()
    network_acls.install()
    networks.install()
    queues.install()
    ranges.install()
    resource_policies.install()
    state_machines.install()
    template_urls.install()
    updates.install()
    scheduler.start()
