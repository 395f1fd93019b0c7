# SPDX-License-Identifier: Apache-2.0

"""Many peers at once: all are served, and the receiver stays within its memory limit."""

import asyncio
from pathlib import Path

import pytest
from conftest import STORE_SCP
from raw_sender import RawSender, associate_request, data, data_set, echo_command, pdu, status_of, store_command
from receiver import Receiver
from senders import send_with_pynetdicom
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = [pytest.mark.pipeline, pytest.mark.alone]
IDLE, ACTIVE, INSTANCES = 1000, 300, 8
PIXELS = 500_000
MIB = 1 << 20
# docs/configuration.md, "Memory": the memory of a connection, besides the instances.
PER_IDLE, PER_ACTIVE = 16 << 10, 64 << 10
AT_START = 32 * MIB


def peak_rss(pid: int) -> int:
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) << 10


class Peer:
    """One association over asyncio."""

    async def open(self, port: int) -> "Peer":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        self._writer.write(associate_request())
        assert (await self.pdu())[0] == 2
        return self

    async def pdu(self) -> bytes:
        header = await self._reader.readexactly(6)
        return header + await self._reader.readexactly(int.from_bytes(header[2:6]))

    async def echo(self) -> int:
        self._writer.write(data(1, 3, echo_command()))
        return status_of(await self.pdu())

    async def store(self, number: int, study: int, pixels: int) -> int:
        self._writer.write(data(3, 3, store_command(number, study)))
        content = data_set(number, study, pixels)
        for start in range(0, len(content), 65536):
            piece = content[start : start + 65536]
            self._writer.write(data(3, 2 if start + 65536 >= len(content) else 0, piece))
            await self._writer.drain()
        return status_of(await self.pdu())

    async def release(self) -> None:
        self._writer.write(pdu(5, bytes(4)))
        assert (await self.pdu())[0] == 6
        self._writer.close()
        await self._writer.wait_closed()


async def store_many(port: int, study: int, count: int, pixels: int) -> list[int]:
    peer = await Peer().open(port)
    statuses = [await peer.store(number, study, pixels) for number in range(1, count + 1)]
    await peer.release()
    return statuses


def test_a_thousand_idle_and_three_hundred_active(folder_receiver, tmp_path):
    buffers = 16 * MIB
    receiver = folder_receiver(
        MAXIMUM_ASSOCIATIONS=str(IDLE + ACTIVE), MAXIMUM_BUFFER_BYTES=str(buffers), NETWORK_TIMEOUT="600"
    )

    async def crowd() -> list[list[int]]:
        idle = [await Peer().open(receiver.port) for _ in range(IDLE)]
        statuses = await asyncio.gather(
            *(store_many(receiver.port, study, INSTANCES, PIXELS) for study in range(1, ACTIVE + 1))
        )
        assert set(await asyncio.gather(*(peer.echo() for peer in idle))) == {0}
        await asyncio.gather(*(peer.release() for peer in idle))
        return statuses

    assert asyncio.run(crowd()) == [[0] * INSTANCES] * ACTIVE
    assert len(list((tmp_path / "storage").rglob("*.dcm"))) == ACTIVE * INSTANCES
    ended = lambda: receiver.log_lines("association ended")  # noqa: E731
    wait_for("a line for each association", lambda: len(ended()) == IDLE + ACTIVE)
    assert {line["end"] for line in ended()} == {"released"}
    bound = AT_START + buffers + IDLE * PER_IDLE + ACTIVE * PER_ACTIVE
    peak = peak_rss(receiver.pid)
    print(f"peak RSS {peak / MIB:.0f} MiB, bound {bound / MIB:.0f} MiB")
    assert peak < bound


