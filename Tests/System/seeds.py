"""Randomness that can be had again: each part of a test draws from a stream of its own, by the test's seed and the part's name."""

import os
import random
from collections.abc import Callable


def seed_of(variable: str) -> int:
    """The seed that the environment asks for, or a new one. A test prints it."""
    return int(os.environ.get(variable) or random.SystemRandom().getrandbits(32))


def stream(seed: int, name: str) -> random.Random:
    return random.Random(f"{seed}/{name}")


def uids(drawn: random.Random) -> Callable[[], str]:
    """Makes UIDs, PS3.5 §B.2."""
    return lambda: f"2.25.{drawn.getrandbits(122)}"
