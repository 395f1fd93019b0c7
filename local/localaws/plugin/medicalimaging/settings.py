# SPDX-License-Identifier: Apache-2.0

"""Settings of the stand-in, made by the process that serves it."""

from dataclasses import dataclass
from pathlib import Path

# AWS documents a few seconds.
LONGEST_MANIFEST_DELAY = 2.0


@dataclass
class Settings:
    """`manifest_delay` is the time between a job's COMPLETED and its output manifest; the real service may have such a
    delay too."""

    store: Path = Path("healthimaging")
    job_seconds: float = 1.0
    manifest_delay: float = 0.5


settings = Settings()


def configure(store: Path, job_seconds: float) -> None:
    settings.store, settings.job_seconds = store, job_seconds
    settings.manifest_delay = min(job_seconds / 2, LONGEST_MANIFEST_DELAY)
