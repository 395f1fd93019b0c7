# SPDX-License-Identifier: Apache-2.0

"""Instances of synthetic patients."""

from pathlib import Path

import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import UID, generate_uid


def synthetic_instance(path: Path, syntax: UID = pydicom.uid.ExplicitVRLittleEndian, **elements: object) -> Path:
    """A small image; `elements` are added to its elements or replace them. Its fragments do not decode to a picture,
    because nothing on the way decodes them."""
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.SOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID = (generate_uid() for _ in range(3))
    dataset.PatientID, dataset.PatientName, dataset.StudyDate = "SYNTHETIC", "Synthetic^Syntax", "20261123"
    dataset.Rows = dataset.Columns = 16
    dataset.SamplesPerPixel, dataset.PixelRepresentation, dataset.PhotometricInterpretation = 1, 0, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    pixels = bytes(range(256))
    dataset.PixelData = encapsulate([pixels]) if syntax.is_encapsulated else pixels
    dataset["PixelData"].VR = "OB"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path, enforce_file_format=True)
    return path
