# SPDX-License-Identifier: Apache-2.0

"""HealthImaging, which moto lacks. The package in `plugin/` becomes `moto.medicalimaging`, and moto finds it like its
own packages.

Importing this module is enough. `resource` is imported because moto's CloudFormation finds resources by their classes.
"""

import re
from pathlib import Path

import moto
from moto import backend_index

moto.__path__.append(str(Path(__file__).parent / "plugin"))
backend_index.backend_url_patterns.append(
    ("medicalimaging", re.compile(r"https?://(runtime-)?medical-imaging\.(.+)\.amazonaws\.com"))
)

from moto.medicalimaging import resource, settings  # noqa: E402, F401
from moto.medicalimaging.faults import faults  # noqa: E402, F401
from moto.medicalimaging.instances import instances  # noqa: E402, F401
from moto.medicalimaging.quotas import quotas  # noqa: E402, F401


def configure(store: Path, job_seconds: float) -> None:
    """`store` receives the imported objects; an import job takes `job_seconds`."""
    settings.configure(store, job_seconds)
