# SPDX-License-Identifier: Apache-2.0

"""Counts what a request for storage commitment costs. `docs/costs.md` has the sums."""

import collections

import pytest
from commitment_user import SUCCESSFUL, CommitmentUser, references_of, request
from conftest import STORE_SCP
from instance_index import put_copies, row
from persistent_sender import write_study
from pydicom.uid import generate_uid
from receiver import Receiver
from senders import send_with_pynetdicom
from test_pipeline import Watch

pytestmark = pytest.mark.pipeline
REFERENCES, BATCH = 1000, 100
# One batch of five leaves keys unprocessed, which are asked for again (local/localaws/dynamodb.py).
BATCHES = REFERENCES // BATCH + REFERENCES // BATCH // 4 + 1


@pytest.fixture
def rows(pipeline, receiver, tmp_path) -> list[tuple[str, str]]:
    """References to instances whose rows say that they are imported: copies of the row of one that was."""
    watch, files = Watch(pipeline), write_study(tmp_path / "study")
    assert {answer.status for answer in send_with_pynetdicom(files, "127.0.0.1", receiver.port)} == {0}
    watch.ended(len(files))
    [(sop_class, first), *_] = references_of(files)
    uids = [generate_uid() for _ in range(REFERENCES)]
    put_copies(pipeline, row(pipeline, first), uids)
    return [(sop_class, uid) for uid in uids]


def test_a_request_for_a_thousand_instances_costs_a_few_requests(pipeline, rows):
    log = pipeline.aws.state_dir / "logs" / "commitment-costs.log"
    # A receiver without a delivery writes one lease at its start; it does not renew it in this time.
    settings = {**pipeline.commitment_settings(), "TASK_LEASE_SECONDS": "3600"}
    with (
        CommitmentUser("COSTS") as user,
        Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings) as receiver,
        user.association(receiver.port) as association,
    ):
        before = collections.Counter(pipeline.aws.requests())
        report = user.report(request(association, rows))
        costs = collections.Counter(pipeline.aws.requests()) - before
    print(f"{REFERENCES} references: " + ", ".join(f"{count} {name}" for name, count in sorted(costs.items())))
    assert report.event_type == SUCCESSFUL and len(report.successes) == REFERENCES
    # The request and its result; each is read once. The receiver of the other tests may renew its lease meanwhile.
    assert costs["s3 GET"] == 2 and costs["s3 PUT"] in (2, 3)
    # Taken, decided; reported follows the peer's answer.
    assert 2 <= costs["dynamodb PutItem"] <= 3
    assert REFERENCES // BATCH <= costs["dynamodb BatchGetItem"] <= BATCHES
    assert costs["dynamodb Query"] <= 1
