# SPDX-License-Identifier: Apache-2.0

"""Kills the functions of a pipeline again and again."""

import random
import threading

from pipeline import Pipeline

SHORTEST_PAUSE, LONGEST_PAUSE = 0.3, 2


class KilledFunctions:
    """Kills during its `with` block. The seed determines the pauses."""

    def __init__(self, pipeline: Pipeline, seed: int):
        self._pipeline, self._drawn = pipeline, random.Random(f"{seed}/killed functions")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.count = 0

    def __enter__(self) -> "KilledFunctions":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._drawn.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)):
            self.count += self._pipeline.aws.kill_functions()
