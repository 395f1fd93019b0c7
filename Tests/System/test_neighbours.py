# SPDX-License-Identifier: Apache-2.0

"""Hostile neighbours: whatever peer A does, peer B is served, and A gets the answer that docs/configuration.md
documents.

These tests measure nothing; `SUITES=neighbours scripts/bench-scp` does.
"""

import contextlib
import itertools
import random
import signal
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian
from pynetdicom import AE
from raw_sender import DEFLATED, RawSender, associate_request, data, data_set, store_command
from receiver import Receiver
from test_crowd import AT_START, MIB, PER_IDLE, peak_rss
from waiting import wait_for

pytestmark = [pytest.mark.pipeline, pytest.mark.alone]
A, B = "127.0.0.2", "127.0.0.1"
KIB = 1 << 10
IMAGES, PIXELS = 10, 100_000
ABORT = b"\x07\0\0\0\0\x04\0\0\0\0"
OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0xA700, 0xC000
DISPLACED = "aborted by us: others needed its place: "


def ends(receiver: Receiver) -> list[str]:
    """The end of each association that has ended so far."""
    return [line["end"] for line in receiver.log_lines("association ended")]


def serve_b(receiver: Receiver) -> None:
    """B sends each image over a new association; neither a place nor memory may be missing."""
    for number in range(1, IMAGES + 1):
        with RawSender(receiver.port, B) as sender:
            sender.associate()
            assert sender.store(number, PIXELS) == 0


def private_element(claimed: int, sent: int) -> bytes:
    """The beginning of a private element that comes before every UID that the receiver needs."""
    return struct.pack("<HH2sHI", 8, 1, b"UN", 0, claimed) + bytes(sent)


def send_part(sender: RawSender, content: bytes) -> None:
    for start in range(0, len(content), 65536):
        sender.send(data(3, 0, content[start : start + 65536]))


@contextlib.contextmanager
def attacking(attack: Callable[[threading.Event], None], count: int) -> Iterator[None]:
    """Runs an attack on `count` threads, which end when the event is set. An error in a thread is raised here."""
    stop = threading.Event()
    with ThreadPoolExecutor(count) as pool:
        attackers = [pool.submit(attack, stop) for _ in range(count)]
        try:
            yield
        finally:
            stop.set()
        for attacker in attackers:
            attacker.result()


def tricklers(receiver: Receiver, count: int, content: bytes) -> contextlib.AbstractContextManager[None]:
    """Associations of A that send this content of a data set and then hardly anything."""

    def attack(stop: threading.Event) -> None:
        with contextlib.suppress(OSError), RawSender(receiver.port, A) as sender:
            sender.associate()
            sender.send(data(3, 3, store_command(1)))
            send_part(sender, content)
            while not stop.wait(0.3):
                sender.send(data(3, 0, bytes(100)))

    return attacking(attack, count)


@pytest.fixture
def s3_receiver(folder_receiver, slow_s3):
    """A receiver that stores into a fast S3; bytes that are not sent to S3 yet are held in memory."""
    slow_s3.delay = 0

    def start(**settings: str) -> Receiver:
        return folder_receiver(
            DICOM_BUCKET="fast", IMPORT_UNIT="instance", AWS_ENDPOINT_URL_S3=slow_s3.endpoint, **settings
        )

    return start


def test_held_headers_that_trickle(s3_receiver):
    """A holds the maximum number of bytes before its UIDs, on more associations than memory allows; its slowest
    association is ended to make room."""
    receiver = s3_receiver(MAXIMUM_BUFFER_BYTES=str(8 * MIB))
    header = private_element(2 * MIB - KIB, 2 * MIB - 64 * KIB)
    with RawSender(receiver.port, A) as slowest:
        slowest.associate()
        slowest.send(data(3, 3, store_command(1)))
        send_part(slowest, header)
        with tricklers(receiver, 8, header):
            serve_b(receiver)
            # Its memory was given to another association; the rest of its data set is dropped and answered.
            wait_for("the slowest to lose its memory", lambda: receiver.log_lines("instance refused"))
            slowest.send(data(3, 2, b"\0\0"))
            assert slowest.status() == OUT_OF_RESOURCES
        # It continues to send, but its bytes are dropped.
        slowest.send(data(3, 3, store_command(2)))
        send_part(slowest, header)
        with tricklers(receiver, 8, header):
            deadline = time.monotonic() + 60
            while not slowest.hears_within(0.5):
                assert time.monotonic() < deadline, "nothing was done about a peer that holds memory again"
                slowest.send(data(3, 0, b"\0\0"))
            assert slowest.pdu() == ABORT
            serve_b(receiver)
    wait_for("the line of it", lambda: "aborted by us: the peer took more than its share" in ends(receiver))


