# SPDX-License-Identifier: Apache-2.0

"""Step Functions: executions without a name get one, only one caller can take a name, clients are created once, and
`$$.State.EnteredTime` has the service's format.

moto checks a name and then takes it without a lock, so two simultaneous events would start the execution twice. It also
creates a boto3 client for each task from the default session, which is slow and not thread-safe.
"""

import functools
import threading
import uuid
from datetime import datetime, timezone

from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
    state_task_service_dynamodb,
    state_task_service_events,
    state_task_service_sqs,
)
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

_starting = threading.Lock()
_making_clients = threading.Lock()


def install() -> None:
    start = StepFunctionsParserBackend.start_execution

    def start_execution(self, state_machine_arn, name=None, execution_input=None, trace_header=None):
        with _starting:
            return start(self, state_machine_arn, name or str(uuid.uuid4()), execution_input or "{}", trace_header)

    StepFunctionsParserBackend.start_execution = start_execution

    make = functools.lru_cache(boto_client.boto_client_for)

    def client(region, service, state_credentials=None):
        with _making_clients:
            return make(region, service)

    services = (
        *(state_task_service_aws_sdk, state_task_service_dynamodb, state_task_service_events, state_task_service_sqs),
    )
    for module in (boto_client, lambda_eval_utils, *services):
        module.boto_client_for = client

    state_data = state.StateData

    def entered_now(EnteredTime: str, Name: str):
        return state_data(EnteredTime=f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z", Name=Name)

    state.StateData = entered_now
