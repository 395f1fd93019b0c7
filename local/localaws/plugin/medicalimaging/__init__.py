"""A stand-in for AWS HealthImaging's import: data stores and DICOM import jobs, on moto's S3.

It is strict where the service is known to be strict and says so where that is a guess: see `acceptance.py`.
"""

from .models import medicalimaging_backends  # noqa: F401
