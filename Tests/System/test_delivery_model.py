# SPDX-License-Identifier: Apache-2.0

"""Checks all interleavings of a small model of the delivery protocol (Tests/DeliveryModel). The design loses nothing;
for each mutation of the design there is a sequence of steps in which an acknowledged instance is not imported."""

import subprocess

import pytest
from conftest import LONG_FORM, PROJECT

MODEL = PROJECT / ".build-static/DeliveryModel"
HOLDS = [
    "two-instances",
    "two-sweeps",
    "two-renewals",
    "lost-events",
    "clock-ahead",
    "slow-sweep",
    "clock-far-ahead",
    "paused-clock",
    "paused-clock-two-instances",
    "paused-clock-nothing-dies",
    "two-second-looks",
    "everything",
]
HOLDS_LONG = [
    "two-of-each",
    "three-instances",
    "three-sweeps",
    "long-lease",
    "long-pause",
    "everything-two-instances",
    "everything-two-sweeps",
    "everything-two-of-each",
]
VIOLATED = [
    # Not mutants: runs that show why the audit is needed, and why it waits.
    "clock-far-ahead-without-second-look",
    "paused-clock-without-second-look",
    "second-look-at-once",
    # Mutants.
    "noTermCheck",
    "leaseCountedFromAnswer",
    "leasesBeforeMarkers",
    "markerRemovedBeforeManifest",
    "acknowledgedWithoutMarker",
    "clockReadAfterLease",
    "markerRemovedBeforeExecution",
    "livingMarkersNotSwept",
    "furtherManifestsRemoveMarker",
    "recoveryStartsOnlyWhatItWrote",
    "conflictingManifestNotCompared",
    "manifestsOverwrite",
    "noAudit",
    "auditOnlyWhereSomethingWasFound",
    "auditAfterManifest",
    "secondLookStartsNoExecutions",
    "deliveryOutlivesSecondLook",
]
EXPECTED = {run: "holds" for run in HOLDS + (HOLDS_LONG if LONG_FORM else [])} | {run: "violated" for run in VIOLATED}


@pytest.fixture(scope="module")
def reports() -> dict[str, str]:
    """The model's verdict on each run: a line, and for a violated run the sequence of steps below it."""
    command = [MODEL, *(["--long"] if LONG_FORM else [])]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1800).stdout
    return {report.partition(":")[0]: report for report in output.strip().split("\n\n")}


@pytest.mark.parametrize(("run", "verdict"), EXPECTED.items())
def test_a_run_ends_as_expected(reports, run, verdict):
    print(reports[run])
    assert reports[run].startswith(f"{run}: {verdict}"), reports[run]


def test_every_run_is_expected(reports):
    assert set(reports) == set(EXPECTED)
