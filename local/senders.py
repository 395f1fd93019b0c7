# SPDX-License-Identifier: Apache-2.0

"""Two senders by different makers: DCMTK's storescu and pynetdicom. Each file is sent in its own transfer syntax.

Every pair of SOP class and transfer syntax gets a presentation context with that one syntax, so no peer can ask for a
transcoding. pynetdicom sends the file's bytes unchanged, except deflated ones; storescu parses the data set and writes
it again, element by element. If a file is not answered with success, the sender's output is logged as a warning.
"""

import logging
import re
import ssl
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import dcmtk
import pydicom
from pydicom.uid import DeflatedExplicitVRLittleEndian
from pynetdicom import AE, _config, evt
from pynetdicom.association import Association
from pynetdicom.presentation import build_context

_config.STORE_SEND_CHUNKED_DATASET = True

LOGGER = logging.getLogger(__name__)
STORESCU_RESULT = re.compile(r"^(I: Sending file: (?P<path>.+)|D: DIMSE Status +: 0x(?P<status>[0-9a-f]{4}).*)$")
# storescu's lines about its progress. The other lines are errors, warnings, and the output of other programs.
STORESCU_PROGRESS = re.compile(r"^[DIT]: ")
SAID_LINES = 20
SEND_SECONDS = 300


@dataclass(frozen=True)
class Acknowledgement:
    """The receiver's status for one file: 0 is success, None means that there was no answer."""

    path: Path
    sop_instance_uid: str
    status: int | None


@dataclass(frozen=True)
class Instance:
    """What a sender must know about a file."""

    path: Path
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str

    @classmethod
    def of(cls, path: Path) -> "Instance":
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        syntax = dataset.file_meta.TransferSyntaxUID
        return cls(path, str(dataset.SOPClassUID), str(dataset.SOPInstanceUID), str(syntax))


def send_with_dcmtk(
    files: list[Path], host: str, port: int, calling: str = "DCMTK", called: str = "STORESCP", options: tuple = ()
) -> list[Acknowledgement]:
    """Sends all files over one association of storescu. `options` are further command line options, for example for
    TLS."""
    instances = [Instance.of(path) for path in files]
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "storescu.cfg"
        configuration.write_text(_storescu_configuration(instances))
        command = [dcmtk.path("storescu"), "--debug", "--no-halt", "--config-file", configuration, "Own", *options]
        command += ["--aetitle", calling, "--call", called, host, str(port), *files]
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SEND_SECONDS,
        )
    statuses = _storescu_statuses(result.stdout)
    answers = [Acknowledgement(item.path, item.sop_instance_uid, statuses.get(str(item.path))) for item in instances]
    said = [line for line in result.stdout.splitlines() if not STORESCU_PROGRESS.match(line)]
    _warn(answers, f"{command[0]} ended with {result.returncode}", said)
    return answers


def send_with_pynetdicom(
    files: list[Path],
    host: str,
    port: int,
    calling: str = "PYNETDICOM",
    called: str = "STORESCP",
    tls: tuple[ssl.SSLContext, str] | None = None,
) -> list[Acknowledgement]:
    """Sends all files over one association of pynetdicom. `tls` holds the context and the host name of the
    certificate.

    On a busy machine a thread of pynetdicom may take a response away from the call that waits for it ("Received
    unexpected C-STORE service message"); after 30 seconds that call gives up the association. Then this takes the status
    from the response, and sends the files after that one over another association."""
    instances = [Instance.of(path) for path in files]
    contexts = [build_context(*pair) for pair in _pairs(instances)]
    responses = []
    handlers = [(evt.EVT_DIMSE_RECV, lambda event: responses.append(event.message.command_set.Status))]
    association = AE(ae_title=calling).associate(
        host, port, contexts, ae_title=called, tls_args=tls, evt_handlers=handlers
    )
    established = association.is_established
    answers = []
    try:
        for item in instances:
            responses.clear()
            status = _c_store(association, item)
            taken_away = status is None and bool(responses)
            answers.append(Acknowledgement(item.path, item.sop_instance_uid, responses[0] if taken_away else status))
            if taken_away:
                break
    finally:
        if established:
            association.release()
    # pynetdicom has logged why there is no association.
    _warn(answers, "pynetdicom had an association" if established else "pynetdicom got no association")
    rest = files[len(answers) :]
    return answers + (send_with_pynetdicom(rest, host, port, calling, called, tls) if rest else [])


def _c_store(association: Association, instance: Instance) -> int | None:
    """A deflated data set is handed over as a data set, so that pynetdicom pads it to an even length; the bytes in a
    file may have an odd length."""
    if not association.is_established:
        return None
    is_deflated = instance.transfer_syntax_uid == DeflatedExplicitVRLittleEndian
    content = pydicom.dcmread(instance.path) if is_deflated else instance.path
    return association.send_c_store(content).get("Status")


def _warn(answers: list[Acknowledgement], sender: str, said: list[str] | None = None) -> None:
    """Logs the statuses other than success, and the last lines of the sender's output."""
    failures = Counter("none" if item.status is None else f"{item.status:04X}H" for item in answers if item.status != 0)
    if failures:
        counts = ", ".join(f"{status} for {count}" for status, count in failures.items())
        LOGGER.warning("\n".join([f"{sender}: of {len(answers)} files status {counts}", *(said or [])[-SAID_LINES:]]))


def _pairs(instances: list[Instance]) -> list[tuple[str, str]]:
    return sorted({(item.sop_class_uid, item.transfer_syntax_uid) for item in instances})


def _storescu_configuration(instances: list[Instance]) -> str:
    """DCMTK's association configuration: a transfer syntax list for each syntax, and a presentation context for each
    pair."""
    syntaxes = sorted({item.transfer_syntax_uid for item in instances})
    names = {syntax: f"Syntax{number}" for number, syntax in enumerate(syntaxes, 1)}
    lines = ["[[TransferSyntaxes]]"]
    for syntax, name in names.items():
        lines += [f"[{name}]", f"TransferSyntax1 = {syntax}"]
    lines += ["[[PresentationContexts]]", "[Contexts]"]
    for number, (sop_class, syntax) in enumerate(_pairs(instances), 1):
        lines.append(rf"PresentationContext{number} = {sop_class}\{names[syntax]}")
    lines += ["[[Profiles]]", "[Own]", "PresentationContexts = Contexts"]
    return "\n".join(lines) + "\n"


def _storescu_statuses(output: str) -> dict[str, int]:
    """The status that storescu prints for each file's response."""
    statuses: dict[str, int] = {}
    path = ""
    for line in output.splitlines():
        if match := STORESCU_RESULT.match(line):
            if match["path"]:
                path = match["path"]
            else:
                statuses[path] = int(match["status"], 16)
    return statuses
