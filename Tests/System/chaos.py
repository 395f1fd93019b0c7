"""What can go wrong, going wrong: the receiver is killed and frozen, functions are killed, S3 and HealthImaging fail, events
come twice and late."""

import random
import signal
import threading
import time
from collections.abc import Callable

from pipeline import Pipeline
from receiver import Receiver
from schedule import invoke_schedule
from weather import Weather

LEASE_SECONDS = 2
GONE_SECONDS = 3 * LEASE_SECONDS
STARTS = ["ThrottlingException", "ServiceQuotaExceededException", "ConflictException", "InternalServerException"]
JOBS = ["FailJob", "ServerError"]
LOOKS = ["Look:ThrottlingException", "Look:InternalServerException"]


class Chaos:
    """Over a deployed pipeline, until so many kills have been made."""

    def __init__(self, pipeline: Pipeline, weather: Weather, receiver: Receiver):
        self._pipeline, self._weather, self._receiver = pipeline, weather, receiver
        self._ended = threading.Event()
        self.kills = self.freezes = self.outages = self.killed_functions = 0
        self.errors: list[Exception] = []

    def __enter__(self) -> "Chaos":
        self._pipeline.aws.disorder_events(copies=2, seconds=3)
        faults = (self._sweep, self._kill_functions, self._arm)
        self._threads = [threading.Thread(target=self._keep, args=(fault,)) for fault in faults]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        """Everything works again."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._weather.change("calm")
        self._pipeline.aws.disarm()
        self._pipeline.aws.disorder_events(copies=1, seconds=0)

    def run(self, kills: int) -> None:
        """On the main thread, as it starts processes."""
        self._weather.change("storm")
        while self.kills < kills:
            time.sleep(random.uniform(1, 6))
            self._receiver.kill()
            self.kills += 1
            self._receiver.start()
            match self.kills % 10:
                case 2:
                    self._darken(LEASE_SECONDS * 2)
                case 3:
                    self._freeze(GONE_SECONDS + 4)
                case 9:
                    self._darken(GONE_SECONDS + 4)

    def _freeze(self, seconds: float) -> None:
        """Long enough for others to think that the task is gone, which then goes on as if nothing had happened."""
        time.sleep(random.uniform(1, 3))
        self._receiver.signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._receiver.signal(signal.SIGCONT)
        self.freezes += 1
        time.sleep(random.uniform(1, 3))

    def _darken(self, seconds: float) -> None:
        time.sleep(random.uniform(1, 3))
        self._weather.change("dark")
        time.sleep(seconds)
        self._weather.change("storm")
        self.outages += 1
        time.sleep(random.uniform(1, 3))

    def _keep(self, fault: Callable[[], float]) -> None:
        """Does it until the end; it says how long to wait before the next time."""
        try:
            while not self._ended.wait(fault()):
                pass
        except Exception as error:
            self.errors.append(error)

    def _sweep(self) -> float:
        """The schedule, faster than it may be. Two at once, now and then."""
        threads = [
            threading.Thread(target=invoke_schedule, args=(self._pipeline,)) for _ in range(random.choice([1, 1, 2]))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 1

    def _kill_functions(self) -> float:
        self.killed_functions += self._pipeline.aws.kill_functions()
        return random.uniform(0.2, 2)

    def _arm(self) -> float:
        self._pipeline.aws.arm(random.choice([*STARTS, *JOBS, *LOOKS]), random.choice([1, 1, 3]))
        return random.uniform(0.5, 3)


def lead_functions_through(weather: Weather, pipeline: Pipeline) -> None:
    """The functions' S3 is the one that fails, too."""
    functions = pipeline.aws.client("lambda")
    for output in ("TriggerImport", "StartImportJob", "CheckStatus"):
        name = pipeline.outputs[f"{output}FunctionName"]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        variables["AWS_ENDPOINT_URL_S3"] = weather.endpoint
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
