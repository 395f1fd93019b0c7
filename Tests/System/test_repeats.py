# SPDX-License-Identifier: Apache-2.0

"""UIDs are sent again while the delivery that has them is open: no acknowledged instance is replaced."""

import contextlib
import json
from pathlib import Path

import pytest
from pipeline import instances_of
from raw_sender import RawSender, data, data_set, instance_uid, store_command

pytestmark = pytest.mark.pipeline

SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700


class Stored:
    """The contents of a receiver's folder after it has ended."""

    def __init__(self, storage: Path):
        self.storage = storage
        self.manifests = sorted(
            (json.loads(path.read_text()) for path in storage.glob("deliveries/*.json")),
            key=lambda manifest: len(self._earlier(manifest["deliveryId"])),
        )

    def _earlier(self, delivery: str) -> list[str]:
        """The deliveries before it in the chain of repeats, one after another."""
        text = (self.storage / "deliveries" / f"{delivery}.json").read_text()
        repeats = json.loads(text).get("repeats")
        return [repeats, *self._earlier(repeats)] if repeats else []

    def pixels(self, manifest: dict) -> list[int]:
        """The last byte of each instance of the manifest."""
        return [(self.storage / item["key"]).read_bytes()[-1] for item in instances_of(manifest)]


def lines(receiver, message: str) -> list[dict]:
    found = [line for line in receiver.log.read_text().splitlines() if message in line]
    return [json.loads(line) for line in found]


def notices(receiver) -> list[dict]:
    return lines(receiver, "was sent again before its delivery was closed")


@contextlib.contextmanager
def sender(receiver, calling: bytes):
    with RawSender(receiver.port) as it:
        it.associate(calling=calling)
        yield it


def test_one_title_does_not_replace_the_image_of_another(folder_receiver, tmp_path):
    receiver = folder_receiver(DELIVERY_QUIET_SECONDS="600")
    for calling, pixel in ((b"CT1", 1), (b"EVIL", 2)):
        with sender(receiver, calling) as it:
            assert it.store(1, pixel=pixel) == SUCCESS
    assert receiver.stop() == 0
    stored = Stored(tmp_path / "storage")
    assert {it["callingAETitle"]: stored.pixels(it) for it in stored.manifests} == {"CT1": [1], "EVIL": [2]}
    assert not any("repeats" in it for it in stored.manifests)
    assert notices(receiver) == []


@pytest.mark.parametrize(("pixel", "content", "changed"), [(1, "same", "0"), (2, "other", "1")])
def test_an_image_that_one_title_sends_twice_is_kept_twice_and_logged(folder_receiver, tmp_path, pixel, content, changed):
    receiver = folder_receiver(DELIVERY_QUIET_SECONDS="600")
    with sender(receiver, b"CT1") as it:
        assert [it.store(1, pixel=1), it.store(2, pixel=1), it.store(1, pixel=pixel)] == [SUCCESS] * 3
    assert receiver.stop() == 0
    stored = Stored(tmp_path / "storage")
    first, again = stored.manifests
    assert (stored.pixels(first), stored.pixels(again)) == ([1, 1], [pixel])
    assert again["repeats"] == first["deliveryId"]
    [notice] = notices(receiver)
    assert (notice["deliveryId"], notice["repeats"]) == (again["deliveryId"], first["deliveryId"])
    assert notice["content"] == content
    closed = {it["deliveryId"]: (it["repeated"], it["changed"]) for it in lines(receiver, "delivery closed")}
    assert closed == {first["deliveryId"]: ("0", "0"), again["deliveryId"]: ("1", changed)}


def test_simultaneous_copies_get_a_delivery_each(folder_receiver, tmp_path):
    """All copies of each image are sent at once; no copy waits for another one."""
    receiver = folder_receiver(DELIVERY_QUIET_SECONDS="600")
    copies, images = 5, 4
    with contextlib.ExitStack() as running:
        senders = [running.enter_context(sender(receiver, b"CT1")) for _ in range(copies)]
        for number in range(1, images + 1):
            for it in senders:
                it.begin_instance(number)
            for it in reversed(senders):
                it.end_instance(number)
                assert it.status() == SUCCESS
    assert receiver.stop() == 0
    manifests = Stored(tmp_path / "storage").manifests
    assert [len(instances_of(it)) for it in manifests] == [images] * copies
    assert [it.get("repeats") for it in manifests] == [None, *(it["deliveryId"] for it in manifests[:-1])]
    closed = [it["deliveryId"] for it in lines(receiver, "delivery closed")]
    assert closed == [it["deliveryId"] for it in manifests]


def test_a_repeat_beyond_the_limit_is_refused_and_opens_no_delivery(folder_receiver, tmp_path):
    receiver = folder_receiver(DELIVERY_QUIET_SECONDS="600", MAXIMUM_REPEATS="2")
    with sender(receiver, b"CT1") as it:
        assert [it.store(1, pixel=pixel) for pixel in range(5)] == [SUCCESS] * 3 + [OUT_OF_RESOURCES] * 2
        assert it.store(2) == SUCCESS
    with sender(receiver, b"CT2") as it:
        assert it.store(1) == SUCCESS
    assert len(list((tmp_path / "storage").glob("open/*/*"))) == 4
    assert receiver.stop() == 0
    stored = Stored(tmp_path / "storage")
    of_first_title = [it for it in stored.manifests if it["callingAETitle"] == "CT1"]
    assert [stored.pixels(it)[0] for it in of_first_title] == [0, 1, 2]
    refused = lines(receiver, "instance refused")
    reason = "Sent too often in a short time, send it again later"
    assert [(it["sopInstanceUID"], it["reason"]) for it in refused] == [(instance_uid(1).decode(), reason)] * 2


def test_an_image_that_was_cut_short_can_be_sent_again(folder_receiver, tmp_path):
    receiver = folder_receiver(DELIVERY_QUIET_SECONDS="600")
    with sender(receiver, b"CT1") as it:
        it.begin_instance(1)
    with sender(receiver, b"CT1") as it:
        it.send(data(3, 3, store_command(1)) + data(3, 2, data_set(1, pixel=7)))
        assert it.status() == SUCCESS
    assert receiver.stop() == 0
    stored = Stored(tmp_path / "storage")
    assert [stored.pixels(manifest) for manifest in stored.manifests] == [[7]]