def test_more_connections_than_open_files_do_not_end_the_receiver(tmp_path):
    """A process that may open 80 files gets 200 connections. It does not end, and it serves peers after these
    connections have ended."""
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nexec prlimit --nofile=80:80 "{STORE_SCP}"\n')
    limited.chmod(0o755)
    settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(tmp_path / "storage")}
    with Receiver(limited, "http://127.0.0.1:9", "", tmp_path / "receiver.log", **settings) as receiver:

        async def crowd() -> None:
            connections = [await asyncio.open_connection("127.0.0.1", receiver.port) for _ in range(200)]
            for _, writer in connections:
                writer.close()

        async def later() -> bool:
            try:
                peer = await Peer().open(receiver.port)
            except (ConnectionError, asyncio.IncompleteReadError):
                # The receiver may not have noticed yet that the other connections have ended.
                return False
            assert await peer.echo() == 0
            await peer.release()
            return True

        asyncio.run(crowd())
        wait_for("an association", lambda: asyncio.run(later()))
        assert len(receiver.log_lines()) < 50


def test_a_slow_store_slows_the_senders_and_not_the_memory(folder_receiver, slow_s3):
    """Thirty senders of 12 MB each, more than ten times the memory limit, while S3 answers slowly."""
    senders, buffers = 30, 24 * MIB
    receiver = folder_receiver(
        DICOM_BUCKET="slow", MAXIMUM_BUFFER_BYTES=str(buffers), AWS_ENDPOINT_URL_S3=slow_s3.endpoint
    )

    async def crowd() -> list[list[int]]:
        return await asyncio.gather(*(store_many(receiver.port, study, 1, 12_000_000) for study in range(1, senders + 1)))

    assert asyncio.run(crowd()) == [[0]] * senders
    # libcurl also holds the part that is being sent.
    bound = AT_START + 2 * buffers + senders * PER_ACTIVE
    peak = peak_rss(receiver.pid)
    print(f"peak RSS {peak / MIB:.0f} MiB, bound {bound / MIB:.0f} MiB")
    assert peak < bound


def test_a_sender_does_not_notice_a_store_that_is_busy_for_seconds(folder_receiver, slow_s3, tmp_path):
    """S3 refuses the marker and the instance five times each, which takes three to six seconds."""
    slow_s3.refusals = 5
    receiver = folder_receiver(DICOM_BUCKET="busy", AWS_ENDPOINT_URL_S3=slow_s3.endpoint)
    [sent] = send_with_pynetdicom([synthetic_instance(tmp_path / "one.dcm")], "127.0.0.1", receiver.port)
    assert sent.status == 0


def test_a_lease_does_not_wait_for_the_instances_of_a_slow_store(folder_receiver, slow_s3):
    """All instances share one connection, and need it for longer than the lease lasts."""
    senders = 20
    receiver = folder_receiver(
        DICOM_BUCKET="slow",
        MAX_POOL_CONNECTIONS="1",
        TASK_LEASE_SECONDS="2",
        ALLOW_SHORT_LEASE="true",
        AWS_ENDPOINT_URL_S3=slow_s3.endpoint,
    )

    async def crowd() -> list[list[int]]:
        return await asyncio.gather(*(store_many(receiver.port, study, 1, 1000) for study in range(1, senders + 1)))

    assert asyncio.run(crowd()) == [[0]] * senders
    assert slow_s3.greatest_count == 1


@pytest.mark.parametrize(("window", "expected"), [(None, 1), (4, 4), (0, 8)])
def test_instances_of_one_association_are_stored_side_by_side(folder_receiver, slow_s3, window, expected):
    """As many instances are stored at once as the window lets the sender have outstanding, counted at S3."""
    receiver = folder_receiver(
        DICOM_BUCKET="slow", IMPORT_UNIT="instance", MAXIMUM_OPERATIONS="8", AWS_ENDPOINT_URL_S3=slow_s3.endpoint
    )
    count = 12
    with RawSender(receiver.port) as sender:
        sender.associate(window)
        for number in range(1, count + 1):
            sender.send(data(3, 3, store_command(number)) + data(3, 2, data_set(number)))
        assert [sender.status() for _ in range(count)] == [0] * count
    assert slow_s3.greatest_count == expected
