# SPDX-License-Identifier: Apache-2.0

"""The whole system on this machine: `python local/run.py`, after `make functions`.

Starts the local AWS, deploys the pipeline, builds and starts the receiver and the console, sends real images with two
senders and shows how they are imported. Then it keeps running so that you can send images of your own. With --once it
exits after the table, with status 0 if everything was imported.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import clean_environment
import dcmtk
import down
import pydicom
import pynetdicom
import sample_data
import sample_events
from background_build import BackgroundBuild
from commitment import committed
from console import Console
from deploy import STACK, deploy
from display import Display, shortened
from local_aws import LocalAWS
from pipeline import Pipeline
from receiver import Receiver
from senders import Acknowledgement, Instance, send_with_dcmtk, send_with_pynetdicom
from shown_events import ShownEvents

PROJECT = Path(__file__).parent.parent
STATE = PROJECT / ".local"
RECEIVER, COMMAND = (PROJECT / "dist" / name for name in ("StoreSCP", "dicomstore"))
POLL_SECONDS = 0.25
IMPORT_SECONDS = 300
STUDY_WIDTH, STORE_WIDTH = 24, 13
HEADER = ("job id", "study", "data store", "sent", "imported", "failed", "warned", "status", "seconds")


class Notes(logging.Handler):
    """Shows each log record as a line that stays, for example that a sender failed."""

    def __init__(self, display: Display):
        super().__init__(logging.WARNING)
        self._display = display

    def emit(self, record: logging.LogRecord) -> None:
        self._display.note(record.getMessage())


class Demonstration:
    """One run: the images that are sent, and what the pipeline reports about them."""

    def __init__(self, pipeline: Pipeline, port: int, files: list[Path], events: ShownEvents, display: Display):
        self._pipeline, self._port, self._files, self._events, self._display = pipeline, port, files, events, display
        self._acknowledgements: list[Acknowledgement] = []

    def run(self) -> bool:
        """Sends, and waits until the imports of all acknowledged instances have ended. Returns whether all files were
        imported."""
        executor = ThreadPoolExecutor(1)
        sending = executor.submit(self._send)
        executor.shutdown(wait=False)
        deadline = time.monotonic() + IMPORT_SECONDS
        complete = False
        while not complete and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            all_sent = sending.done()
            if all_sent:
                sending.result()
            complete = self._show_progress() and all_sent
            self._events.show()
        if not complete:
            self._display.note(f"not every instance was imported within {IMPORT_SECONDS} seconds")
        return self._report()

    def _report(self) -> bool:
        items = sorted(self._pipeline.ended_items(), key=lambda item: item["deliveryId"])
        self._events.wait_for_deliveries(len(items))
        self._display.table(HEADER, [row(item) for item in items])
        imported = sum(int(item.get("importedCount", 0)) for item in items)
        self._display.note(f"{imported} of {len(self._files)} instances imported")
        told = self._commit()
        return imported == told == len(self._files) and all(item["outcome"] == "IMPORTED" for item in items)

    def _commit(self) -> int:
        """A sender asks for storage commitment of everything. Returns the number of instances that it may delete."""
        instances = [Instance.of(path) for path in self._files]
        told = committed([(it.sop_class_uid, it.sop_instance_uid) for it in instances], self._port)
        self._display.note(f"{len(told)} of {len(self._files)} instances committed: their sender may delete them")
        return len(told)

    def _send(self) -> None:
        """Each sender sends every other file, to the same port."""
        for send, files in ((send_with_dcmtk, self._files[::2]), (send_with_pynetdicom, self._files[1::2])):
            self._acknowledgements += send(files, "127.0.0.1", self._port)

    def _show_progress(self) -> bool:
        """Returns whether the import of every acknowledged instance has ended."""
        acknowledged = sum(answer.status == 0 for answer in self._acknowledgements)
        executions = self._pipeline.executions()
        ended = self._pipeline.ended_items()
        running = sum(execution["status"] == "RUNNING" for execution in executions)
        self._display.progress(
            f"{acknowledged}/{len(self._files)} sent · {len(self._pipeline.manifests())} deliveries"
            f" · {len(executions)} executions, {running} running · {len(ended)} imports ended"
        )
        settled = sum(int(item.get("instanceCount", 0)) for item in ended)
        return settled >= acknowledged and not running


def row(item: dict[str, str]) -> list[str]:
    return [
        item["jobId"],
        study(item),
        shortened(item.get("datastoreId", "-"), STORE_WIDTH),
        *(item.get(name, "-") for name in ("instanceCount", "importedCount", "failedCount", "warningCount", "outcome")),
        seconds(item),
    ]


def study(item: dict[str, str]) -> str:
    """The study's UID, or the number of studies of a bundle."""
    if "studyInstanceUID" not in item and "studyCount" in item:
        return f"{item['studyCount']} studies"
    return shortened(item.get("studyInstanceUID", "-"), STUDY_WIDTH)


