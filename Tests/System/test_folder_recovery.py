# SPDX-License-Identifier: Apache-2.0

"""After a receiver that stores into a folder was killed, the next one closes its deliveries."""

import json
import signal

import pytest
from pipeline import instances_of
from raw_sender import RawSender, data, data_set, store_command
from waiting import wait_for

pytestmark = pytest.mark.pipeline


def test_the_next_start_closes_the_deliveries_of_a_killed_receiver(folder_receiver, tmp_path):
    storage = tmp_path / "storage"
    killed = folder_receiver(DELIVERY_QUIET_SECONDS="600")
    with RawSender(killed.port) as sender:
        sender.associate()
        for number in (1, 2):
            sender.send(data(3, 3, store_command(number)) + data(3, 2, data_set(number)))
            assert sender.status() == 0
        killed.kill()
    assert not list(storage.glob("deliveries/*"))

    folder_receiver(DELIVERY_QUIET_SECONDS="600")
    [path] = storage.glob("deliveries/*.json")
    manifest = json.loads(path.read_text())
    assert manifest["closeReason"] == "recovered"
    assert sorted(item["sopInstanceUID"] for item in instances_of(manifest)) == ["2.25.1.1.1", "2.25.1.1.2"]
    assert all((storage / item["key"]).stat().st_size == item["size"] for item in instances_of(manifest))
    assert not list(storage.glob("open/*"))


def test_the_deliveries_of_a_living_receiver_stay_open(folder_receiver, tmp_path):
    storage = tmp_path / "storage"
    alive = folder_receiver(DELIVERY_QUIET_SECONDS="600")
    with RawSender(alive.port) as sender:
        sender.associate()
        sender.send(data(3, 3, store_command(1)) + data(3, 2, data_set(1)))
        assert sender.status() == 0
        folder_receiver()
        assert not list(storage.glob("deliveries/*"))
        alive.signal(signal.SIGTERM)
        wait_for("the manifest", lambda: list(storage.glob("deliveries/*.json")))
