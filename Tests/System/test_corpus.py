# SPDX-License-Identifier: Apache-2.0

"""Sends the DICOM files inside wheels on PyPI, each data set unchanged, to four receivers: this one, DCMTK's storescp
parsing them, storescp keeping their bytes, and pynetdicom. `make corpus` prints the answers."""

import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from corpus import CorpusFile, corpus
from part10 import data_set_of
from raw_sender import RawSender
from seeds import stream
from storage_peers import pynetdicom_receiver, storescp
from strict_reading import why_not_to_its_end

pytestmark = pytest.mark.pipeline
CUTS = 5
# Some of the files have the same UIDs, and so do the pieces of a file.
SETTINGS = {"STORAGE_FSYNC": "false", "MAXIMUM_REPEATS": "1000"}
SEED = 20261129
# Files that DCMTK or pynetdicom accept and this receiver refuses, with the answer to the sender. There are no other
# reasons for that.
WRONG_VR = r"C000H \(0008,0008\) has no VR, expected Explicit VR"
LACKS_UID = r"C000H The data set has no (SOP Class|SOP Instance|Study Instance|Series Instance) UID \(....,....\)"
MALFORMED_UID = r"0117H \(0000,1000\) is not a UID"
CUT_SHORT = r"C000H Cut in \(....,....\)"
REFUSED = {
    "dicom/dicom/testfiles/priv_SQ.dcm": LACKS_UID,
    "nibabel/nibabel/nicom/tests/data/decimal_rescale.dcm": LACKS_UID,
    "pydicom/data/charset_files/chrSQEncoding.dcm": LACKS_UID,
    "pydicom/data/charset_files/chrSQEncoding1.dcm": LACKS_UID,
    "pydicom/data/test_files/JPEGLSNearLossless_08.dcm": LACKS_UID,
    "pydicom/data/test_files/JPEGLSNearLossless_16.dcm": LACKS_UID,
    "pydicom/data/test_files/SC_rgb_jls_lossy_line.dcm": LACKS_UID,
    "pydicom/data/test_files/SC_rgb_jls_lossy_sample.dcm": LACKS_UID,
    "pydicom/data/test_files/UN_sequence.dcm": LACKS_UID,
    "pydicom/data/test_files/no_meta_group_length.dcm": LACKS_UID,
    "pydicom/data/test_files/priv_SQ.dcm": LACKS_UID,
    "pydicom/data/test_files/SC_rgb_jpeg.dcm": WRONG_VR,
    "pydicom_data/data_store/data/bad_sequence.dcm": MALFORMED_UID,
    "pydicom/data/test_files/MR_truncated.dcm": CUT_SHORT,
    "pydicom/data/test_files/rtplan_truncated.dcm": CUT_SHORT,
    "pydicom_data/data_store/data/emri_small_jpeg_2k_lossless_too_short.dcm": CUT_SHORT,
}
ITEM = {True: b"\xfe\xff\x00\xe0", False: b"\xff\xfe\xe0\x00"}


@dataclass(frozen=True)
class Row:
    """The answers to a file."""

    file: CorpusFile
    answer: str
    parsing: str
    preserving: str
    pynetdicom: str
    is_stored_as_sent: bool

    @property
    def peers(self) -> tuple[str, str, str]:
        return self.parsing, self.preserving, self.pynetdicom

    def __str__(self) -> str:
        reading = why_not_to_its_end(self.file.data_set, self.file.transfer_syntax) or "to its end"
        return f"| {self.file.name} | {self.answer} | {' | '.join(self.peers)} | {reading} |"


def send(port: int, file: CorpusFile, data_set: bytes) -> str:
    """Sends a data set. Returns the status and the comment, if there is an answer."""
    with RawSender(port) as sender:
        if not sender.associate(syntax=file.transfer_syntax.encode(), sop_class=file.sop_class.encode()):
            return "context refused"
        return str(sender.store_data_set(data_set, file.sop_instance.encode(), file.sop_class.encode()) or "aborted")


def takes(answer: str) -> bool:
    return answer.startswith("0000H")


