# SPDX-License-Identifier: Apache-2.0

"""Step Functions: a token for each attempt of a task that waits for an answer, and the answers to these tokens.

moto uses one token for all attempts of a state, so a retry ends at once with the answer to the previous attempt. It
also loses the cause of a failure, accepts a second answer to a token, answers an unknown token with an internal error,
and keeps a stopped execution waiting.
"""

from moto.core.exceptions import ServiceException
from moto.core.responses import EmptyResult
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse


class InvalidToken(ServiceException):
    code = "InvalidToken"
    message = "Invalid Token: 'Invalid token'"


class TaskTimedOut(ServiceException):
    code = "TaskTimedOut"
    message = "Task Timed Out: 'Provided task does not exist anymore'"


def install() -> None:
    evaluate = StateTaskServiceCallback._eval_execution
    stop, set_error = ExecutionWorker.stop, Environment.set_error

    def evaluate_under_a_new_token(self: StateTaskServiceCallback, env: Environment) -> None:
        if self._is_integration_pattern():
            env.callback_pool_manager.add(env.states.context_object.update_task_token())
        evaluate(self, env)

    def stop_waiting(self: ExecutionWorker, *arguments, **named) -> None:
        stop(self, *arguments, **named)
        for endpoint in list(self.env.callback_pool_manager._pool.values()):
            endpoint.interrupt_all()

    def set_error_of_what_runs(self: Environment, error) -> None:
        if not isinstance(self.program_state(), ProgramStopped):
            set_error(self, error)

    def send_task_success(self: StepFunctionResponse) -> EmptyResult:
        token = self._get_param("taskToken")
        return _answer(self.stepfunction_backend, CallbackOutcomeSuccess(token, self._get_param("output")))

    def send_task_failure(self: StepFunctionResponse) -> EmptyResult:
        token = self._get_param("taskToken")
        failure = CallbackOutcomeFailure(token, self._get_param("error"), self._get_param("cause"))
        return _answer(self.stepfunction_backend, failure)

    StateTaskServiceCallback._eval_execution = evaluate_under_a_new_token
    ExecutionWorker.stop = stop_waiting
    Environment.set_error = set_error_of_what_runs
    StepFunctionResponse.send_task_success = send_task_success
    StepFunctionResponse.send_task_failure = send_task_failure


def _answer(backend: StepFunctionsParserBackend, outcome: CallbackOutcome) -> EmptyResult:
    endpoint = _endpoint(backend, outcome.callback_id)
    if endpoint is None:
        raise InvalidToken()
    # Set by an answer, and when the wait ends without one.
    if endpoint._notify_event.is_set():
        raise TaskTimedOut()
    endpoint.notify(outcome)
    return EmptyResult()


def _endpoint(backend: StepFunctionsParserBackend, token: str) -> CallbackEndpoint | None:
    for execution in backend._get_executions(ExecutionStatus.RUNNING):
        # An execution that is just being started has no environment yet.
        environment = execution.exec_worker and execution.exec_worker.env
        if environment and (endpoint := environment.callback_pool_manager.get(token)):
            return endpoint
    return None