def test_trickling_parts(s3_receiver):
    """A holds almost a full part of each of many objects."""
    receiver = s3_receiver(MAXIMUM_BUFFER_BYTES=str(16 * MIB))
    with tricklers(receiver, 8, data_set(1, pixels=6 * MIB)[: 5 * MIB - 100 * KIB]):
        serve_b(receiver)
        refused = wait_for("a trickler to lose its memory", lambda: receiver.log_lines("instance refused"))
        assert refused[0]["status"] == "A700H"
        assert refused[0]["reason"] == "Sent too slowly while others needed memory, send it again"
        serve_b(receiver)


def test_a_header_that_is_too_long(folder_receiver):
    receiver = folder_receiver(MAXIMUM_HEADER_BYTES=str(100 * KIB))
    with RawSender(receiver.port, A) as sender:
        sender.associate()
        for number, (count, expected) in enumerate([(90, 0), (101, CANNOT_UNDERSTAND)], 1):
            sender.send(data(3, 3, store_command(number)))
            send_part(sender, private_element(count * KIB, count * KIB))
            sender.send(data(3, 2, data_set(number)))
            assert sender.status() == expected
        # An error that may be a mistake does not end the association.
        assert sender.store(3) == 0


def repeated(attack: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
    """Repeats the attack on four threads."""

    def loop(stop: threading.Event) -> None:
        while not stop.is_set():
            attack()

    return attacking(loop, 4)


def deflate(content: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


@pytest.mark.parametrize(
    "bomb",
    [
        struct.pack("<HH2sH", 9, 0x10, b"LO", 0) * 4_000_000,
        struct.pack("<HH2sHI", 9, 0x10, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 4_000_000,
        private_element(24 * MIB, 24 * MIB),
    ],
    ids=["elements", "items", "zeros"],
)
def test_deflate_bombs(folder_receiver, bomb):
    receiver = folder_receiver()
    content = deflate(bomb)
    assert len(content) < 64 * KIB

    def attack() -> None:
        with RawSender(receiver.port, A) as sender:
            sender.associate(syntax=DEFLATED)
            sender.send(data(3, 3, store_command(1)) + data(3, 2, content))
            assert sender.status() == CANNOT_UNDERSTAND
            assert sender.pdu() == ABORT

    attack()
    with repeated(attack):
        serve_b(receiver)


def test_element_floods(folder_receiver):
    """Without deflation, elements cost only their size: the status is C000H, and the association may continue."""
    receiver = folder_receiver()
    flood = struct.pack("<HH2sH", 9, 0x10, b"LO", 0) * (2 * MIB // 8 + 1)
    # The same image sent many times would be refused for that reason.
    numbers = itertools.count(2)

    def attack() -> None:
        with RawSender(receiver.port, A) as sender:
            sender.associate()
            sender.send(data(3, 3, store_command(1)))
            send_part(sender, flood)
            sender.send(data(3, 2, b""))
            assert sender.status() == CANNOT_UNDERSTAND
            assert sender.store(next(numbers)) == 0

    attack()
    with repeated(attack):
        serve_b(receiver)


def test_real_deflated_instances_are_taken(folder_receiver, samples):
    """Data sets that pydicom deflates: images, reports, a sequence of ten thousand items, and a blank private element
    of 3 MiB."""
    datasets = [pydicom.dcmread(path) for path in samples]
    datasets = [dataset for dataset in datasets if not dataset.file_meta.TransferSyntaxUID.is_compressed]
    large, blank = pydicom.dcmread(samples[0]), pydicom.dcmread(samples[0])
    block = large.private_block(0x0011, "NEIGHBOURS", create=True)
    random.seed(20)
    items = [pydicom.Dataset() for _ in range(10_000)]
    for number, item in enumerate(items):
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = f"{number}", "99X", f"{random.random()}"
    block.add_new(1, "SQ", items)
    block[1].is_undefined_length = True
    for item in items:
        item.is_undefined_length_sequence_item = True
    blank.private_block(0x0011, "NEIGHBOURS", create=True).add_new(2, "OB", bytes(3 * MIB))
    for number, dataset in enumerate([large, blank], 1):
        dataset.SOPInstanceUID = f"2.25.{number}"
    receiver = folder_receiver()
    entity = AE("DEFLATES")
    for sop_class in {dataset.SOPClassUID for dataset in [*datasets, large]}:
        entity.add_requested_context(sop_class, DeflatedExplicitVRLittleEndian)
    association = entity.associate(B, receiver.port)
    assert association.is_established
    for dataset in [*datasets, large, blank]:
        # pynetdicom does not swap the bytes of big-endian pixels.
        if not dataset.original_encoding[1]:
            continue
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        assert association.send_c_store(dataset).Status == 0, dataset.SOPInstanceUID
    association.release()


def test_silent_connections(folder_receiver):
    """More silent connections than allowed. They replace each other, and not B's oldest connection."""
    receiver = folder_receiver(MAXIMUM_ASSOCIATIONS="10", MAXIMUM_PENDING_CONNECTIONS="100")
    with RawSender(receiver.port, B) as oldest, contextlib.ExitStack() as stack:
        silent = [stack.enter_context(RawSender(receiver.port, A)) for _ in range(150)]
        serve_b(receiver)
        wait_for("A's own to be closed", lambda: sum(sender.hears_within(0) for sender in silent) >= 41)
        assert [sender.pdu() for sender in silent if sender.hears_within(0)][:41] == [None] * 41
        oldest.associate()
        assert oldest.store(1) == 0


def test_idle_associations(folder_receiver):
    """A has all associations. When they are silent, one of them is ended for a peer that has none."""
    receiver = folder_receiver(MAXIMUM_ASSOCIATIONS="10", SILENCE_SECONDS="1")
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(RawSender(receiver.port, A)) for _ in range(10)]
        for sender in idle:
            sender.associate()

        def is_accepted() -> bool:
            with RawSender(receiver.port, B) as sender:
                sender.send(associate_request())
                answer = sender.pdu()
                # Accepted, or rejected as transient: local limit exceeded.
                assert answer and (answer[0] == 2 or answer[6:] == bytes([0, 2, 3, 2])), answer
                return answer[0] == 2 and sender.store(1) == 0

        wait_for("a place", is_accepted)
        ended = wait_for("one to make room", lambda: [sender for sender in idle if sender.hears_within(0)])
        assert [sender.pdu() for sender in ended] == [ABORT]
        with RawSender(receiver.port, A) as another:
            another.send(associate_request())
            wait_for("the place to be free again", lambda: another.hears_within(0))
        reason = "too many associations, and this one was silent for the longest time"
        assert ends(receiver).count(DISPLACED + reason) == 1


UNFINISHED_REQUEST = b"\x01\0" + struct.pack(">I", 256 * KIB) + bytes(255 * KIB)
PENDING_REQUEST_BYTES = 16 * MIB


def check_unfinished_requests(receiver: Receiver, count: int) -> None:
    """A's requests share a limit; A loses the largest ones, and B is served."""
    serve_b(receiver)
    reason = "incomplete requests held too much memory"
    wait_for("one that lost its place", lambda: DISPLACED + reason in ends(receiver))
    peak = peak_rss(receiver.pid)
    # Growing buffers take up to twice the bytes that they hold: see MAXIMUM_PENDING_REQUEST_BYTES.
    allowed = AT_START + 2 * PENDING_REQUEST_BYTES + count * PER_IDLE
    print(f"peak RSS {peak / MIB:.0f} MiB, bound {allowed / MIB:.0f} MiB")
    assert peak < allowed


def test_unfinished_requests(folder_receiver):
    """The last byte is never sent."""
    receiver, count = folder_receiver(), 1290
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            with contextlib.suppress(OSError):
                stack.enter_context(RawSender(receiver.port, A)).send(UNFINISHED_REQUEST)
        check_unfinished_requests(receiver, count)


def test_unfinished_requests_that_are_all_read_at_once(folder_receiver):
    """As on a machine that is busy: the receiver finds hundreds of MiB in its sockets when it gets the processor."""
    receiver, count = folder_receiver(), 1000
    with contextlib.ExitStack() as stack:
        senders = [stack.enter_context(RawSender(receiver.port, A)) for _ in range(count)]
        receiver.signal(signal.SIGSTOP)
        queued = sum(sender.send_without_waiting(UNFINISHED_REQUEST) for sender in senders)
        receiver.signal(signal.SIGCONT)
        assert queued > 6 * PENDING_REQUEST_BYTES
        check_unfinished_requests(receiver, count)