def is_stored(folder: Path, file: CorpusFile) -> bool:
    """Whether one of the stored files of this instance has this data set: several files of the corpus have the same
    UID."""
    return any(data_set_of(path.read_bytes()) == file.data_set for path in folder.rglob(f"{file.sop_instance}*.dcm"))


def send_all(receiver, folder: Path, files: list[CorpusFile]) -> list[tuple[str, bool]]:
    """Sends the files. Returns each answer, and whether an acknowledged file is stored as it was sent."""
    results = []
    for file in files:
        answer = send(receiver.port, file, file.data_set)
        results.append((answer, takes(answer) and is_stored(folder, file)))
    return results


@pytest.fixture(scope="module")
def files() -> list[CorpusFile]:
    return corpus()


@pytest.fixture
def rows(folder_receiver, tmp_path, files) -> list[Row]:
    receiver = folder_receiver(**SETTINGS)
    with (
        storescp(tmp_path / "parsing") as parsing,
        storescp(tmp_path / "preserving", "--bit-preserving") as preserving,
        pynetdicom_receiver() as pynetdicom,
        ThreadPoolExecutor(4) as pool,
    ):
        own = pool.submit(send_all, receiver, tmp_path / "storage", files)
        others = [
            pool.submit(lambda port: [send(port, file, file.data_set) for file in files], port)
            for port in (parsing, preserving, pynetdicom)
        ]
        columns = zip(files, own.result(), *(other.result() for other in others), strict=True)
    return [Row(file, answer, *peers, is_stored_as_sent) for file, (answer, is_stored_as_sent), *peers in columns]


def test_files_that_other_receivers_accept_are_accepted_and_stored_as_sent(rows):
    print("\n| file | this receiver | storescp | storescp +B | pynetdicom | pydicom reads |\n|---|---|---|---|---|---|")
    print("\n".join(map(str, rows)))
    print(f"{sum(takes(row.answer) for row in rows)} of {len(rows)} files are taken")
    refused = {row.file.name: row.answer for row in rows if not takes(row.answer) and any(map(takes, row.peers))}
    assert {name: answer for name, answer in refused.items() if not re.match(REFUSED.get(name, "never"), answer)} == {}
    assert set(REFUSED) == set(refused)
    assert [row.file.name for row in rows if takes(row.answer) and not row.is_stored_as_sent] == []


def cuts(drawn: random.Random, file: CorpusFile) -> list[bytes]:
    """Beginnings of a data set: without the end of its last element, up to the middle of an item if there is one, and
    up to random places."""
    content = file.data_set
    ends = [len(content) - drawn.randint(1, min(64, len(content) - 1))]
    items = [match.start() for match in re.finditer(re.escape(ITEM[file.transfer_syntax.is_little_endian]), content)]
    if items:
        ends.append(min(drawn.choice(items) + drawn.randint(1, 64), len(content) - 1))
    while len(ends) < CUTS:
        ends.append(drawn.randrange(1, len(content)))
    return [content[:end] for end in ends]


def test_pydicom_cannot_read_to_the_end_what_is_refused_as_incomplete(folder_receiver, files):
    receiver = folder_receiver(INCOMPLETE_DATA_SETS="store", **SETTINGS)
    answers: Counter[tuple[str, str]] = Counter()
    wrong = []
    for file in files:
        for content in [file.data_set, *cuts(stream(SEED, file.name), file)]:
            answer = send(receiver.port, file, content)
            if answer == "context refused":
                break
            reading = why_not_to_its_end(content, file.transfer_syntax)
            if answer.startswith("B007H") and not reading:
                wrong.append((file.name, len(content), len(file.data_set), answer))
            answers[answer[:5], "not to its end" if reading else "to its end"] += 1
            if takes(answer) and reading:
                print(f"stored as whole: {file.name} {len(content)} of {len(file.data_set)} bytes: {reading}")
    print(f"\nseed {SEED}: answers to whole and cut data sets, and how pydicom reads them")
    for (answer, reading), count in sorted(answers.items()):
        print(f"| {answer} | {reading} | {count} |")
    assert wrong == []
    assert answers["B007H", "not to its end"] > 0
