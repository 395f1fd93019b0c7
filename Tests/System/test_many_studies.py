# SPDX-License-Identifier: Apache-2.0

"""Each instance is a study with its own delivery: the receiver keeps acknowledging, closes deliveries as fast as it
opens them, and stays within its memory limit."""

import asyncio
import collections

import pytest
from conftest import LONG_FORM
from counting_s3 import CountingS3
from raw_sender import associate_request, data, data_set, status_of, store_command
from test_crowd import AT_START, MIB, PER_ACTIVE, peak_rss
from waiting import wait_for

pytestmark = pytest.mark.pipeline
# docs/configuration.md, "Memory".
PER_DELIVERY, PER_CONNECTION = 4 << 10, 512 << 10
INSTANCE_CONNECTIONS, DOCUMENT_CONNECTIONS, LEASE_CONNECTIONS = 50, 16, 2


class Sender:
    """One association with several outstanding operations, each for a different study."""

    def __init__(self, port: int, window: int, studies: range, calling: bytes = b"RAW"):
        self._port, self._window, self._studies = port, window, studies
        self._calling = calling
        self.statuses: collections.Counter[int] = collections.Counter()

    async def run(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(associate_request(self._window, calling=self._calling))
        assert (await self._pdu(reader))[0] == 2
        outstanding = 0
        for number in self._studies:
            if outstanding == self._window:
                self.statuses[status_of(await self._pdu(reader))] += 1
                outstanding -= 1
            writer.write(data(3, 3, store_command(number, number)) + data(3, 2, data_set(number, number, 100)))
            outstanding += 1
        for _ in range(outstanding):
            self.statuses[status_of(await self._pdu(reader))] += 1
        writer.close()

    @staticmethod
    async def _pdu(reader: asyncio.StreamReader) -> bytes:
        header = await reader.readexactly(6)
        return header + await reader.readexactly(int.from_bytes(header[2:6]))


def senders(port: int, associations: int, window: int, studies: int) -> list[Sender]:
    """Senders that each send an equal share of the studies."""
    share = studies // associations
    return [Sender(port, window, range(1 + index * share, 1 + (index + 1) * share)) for index in range(associations)]


@pytest.mark.parametrize(("associations", "window"), [(40, 16), (290, 1)])
def test_all_studies_are_acknowledged_and_closed(folder_receiver, associations, window):
    """More operations are outstanding than the connections can finish within the lease."""
    studies = 1160 // associations * associations
    with CountingS3(0.05) as s3:
        receiver = folder_receiver(
            DICOM_BUCKET="bucket",
            AWS_ENDPOINT_URL_S3=s3.endpoint,
            TASK_LEASE_SECONDS="4",
            ALLOW_SHORT_LEASE="true",
            DELIVERY_QUIET_SECONDS="1",
            DELIVERY_OPENING_SECONDS="0",
            MAX_DOCUMENT_CONNECTIONS=str(DOCUMENT_CONNECTIONS),
        )
        crowd = senders(receiver.port, associations, window, studies)
        asyncio.run(run(crowd))
        assert sum((sender.statuses for sender in crowd), collections.Counter()) == {0: studies}
        wait_for("the manifests", lambda: s3.counts()["PUT deliveries"] == studies, 60)
        counts = s3.counts()
        assert counts["PUT open"] == counts["PUT deliveries"] == counts["PUT instance"] == studies
        # TriggerImport, not the receiver, removes the markers.
        assert counts["DELETE open"] == 0
        assert counts["greatest"] <= DOCUMENT_CONNECTIONS
        assert not [line for line in receiver.log_lines() if line["level"] in ("ERROR", "WARN")]


def test_a_first_study_does_not_wait_for_all_studies_of_another_title(folder_receiver):
    with CountingS3(0.05) as s3:
        settings = {"DICOM_BUCKET": "bucket", "AWS_ENDPOINT_URL_S3": s3.endpoint, "DELIVERY_OPENING_SECONDS": "0"}
        receiver = folder_receiver(**settings, MAXIMUM_OPENINGS="1")
        migration = senders(receiver.port, 20, 10, 200)
        other = Sender(receiver.port, 1, range(1_000_000, 1_000_005), calling=b"US7")

        async def both() -> int:
            sending = asyncio.create_task(run(migration))
            while sum(sender.statuses.total() for sender in migration) < 10:
                await asyncio.sleep(0.01)
            await other.run()
            acknowledged = sum(sender.statuses.total() for sender in migration)
            await sending
            return acknowledged

        acknowledged = asyncio.run(both())
        assert other.statuses == {0: 5}
        # One of the other title for each of this one, plus those that were answered before and meanwhile.
        assert acknowledged < 60
        assert sum((sender.statuses for sender in migration), collections.Counter()) == {0: 200}


def test_open_deliveries_stay_within_the_memory(folder_receiver):
    """Studies of one instance are sent as fast as possible; a quarter of them may be open."""
    studies = 20_000 if LONG_FORM else 6_000
    open_deliveries, buffers = studies // 4, 16 * MIB
    with CountingS3(0) as s3:
        receiver = folder_receiver(
            DICOM_BUCKET="bucket",
            AWS_ENDPOINT_URL_S3=s3.endpoint,
            DELIVERY_QUIET_SECONDS="600",
            MAXIMUM_OPEN_DELIVERIES=str(open_deliveries),
            MAXIMUM_BUFFER_BYTES=str(buffers),
            DELIVERY_OPENING_SECONDS="0",
            MAXIMUM_OPENINGS="0",
        )
        [sender] = crowd = senders(receiver.port, 1, 16, studies)
        asyncio.run(run(crowd))
        assert sender.statuses == {0: studies}
        peak = peak_rss(receiver.pid)
        connections = INSTANCE_CONNECTIONS + DOCUMENT_CONNECTIONS + LEASE_CONNECTIONS
        bound = AT_START + buffers + open_deliveries * PER_DELIVERY + connections * PER_CONNECTION + PER_ACTIVE
        print(f"peak RSS {peak / MIB:.0f} MiB, bound {bound / MIB:.0f} MiB")
        assert peak < bound
        assert s3.counts()["PUT deliveries"] >= studies - open_deliveries - 100
        # Within the `with` block, because S3 must accept the manifests of the open deliveries.
        assert receiver.stop() == 0


def test_studies_of_one_sender_share_deliveries_when_they_come_fast(folder_receiver):
    """As many deliveries as the pace allows, and one for each title."""
    with CountingS3(0.05) as s3:
        receiver = folder_receiver(
            DICOM_BUCKET="bucket",
            AWS_ENDPOINT_URL_S3=s3.endpoint,
            DELIVERY_OPENING_SECONDS="60",
            DELIVERY_OPENING_BURST="3",
        )
        crowd = senders(receiver.port, 20, 4, 400)
        other = Sender(receiver.port, 1, range(1_000_000, 1_000_005), calling=b"US7")
        asyncio.run(run([*crowd, other]))
        assert sum((sender.statuses for sender in [*crowd, other]), collections.Counter()) == {0: 405}
        assert receiver.stop() == 0
        counts = s3.counts()
        assert 3 <= counts["PUT open"] == counts["PUT deliveries"] <= 4
        assert sum(int(line["studies"]) for line in receiver.log_lines("delivery closed")) == 405


async def run(crowd: list[Sender]) -> None:
    await asyncio.gather(*(sender.run() for sender in crowd))