def seconds(item: dict[str, str]) -> str:
    """The time from the job's submission to its end."""
    if not {"submittedAt", "endedAt"} <= item.keys():
        return "-"
    began, ended = (datetime.fromisoformat(item[name]) for name in ("submittedAt", "endedAt"))
    return f"{(ended - began).total_seconds():.1f}"


def advice(folder: Path, environment: Path, port: int, console: str, file: Path) -> list[str]:
    """What to try now; the last lines on the screen."""
    command = COMMAND.relative_to(PROJECT)
    study = pydicom.dcmread(file, specific_tags=["StudyInstanceUID"]).StudyInstanceUID
    return [
        "",
        f"look in a browser    {console}",
        f"send files           {command} send 127.0.0.1:{port} {file.parent.relative_to(PROJECT)}",
        f"find a study         . {environment.relative_to(PROJECT)}; {command} find {study}",
        f"run a function       . {environment.relative_to(PROJECT)}; swift run TriggerImport --event events/s3-put.json",
        f"read the logs        {(folder / 'logs').relative_to(PROJECT)}",
        "Ctrl-C stops everything.",
    ]


def show(console: Console, running: ExitStack, display: Display) -> None:
    running.enter_context(console)
    display.note(f"console: {console.url}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="exit after the table")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    clean_environment.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    display = Display()
    logging.getLogger().addHandler(Notes(display))
    storescu = dcmtk.find("storescu")
    display.note(f"senders: DCMTK {storescu.version}, {storescu.path}; pynetdicom {pynetdicom.__version__}")
    STATE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=STATE))
    (folder / down.PID_FILE).write_text(str(os.getpid()))
    with ExitStack() as running:
        # Images have priority: the first run builds dicomstore, and with it the console, while they travel.
        builds_later = not (RECEIVER.exists() and COMMAND.exists())
        first = [RECEIVER] if builds_later else [RECEIVER, COMMAND]
        build = running.enter_context(BackgroundBuild.of(first, folder / "logs" / "build-receiver.log"))
        pack, pack_log = [PROJECT / "scripts/package-functions"], folder / "logs" / "package-functions.log"
        packing = running.enter_context(BackgroundBuild("packing the functions", pack, pack_log))
        aws = running.enter_context(LocalAWS(folder))
        display.note(f"local AWS at {aws.endpoint}")
        packing.wait(display)
        pipeline = Pipeline(aws, deploy(aws.endpoint, {"PollSeconds": "1", "RecoveryMinutes": "2", "StudyQuietMinutes": "1"}))
        display.note("pipeline deployed")
        files = sample_data.write_samples(folder / "samples")
        build.wait(display)
        events = ShownEvents(aws, display)
        log = folder / "logs" / "receiver.log"
        settings = pipeline.commitment_settings()
        receiver = running.enter_context(Receiver(RECEIVER, aws.endpoint, pipeline.bucket, log, **settings))
        aws.show_log(f"/ecs/{STACK}", log)
        display.note(f"receiver at port {receiver.port}")
        console = Console(COMMAND, aws.endpoint, folder / "logs" / "console.log")
        if builds_later:
            build = running.enter_context(BackgroundBuild.of([COMMAND], folder / "logs" / "build-dicomstore.log"))
        else:
            show(console, running, display)
        complete = Demonstration(pipeline, receiver.port, files, events, display).run()
        if builds_later:
            build.wait(display)
            show(console, running, display)
        if options.once:
            display.note(f"logs: {(folder / 'logs').relative_to(PROJECT)}")
        else:
            [ct_small] = [path for path in files if path.name == "CT_small.dcm"]
            sample_events.put_objects(pipeline, ct_small)
            environment = folder / "environment"
            sample_events.write_environment(pipeline, environment)
            for line in advice(folder, environment, receiver.port, console.url, ct_small):
                display.note(line)
            while True:
                time.sleep(POLL_SECONDS)
                events.show()
    return 0 if complete else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except dcmtk.NoDCMTK as error:
        sys.exit(str(error))
