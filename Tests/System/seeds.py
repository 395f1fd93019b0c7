# SPDX-License-Identifier: Apache-2.0

"""Reproducible randomness: each part of a test draws from its own stream, which depends on the test's seed and the
part's name."""

import os
import random
from collections.abc import Callable


def seed_of(variable: str) -> int:
    """The seed of the environment variable, or a new one. A test prints it."""
    return int(os.environ.get(variable) or random.SystemRandom().getrandbits(32))


def stream(seed: int, name: str) -> random.Random:
    return random.Random(f"{seed}/{name}")


def uids(drawn: random.Random) -> Callable[[], str]:
    """A function that returns UIDs of the form of PS3.5 §B.2."""
    return lambda: f"2.25.{drawn.getrandbits(122)}"
