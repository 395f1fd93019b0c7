# SPDX-License-Identifier: Apache-2.0

"""Makes everything fail that can fail: receivers are killed and frozen, functions are killed, S3, HealthImaging and
EventBridge fail, events are lost, duplicated and delayed. A seed determines the faults, but not how the machine
schedules them."""

import random
import signal
import threading
import time
from collections.abc import Callable

from pipeline import Pipeline
from receiver import Receiver
from schedule import invoke_schedule
from seeds import stream
from weather import Weather

LEASE_SECONDS = 2
# Sweeps regard a task as ended after three lease periods.
GONE_SECONDS = 3 * LEASE_SECONDS
STARTS = ["ThrottlingException", "ServiceQuotaExceededException", "ConflictException", "InternalServerException"]
JOBS = ["FailJob", "ServerError"]
LOOKS = ["Look:ThrottlingException", "Look:InternalServerException"]
# EventBridge refuses an event, or accepts it and says that it failed.
REFUSALS = ["InternalFailure", "ThrottlingException", "Unanswered"]


class Chaos:
    """Acts on a deployed pipeline during its `with` block. `lost` is the share of S3's events that are lost."""

    def __init__(self, pipeline: Pipeline, weather: Weather, receivers: list[Receiver], seed: int, lost: float):
        self._pipeline, self._weather, self._receivers, self._seed, self._lost = pipeline, weather, receivers, seed, lost
        self._ended = threading.Event()
        self._frozen: Receiver | None = None
        self._restarts = threading.Lock()
        self.kills = self.freezes = self.outages = self.killed_functions = self.sweeps = 0
        self.errors: list[Exception] = []

    def __enter__(self) -> "Chaos":
        self._pipeline.aws.disorder_events(copies=2, seconds=3, lost=self._lost, seed=self._seed)
        self._weather.change("storm")
        self._pipeline.aws.change_event_delivery(hurry=20, copies=2)
        faults = (self._sweep, self._freeze, self._darken, self._kill_functions, self._arm, self._refuse_events)
        self._threads = [
            threading.Thread(target=self._keep, args=(fault, stream(self._seed, fault.__name__))) for fault in faults
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        """Ends all faults."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._weather.change("calm")
        self._pipeline.aws.disarm()
        self._pipeline.aws.disarm_events()
        self._pipeline.aws.disorder_events(copies=1, seconds=0)

    def run(self, kills: int) -> None:
        """Makes `kills` kills, and continues until every kind of fault has happened at least once. For the main thread
        only, because it starts processes."""
        drawn = stream(self._seed, "kills")
        while not self.errors and (self.kills < kills or 0 in (self.freezes, self.outages, self.killed_functions)):
            time.sleep(drawn.uniform(1, 6))
            with self._restarts:
                receiver = drawn.choice([receiver for receiver in self._receivers if receiver is not self._frozen])
                receiver.kill()
                receiver.start()
            self.kills += 1

    def _keep(self, fault: Callable[[random.Random], float], drawn: random.Random) -> None:
        """Repeats the fault until the end. The fault returns the seconds to wait before the next time."""
        try:
            while not self._ended.wait(fault(drawn)):
                pass
        except Exception as error:
            self.errors.append(error)

    def _freeze(self, drawn: random.Random) -> float:
        """Stops a receiver so long that sweeps regard its task as ended; then it continues."""
        with self._restarts:
            self._frozen = drawn.choice(self._receivers)
        self._frozen.signal(signal.SIGSTOP)
        self._ended.wait(GONE_SECONDS + drawn.uniform(1, 3))
        self._frozen.signal(signal.SIGCONT)
        self._frozen = None
        self.freezes += 1
        return drawn.uniform(5, 20)

    def _darken(self, drawn: random.Random) -> float:
        """Makes S3 unreachable for longer than a lease, and sometimes so long that sweeps regard the tasks as ended."""
        if self._ended.wait(drawn.uniform(1, 6)):
            return 0
        self._weather.change("dark")
        self._ended.wait(drawn.uniform(LEASE_SECONDS, GONE_SECONDS + 2))
        self._weather.change("storm")
        self.outages += 1
        return drawn.uniform(0, 30)

    def _sweep(self, drawn: random.Random) -> float:
        """Sweeps more often than the schedule allows, sometimes twice at once."""
        count = drawn.choice([1, 1, 2])
        threads = [threading.Thread(target=invoke_schedule, args=(self._pipeline,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.sweeps += count
        return 1

    def _kill_functions(self, drawn: random.Random) -> float:
        self.killed_functions += self._pipeline.aws.kill_functions()
        return drawn.uniform(0.2, 2)

    def _arm(self, drawn: random.Random) -> float:
        self._pipeline.aws.arm(drawn.choice([*STARTS, *JOBS, *LOOKS]), drawn.choice([1, 1, 3]))
        return drawn.uniform(0.5, 3)

    def _refuse_events(self, drawn: random.Random) -> float:
        self._pipeline.aws.arm_events(drawn.choice(REFUSALS), drawn.choice([1, 1, 3]))
        return drawn.uniform(0.5, 3)


def lead_functions_through(weather: Weather, pipeline: Pipeline, **settings: str) -> None:
    """Makes the functions use the failing S3 too. `settings` are further variables for them."""
    functions = pipeline.aws.client("lambda")
    for output in ("TriggerImport", "StartImportJob", "CheckStatus"):
        name = pipeline.outputs[f"{output}FunctionName"]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        variables |= {"AWS_ENDPOINT_URL_S3": weather.endpoint, **settings}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
