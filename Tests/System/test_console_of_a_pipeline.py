# SPDX-License-Identifier: Apache-2.0

"""`dicomstore console` over a deployed pipeline: what a receiver took, the log lines, and no value of a patient."""

import subprocess

import pytest
from conftest import DICOMSTORE, STORE_SCP
from receiver import Receiver
from senders import send_with_pynetdicom
from synthetic import synthetic_instance
from test_privacy import MARK, MARKED
from waiting import wait_for

import browser
import deploy
from console import Console

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def delivery(pipeline, tmp_path_factory) -> str:
    """The id of an imported delivery whose instance names a patient."""
    folder = tmp_path_factory.mktemp("marked")
    log = folder / "receiver.log"
    pipeline.aws.show_log(f"/ecs/{deploy.STACK}", log)
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log) as receiver:
        sent = synthetic_instance(folder / "sent.dcm", **MARKED)
        assert [answer.status for answer in send_with_pynetdicom([sent], "127.0.0.1", receiver.port)] == [0]
        wait_for("the delivery to close", lambda: receiver.log_lines("delivery closed"), 60)
        [line] = receiver.log_lines("delivery closed")
    name = next(value for key, value in line.items() if key.startswith("delivery"))
    wait_for("the import", lambda: any(item["deliveryId"] == name for item in pipeline.ended_items()), 120)
    return name


def test_a_delivery_is_followed_from_the_receiver_to_healthimaging(pipeline, delivery, tmp_path):
    bodies = []
    with Console(DICOMSTORE, pipeline.aws.endpoint, tmp_path / "console.log") as console, browser.chromium() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(60_000)
        page.on("response", lambda response: bodies.append(response.body()) if response.status == 200 else None)
        page.goto(console.url)
        page.fill("#search", delivery)
        page.locator(".grid-body .row[aria-rowindex='2']", has_text="Imported").click()
        page.wait_for_selector("#detail .timeline")
        assert page.locator(".step-item.done").count() == 5
        sources = lambda: set(page.locator(".log-source").all_inner_texts())  # noqa: E731
        wait_for("lines of all parts", lambda: {"StoreSCP", "TriggerImport", "StartImportJob", "CheckStatus"} <= sources(), 60)
        page.screenshot(path=tmp_path / "pipeline.png", full_page=True)
        shown = page.content()
        assert browser.findings(page) == []
        assert console.stop() == 0
    assert delivery in shown
    assert any(delivery.encode() in body for body in bodies)
    for value in (MARK, "19610412"):
        assert value not in shown
        assert not any(value.encode() in body for body in bodies)
    assert MARK not in console.log.read_text()


def test_the_log_with_the_address_is_for_this_user_alone(pipeline, tmp_path):
    with Console(DICOMSTORE, pipeline.aws.endpoint, tmp_path / "console.log") as console:
        assert console.log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--stack", "no-such-stack"], 'no CloudFormation stack "no-such-stack"'),
        (["--port", "70000"], "--port 70000: expected 0 to 65535"),
        (["--refresh", "0"], "--refresh 0: expected 1 to 3600 seconds"),
    ],
)
def test_a_mistake_is_named(pipeline, arguments, text):
    result = subprocess.run(
        [DICOMSTORE, "console", *arguments],
        env=deploy.environment(pipeline.aws.endpoint),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode != 0
    assert text in result.stderr


def test_open_starts_the_browser_with_a_file_that_others_cannot_read(pipeline, tmp_path):
    """The token is not among the arguments of the browser's process, which all users can read."""
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\nstat -c %a "$1" > {tmp_path}/mode\ncat "$1" > {tmp_path}/page\n')
    opener.chmod(0o755)
    environment = deploy.environment(pipeline.aws.endpoint)
    environment["PATH"] = f"{tmp_path}:{environment['PATH']}"
    environment["XDG_RUNTIME_DIR"] = str(tmp_path)
    process = subprocess.Popen([DICOMSTORE, "console", "--open"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().split()[-1]
        wait_for("the browser to be started", lambda: (tmp_path / "page").exists() and (tmp_path / "page").read_text(), 30)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
    assert url in (tmp_path / "page").read_text()
    assert (tmp_path / "mode").read_text().strip() == "600"
    assert not list(tmp_path.glob("dicomstore-*.html"))
