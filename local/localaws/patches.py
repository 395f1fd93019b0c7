# SPDX-License-Identifier: Apache-2.0

"""The list of all changes to moto, which are installed before its server starts."""

from pathlib import Path

from moto.core.config import default_user_config

from localaws import (
    copy_conditions,
    dynamodb,
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
    functions,
    load_balancers,
    nested_stacks,
    network_acls,
    networks,
    queues,
    ranges,
    state_machines,
    template_urls,
    updates,
)
from localaws.lambda_pool import LambdaPools


def install(pools: LambdaPools, state_dir: Path, job_seconds: float) -> None:
    """Changes moto in this process. Must be called once, before the first request."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    healthimaging.configure(state_dir / "healthimaging", job_seconds)
    lambda_invoke.install(pools)
    log_groups.install()
    s3_events.install()
    copy_conditions.install()
    dynamodb.install()
    fifo_queues.install()
    sqs_poller.install()
    executions.install()
    task_tokens.install()
    buckets.install()
    change_sets.install()
    conditions.install()
    functions.install()
    load_balancers.install()
    nested_stacks.install()
    network_acls.install()
    networks.install()
    queues.install()
    ranges.install()
    state_machines.install()
    template_urls.install()
    updates.install()
    scheduler.start()
