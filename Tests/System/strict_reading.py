# SPDX-License-Identifier: Apache-2.0

"""Checks whether pydicom can read a data set to its end. By itself, pydicom accepts a data set that is cut short, with
or without a warning. Here every value must have the length of its header, and every sequence must have its end."""

import warnings
import zlib
from io import BytesIO

import pydicom.config
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import data_element_generator, read_sequence
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian, UID

LONGEST_HEADER = 8
SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0"


class EndsEarly(Exception):
    """The text says where."""


class _Bytes(BytesIO):
    """pydicom would take an incomplete header at the end of the data for the end of the data set."""

    def read(self, size: int = -1) -> bytes:
        found = super().read(size)
        if 0 < len(found) < size <= LONGEST_HEADER:
            raise EndsEarly(f"a header is cut at {self.tell()}")
        return found


def why_not_to_its_end(data_set: bytes, syntax: UID) -> str:
    """The reason why pydicom cannot read the data set to its end; empty if it can."""
    mode = pydicom.config.settings.reading_validation_mode
    # Otherwise an end of the data inside an item is only a warning.
    pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _read(data_set, syntax)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        pydicom.config.settings.reading_validation_mode = mode
    return ""


def _read(data_set: bytes, syntax: UID) -> None:
    if syntax == DeflatedExplicitVRLittleEndian:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        data_set = inflating.decompress(data_set)
        if not inflating.eof:
            raise EndsEarly("the deflated stream has no end")
    if data_set.endswith((SEQUENCE_DELIMITER, SEQUENCE_DELIMITER[1::-1] + SEQUENCE_DELIMITER[:1:-1])):
        raise EndsEarly("a delimiter lacks its length")
    stream = _Bytes(data_set)
    for element in data_element_generator(stream, syntax.is_implicit_VR, syntax.is_little_endian):
        _check(element)
    if stream.tell() != len(data_set):
        raise EndsEarly(f"pydicom stops at {stream.tell()} of {len(data_set)} bytes")


def _check(element: RawDataElement | DataElement) -> None:
    if isinstance(element, DataElement):
        _check_items(element.value)
        return
    came = len(element.value or b"")
    if element.length not in (came, 0xFFFFFFFF):
        raise EndsEarly(f"{element.tag} has {came} of {element.length} bytes")
    if came and _is_sequence(element):
        _check_items(read_sequence(_Bytes(element.value), element.is_implicit_VR, element.is_little_endian, came, "iso8859"))


def _check_items(items: list[Dataset]) -> None:
    for item in items:
        for element in item.values():
            _check(element)


def _is_sequence(element: RawDataElement) -> bool:
    if element.VR is not None:
        return element.VR == "SQ"
    try:
        return dictionary_VR(BaseTag(element.tag)) == "SQ"
    except KeyError:
        return False
