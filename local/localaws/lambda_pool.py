# SPDX-License-Identifier: Apache-2.0

"""Runs a deployed function's zip. Each deployed version has a bounded pool of emulators; each call uses one of them.

When all are in use, a call waits. The real service would answer TooManyRequestsException at the account's limit.
"""

import io
import json
import logging
import os
import queue
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

from localaws import log_groups
from localaws.emulator import Emulator, EmulatorError

LOG = logging.getLogger("localaws.lambda")
LOST_AFTER = ("Sandbox.Timedout", "Lambda.ServiceException", "Runtime.ExitError", "Runtime.InvalidEntrypoint")
INHERITED = ("PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR")
TIMEOUT_MARGIN_SECONDS = 5


@dataclass(frozen=True)
class Result:
    """A function's answer. `failed` means that it reported an error, exited, or exceeded its time limit."""

    payload: bytes
    failed: bool

    @classmethod
    def failure(cls, error_type: str, message: str) -> "Result":
        return cls(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), failed=True)


class LambdaPool:
    """The emulators of one version of one function. `function` is moto's LambdaFunction."""

    def __init__(self, function, binary: Path, state_dir: Path, concurrency: int):
        self._binary = binary
        self._timeout = int(function.timeout)
        self._folder = state_dir / "functions" / f"{function.function_name}-{function.code_digest[-12:]}"
        self._log = state_dir / "logs" / f"{function.function_name}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        _unpack(function.code_bytes, self._folder)
        self._environment = environment(function, self._folder)
        group = self._environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        log_groups.files.follow(function.account_id, function.region, group, self._log)
        # None is the right to start an emulator. Idle emulators are taken first.
        self._places: queue.LifoQueue[Emulator | None] = queue.LifoQueue()
        for _ in range(concurrency):
            self._places.put(None)
        self._running: set[Emulator] = set()
        self._busy: set[Emulator] = set()
        self.invocations = 0
        self._ended = False
        self._lock = threading.Lock()

    def invoke(self, payload: bytes) -> Result:
        emulator = self._places.get()
        try:
            emulator = emulator or self._start()
            with self._lock:
                self.invocations += 1
                self._busy.add(emulator)
            answer = emulator.invoke(payload, self._timeout + TIMEOUT_MARGIN_SECONDS)
            result = interpret(answer)
        except EmulatorError as error:
            result = Result.failure("Lambda.ServiceException", str(error))
            answer = b""
        with self._lock:
            self._busy.discard(emulator)
        if emulator and (not answer or _environment_is_lost(result)):
            self._stop(emulator)
            emulator = None
        self._places.put(emulator)
        return result

    def kill(self) -> int:
        """Kills the emulators that are running an invocation. Returns their number."""
        with self._lock:
            busy = list(self._busy)
        for emulator in busy:
            emulator.kill()
        return len(busy)

    def stop(self) -> None:
        """Stops every emulator. Running calls fail, and no emulator is started afterwards."""
        with self._lock:
            self._ended = True
            running = list(self._running)
        for emulator in running:
            self._stop(emulator)

    def _start(self) -> Emulator:
        with self._lock:
            if self._ended:
                raise EmulatorError("the function's pool has ended")
            emulator = Emulator(self._binary, self._folder, self._environment, self._log)
            self._running.add(emulator)
            return emulator

    def _stop(self, emulator: Emulator) -> None:
        emulator.stop()
        with self._lock:
            self._running.discard(emulator)


class LambdaPools:
    """The pools of all functions. When a function is deployed again, it gets a new pool, and the old one is stopped."""

    def __init__(self, binary: Path, state_dir: Path, concurrency: int):
        self._binary, self._state_dir, self._concurrency = binary, state_dir, concurrency
        self._pools: dict[str, tuple[str, LambdaPool]] = {}
        self._lock = threading.Lock()

    def invoke(self, function, payload: bytes) -> Result:
        return self._pool(function).invoke(payload)

    def kill(self) -> int:
        """Kills every function that is running an invocation. Returns their number."""
        return sum(pool.kill() for pool in self._current().values())

    def invocations(self) -> dict[str, int]:
        """The number of invocations of each function."""
        return {arn.rpartition(":")[2]: pool.invocations for arn, pool in self._current().items()}

    def _current(self) -> dict[str, LambdaPool]:
        with self._lock:
            return {arn: pool for arn, (_, pool) in self._pools.items()}

    def _pool(self, function) -> LambdaPool:
        version = json.dumps([function.code_sha_256, function.timeout, function.environment_vars], sort_keys=True)
        with self._lock:
            deployed, pool = self._pools.get(function.function_arn, (None, None))
            if deployed != version:
                if pool:
                    pool.stop()
                pool = LambdaPool(function, self._binary, self._state_dir, self._concurrency)
                self._pools[function.function_arn] = (version, pool)
                LOG.info("function %s is ready to run", function.function_name)
            return pool

    def __enter__(self) -> "LambdaPools":
        return self

    def __exit__(self, *_) -> None:
        with self._lock:
            for _, pool in self._pools.values():
                pool.stop()


def interpret(answer: bytes) -> Result:
    """Recognises failures by the body, because the emulator always answers 200 without `X-Amz-Function-Error`."""
    if answer.startswith(b"Task timed out"):
        return Result.failure("Sandbox.Timedout", answer.decode())
    try:
        value = json.loads(answer)
    except ValueError:
        return Result.failure("Lambda.ServiceException", f"expected JSON from the emulator, got {answer[:80]!r}")
    return Result(answer, failed=isinstance(value, dict) and {"errorType", "errorMessage"} <= value.keys())


def environment(function, folder: Path) -> dict[str, str]:
    """The variables that Lambda sets, those that lead to this AWS, and the function's own."""
    logging_config = getattr(function, "logging_config", {})
    group = logging_config.get("LogGroup", function.logs_group_name)
    platform = {
        "_HANDLER": str(function.handler),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['MOTO_PORT']}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": logging_config.get("LogFormat", "Text"),
        "AWS_LAMBDA_LOG_GROUP_NAME": group,
        "AWS_LAMBDA_LOG_LEVEL": logging_config.get("ApplicationLogLevel", "INFO"),
        "AWS_LAMBDA_LOG_STREAM_NAME": "local/[$LATEST]",
        "AWS_REGION": function.region,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "LAMBDA_TASK_ROOT": str(folder),
        "TZ": ":UTC",
    }
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **platform, **function.environment_vars}


def _environment_is_lost(result: Result) -> bool:
    """Whether Lambda too would discard the execution environment after this failure."""
    return result.failed and json.loads(result.payload)["errorType"] in LOST_AFTER


def _unpack(code: bytes, folder: Path) -> None:
    """Unpacks the zip and makes `bootstrap` executable: zips that Python wrote carry no permissions."""
    # A process of an earlier pool may still run it; the kernel refuses to write into a running program.
    (folder / "bootstrap").unlink(missing_ok=True)
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        archive.extractall(folder)
    (folder / "bootstrap").chmod(0o755)
