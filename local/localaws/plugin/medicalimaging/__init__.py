# SPDX-License-Identifier: Apache-2.0

"""A stand-in for the import of AWS HealthImaging: data stores and DICOM import jobs, on moto's S3.

It is strict where the service is known to be strict; guesses are marked as unverified: see `acceptance.py`.
"""

from .models import medicalimaging_backends  # noqa: F401
