# SPDX-License-Identifier: Apache-2.0

"""HealthImaging's warnings about instances that it imports: those of the documented codes that this stand-in checks."""

import re

from pydicom.dataset import FileDataset

from .acceptance import UIDS

MALFORMED_UID, LONG_VALUE, OTHER_SYNTAX, OFFSET_TABLE = 45570, 45571, 45344, 45330
# The service's names and messages for them are unverified.
TYPES = {
    MALFORMED_UID: "INVALID_UID",
    LONG_VALUE: "INVALID_VALUE_LENGTH",
    OTHER_SYNTAX: "UNSUPPORTED_TRANSFER_SYNTAX",
    OFFSET_TABLE: "INVALID_OFFSET_TABLE",
}
UID = re.compile(r"(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))*")
MAXIMUM_LENGTH = 256
LONG_VALUES = ("StudyID", "StudyDescription", "PatientID")
JPEG = (50, 51, 57, 70, 80, 81, 90, 91, 92, 93, *range(100, 109), 112, 201, 202, 203)
FRAGMENTABLE = range(100, 107)
SYNTAXES = {
    *(f"1.2.840.10008.1.2{rest}" for rest in ("", ".1", ".1.99", ".2", ".5")),
    *(f"1.2.840.10008.1.2.4.{number}" for number in JPEG),
    *(f"1.2.840.10008.1.2.4.{number}.1" for number in FRAGMENTABLE),
}


def warning(code: int, message: str) -> dict:
    return {"warning_reason_code": code, "type": TYPES[code], "message": message}


def warnings_about(dataset: FileDataset) -> list[dict]:
    """The warnings in the form in which lines of WARNING hold them."""
    found = [
        warning(MALFORMED_UID, f"{keyword} has the value '{dataset.get(keyword)}', which is not a UID")
        for keyword in UIDS
        if not UID.fullmatch(str(dataset.get(keyword)))
    ]
    for keyword in LONG_VALUES:
        value = str(dataset.get(keyword) or "")
        if len(value) > MAXIMUM_LENGTH:
            found.append(warning(LONG_VALUE, f"{keyword} has the value '{value}', which is longer than {MAXIMUM_LENGTH}"))
    if dataset.file_meta.TransferSyntaxUID not in SYNTAXES:
        found.append(warning(OTHER_SYNTAX, f"{dataset.file_meta.TransferSyntaxUID}: the pixel data is kept as it is"))
    return found
