# SPDX-License-Identifier: Apache-2.0

"""Very many transactions of storage commitment that are open at the same time. `make test-long`: a thousand of them, of
a thousand references each."""

import collections

import pytest
from commitment_user import FAILURES_EXIST, CommitmentUser
from conftest import LONG_FORM, STORE_SCP
from pydicom.uid import CTImageStorage, generate_uid
from receiver import Receiver
from test_crowd import peak_rss
from waiting import wait_for

pytestmark = pytest.mark.pipeline
TRANSACTIONS, REFERENCES, SECONDS = (1000, 1000, 900) if LONG_FORM else (40, 200, 120)
BATCH = 100
# docs/pipeline.md, "What a task holds".
MEMORY = 32 << 20
# More than it takes to ask for all of them: until then every reference waits.
UNKNOWN_SECONDS = 180 if LONG_FORM else 6
# Looks while the references wait are at most 2 minutes apart, and begin after 2 seconds. Each reads one batch.
WAITING_LOOKS = 12


def test_a_thousand_open_transactions_are_all_reported(pipeline):
    with CommitmentUser("LOAD") as user:
        log = pipeline.aws.state_dir / "logs" / "commitment-load.log"
        settings = {
            **pipeline.commitment_settings({user.title: user.port}),
            "COMMITMENT_UNKNOWN_SECONDS": str(UNKNOWN_SECONDS),
        }
        with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings) as receiver, user.listening():
            idle, before = peak_rss(receiver.pid), collections.Counter(pipeline.aws.requests())
            references = [(CTImageStorage, generate_uid()) for _ in range(REFERENCES)]
            transactions = [user.request(receiver.port, references) for _ in range(TRANSACTIONS)]
            assert not user.reports()
            wait_for("all reports", lambda: len({it.transaction for it in user.reports()}) == TRANSACTIONS, SECONDS)
            memory = peak_rss(receiver.pid) - idle
        looks = (collections.Counter(pipeline.aws.requests()) - before)["dynamodb BatchGetItem"]
    print(f"{TRANSACTIONS} transactions of {REFERENCES} references: {memory >> 20} MiB, {looks} BatchGetItem")
    assert {it.transaction for it in user.reports()} == set(transactions)
    assert all(it.event_type == FAILURES_EXIST and len(it.failures) == REFERENCES for it in user.reports())
    assert memory < MEMORY
    # The local table leaves keys of every fifth batch to be asked for again.
    assert looks <= TRANSACTIONS * (WAITING_LOOKS + REFERENCES // BATCH) * 1.3
