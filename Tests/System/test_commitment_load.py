# SPDX-License-Identifier: Apache-2.0

"""Very many transactions of storage commitment that are open at the same time. `make test-long`: a thousand of them, of
a thousand references each."""

import collections

import pytest
from commitment_user import SUCCESSFUL, CommitmentUser, references_of
from conftest import LONG_FORM, STORE_SCP
from instance_index import put_copies, row
from persistent_sender import write_study
from pydicom.uid import generate_uid
from receiver import Receiver
from senders import send_with_pynetdicom
from test_crowd import peak_rss
from test_pipeline import Watch
from waiting import wait_for

pytestmark = pytest.mark.pipeline
TRANSACTIONS, REFERENCES, SECONDS = (1000, 1000, 1800) if LONG_FORM else (40, 200, 180)
BATCH = 100
# docs/pipeline.md, "What a task holds".
MEMORY = 32 << 20
# While the references wait, each look reads one batch. The pauses grow from 2 seconds to 2 minutes.
WAITING_LOOKS = 12
OF_A_RESULT = {"jobId", "submittedAt", "endedAt", "imageSetId", "imageSetVersion", "isPrimary", "newestEnded"}


def test_a_thousand_open_transactions_are_all_reported(pipeline, receiver, tmp_path):
    watch, files = Watch(pipeline), write_study(tmp_path / "study")
    assert {answer.status for answer in send_with_pynetdicom(files, "127.0.0.1", receiver.port)} == {0}
    watch.ended(len(files))
    [(sop_class, first), *_] = references_of(files)
    imported = row(pipeline, first)
    pending = {name: value for name, value in imported.items() if name not in OF_A_RESULT}
    uids = [generate_uid() for _ in range(REFERENCES)]
    put_copies(pipeline, {**pending, "outcome": {"S": "PENDING"}, "revision": {"S": "1"}}, uids)

    with CommitmentUser("LOAD") as user:
        log = pipeline.aws.state_dir / "logs" / "commitment-load.log"
        settings = pipeline.commitment_settings({user.title: user.port})
        with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings) as asked, user.listening():
            idle, before = peak_rss(asked.pid), collections.Counter(pipeline.aws.requests())
            references = [(sop_class, uid) for uid in uids]
            transactions = [user.request(asked.port, references) for _ in range(TRANSACTIONS)]
            assert not user.reports()
            put_copies(pipeline, imported, uids)
            wait_for("all reports", lambda: len({it.transaction for it in user.reports()}) == TRANSACTIONS, SECONDS)
            memory = peak_rss(asked.pid) - idle
        looks = (collections.Counter(pipeline.aws.requests()) - before)["dynamodb BatchGetItem"]
    print(f"{TRANSACTIONS} transactions of {REFERENCES} references: {memory >> 20} MiB, {looks} BatchGetItem")
    assert {it.transaction for it in user.reports()} == set(transactions)
    assert all(it.event_type == SUCCESSFUL and len(it.successes) == REFERENCES for it in user.reports())
    assert memory < MEMORY
    # The local table leaves keys of every fifth batch to be asked for again.
    assert looks <= TRANSACTIONS * (WAITING_LOOKS + REFERENCES // BATCH) * 1.3
