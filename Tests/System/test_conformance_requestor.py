# SPDX-License-Identifier: Apache-2.0

"""docs/conformance.md says what `dicomstore send` proposes, and what it does with each status."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import ports
import pytest
from generated_tables import generated
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.sop_class import CTImageStorage, SecondaryCaptureImageStorage
from send_command import run_json
from synthetic import synthetic_instance

pytestmark = pytest.mark.pipeline

PAGE = "conformance.md"
PARAMETERS = {row[0]: row[1] for row in generated(PAGE, "association parameters of the requestor")}
SYNTAXES = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, RLELossless]
# A status of each range.
RANGES = {"any other BxxxH": 0xB123, "A7xxH": 0xA700, "A9xxH": 0xA900, "CxxxH": 0xC000, "any other": 0x0999}


@contextmanager
def answering(statuses: list[int]) -> Iterator[tuple[int, list[Association]]]:
    """A receiver that answers with these statuses, one after another, and collects the associations."""
    associations, left = [], [*statuses]
    ae = AE()
    for sop_class in (CTImageStorage, SecondaryCaptureImageStorage):
        ae.add_supported_context(sop_class, SYNTAXES)
    handlers = [
        (evt.EVT_REQUESTED, lambda event: associations.append(event.assoc)),
        (evt.EVT_C_STORE, lambda _: left.pop(0)),
    ]
    with ports.reserved_port() as port:
        server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers)
        try:
            yield port, associations
        finally:
            server.shutdown()


def test_it_proposes_what_the_table_says(tmp_path):
    files = [synthetic_instance(tmp_path / f"{number}.dcm", syntax) for number, syntax in enumerate(SYNTAXES)]
    with answering([0] * len(files)) as (port, associations):
        assert run_json(port, *files).status == 0
    [association] = associations
    requestor = association.requestor
    found = {
        "Application Context Name": requestor.primitive.application_context_name,
        "Implementation Class UID": requestor.implementation_class_uid,
        "Implementation Version Name": requestor.implementation_version_name,
        "Maximum PDU length that is announced": requestor.maximum_length,
    }
    assert {name: str(value) for name, value in found.items()} == {name: PARAMETERS[name] for name in found}
    proposed = [(context.abstract_syntax, context.transfer_syntax) for context in requestor.requested_contexts]
    assert sorted(proposed) == sorted((SecondaryCaptureImageStorage, [syntax]) for syntax in SYNTAXES)
    assert requestor.asynchronous_operations == (1, 1)
    assert (requestor.role_selection, requestor.sop_class_extended, requestor.user_identity) == ({}, {}, None)
    assert requestor.primitive.calling_ae_title.strip() == "DICOMSTORE"


def test_each_status_is_printed_and_counted_as_the_table_says(tmp_path):
    rows = generated(PAGE, "C-STORE statuses that the requestor knows")
    statuses = [RANGES.get(name) or int(re.fullmatch(r"([0-9A-F]{4})H", name)[1], 16) for name, _, _ in rows]
    files = [synthetic_instance(tmp_path / f"{number:02}.dcm") for number in range(len(rows))]
    with answering(statuses) as (port, associations):
        sent = run_json(port, *files)
    assert sent.status == 1 and len(associations) == 1
    for file, (name, meaning, counts), status in zip(files, rows, statuses, strict=True):
        line = sent.files[file.name]
        assert meaning in line["text"], name
        assert line["outcome"].startswith("stored") == (counts == "stored"), name
        assert status == 0 or f"{status:04X}H" in line["text"]
