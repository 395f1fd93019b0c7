# SPDX-License-Identifier: Apache-2.0

"""Storage commitment by pynetdicom: a report comes on the association on which it was asked for, on one that the
receiver opens, or on a later one, until the user has taken it. It says what HealthImaging has.

DCMTK has no program that is a user of storage commitment."""

import contextlib
import itertools
import threading

import pytest
from commitment import PUSH_MODEL, PUSH_MODEL_INSTANCE, REQUEST_COMMITMENT, information
from commitment_user import (
    FAILURES_EXIST,
    PROCESSING_FAILURE,
    SUCCESS,
    SUCCESSFUL,
    CommitmentUser,
    Report,
    references_of,
    request,
    was_tried,
)
from conftest import STORE_SCP
from persistent_sender import write_study
from pydicom.uid import generate_uid
from receiver import Receiver
from senders import send_with_pynetdicom
from test_pipeline import Watch
from waiting import wait_for

pytestmark = pytest.mark.pipeline
NO_SUCH_INSTANCE, CLASS_CONFLICT, DUPLICATE_TRANSACTION = 0x0112, 0x0119, 0x0131
LEASE_SECONDS = 2
TITLES = (f"COMMIT{number}" for number in itertools.count(1))


@pytest.fixture
def start(pipeline):
    """Starts a receiver that reports to the users, each by its title and port. Another task of the same stack shares its
    transactions."""
    with contextlib.ExitStack() as running:

        def start(*users: CommitmentUser, **settings: str) -> Receiver:
            log = pipeline.aws.state_dir / "logs" / f"commitment-{generate_uid()[-8:]}.log"
            settings = {
                **pipeline.commitment_settings({user.title: user.port for user in users}),
                **{"TASK_LEASE_SECONDS": str(LEASE_SECONDS), "ALLOW_SHORT_LEASE": "true"},
                **settings,
            }
            return running.enter_context(Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings))

        yield start


@pytest.fixture
def user():
    """A user with a title of its own, which does not listen yet."""
    with CommitmentUser(next(TITLES)) as it:
        yield it


@pytest.fixture(scope="module")
def imported(pipeline, receiver, tmp_path_factory) -> list[tuple[str, str]]:
    """The references to a study that HealthImaging has."""
    watch, files = Watch(pipeline), write_study(tmp_path_factory.mktemp("imported") / "study")
    assert {answer.status for answer in send_with_pynetdicom(files, "127.0.0.1", receiver.port)} == {0}
    watch.ended(len(files))
    return references_of(files)


def test_a_user_that_keeps_its_association_gets_the_report_on_it(start, user, imported):
    """Even if the receiver knows its address. Of an instance that is named twice, one reference is reported."""
    receiver = start(user)
    with user.listening(), user.association(receiver.port, called="OURS") as association:
        report = user.report(request(association, [*imported, imported[0]]))
    assert (report.event_type, report.by_receiver, report.called) == (SUCCESSFUL, False, "OURS")
    assert sorted(report.successes) == sorted(imported) and not report.failures


def test_each_reference_is_a_success_or_a_failure_with_its_reason(start, user, imported):
    unknown, (sop_class, first), *rest = ("1.2.840.10008.5.1.4.1.1.7", generate_uid()), *imported
    other_class = ("1.2.840.10008.5.1.4.1.1.2", first)
    receiver = start(COMMITMENT_UNKNOWN_SECONDS="1")
    with user.association(receiver.port) as association:
        report = user.report(request(association, [unknown, other_class, *rest]))
    assert report.event_type == FAILURES_EXIST
    assert sorted(report.successes) == sorted(rest)
    assert report.failed == {unknown[1]: NO_SUCH_INSTANCE, first: CLASS_CONFLICT}


def test_a_user_that_leaves_gets_the_report_on_a_new_association(start, user, imported):
    receiver = start(user)
    with user.listening():
        with user.association(receiver.port, called="OURS") as association:
            transaction = request(association, imported)
        report = user.report(transaction)
    assert (report.by_receiver, report.called, report.calling) == (True, user.title, "OURS")
    assert report.committed == {instance for _, instance in imported}


def test_an_instance_that_is_being_imported_is_reported_when_healthimaging_has_it(pipeline, start, user, tmp_path):
    receiver, files = start(user), write_study(tmp_path / "study")
    with user.listening():
        assert {answer.status for answer in send_with_pynetdicom(files, "127.0.0.1", receiver.port)} == {0}
        transaction = user.request(receiver.port, references_of(files))
        assert pipeline.instance_rows().get(references_of(files)[0][1], {}).get("outcome") != "IMPORTED"
        report = user.report(transaction)
    in_the_data_store = {instance["sopInstanceUID"] for instance in pipeline.aws.instances()}
    assert report.event_type == SUCCESSFUL
    assert report.committed == {instance for _, instance in references_of(files)} <= in_the_data_store


def test_a_user_that_is_down_gets_the_report_later(start, user, imported):
    receiver = start(user)
    transaction = user.request(receiver.port, imported)
    wait_for("an attempt", lambda: was_tried(receiver))
    with user.listening():
        report = user.report(transaction)
    assert report.by_receiver and report.event_type == SUCCESSFUL


def test_a_user_that_answers_with_a_failure_gets_the_report_again(start, imported):
    statuses = [PROCESSING_FAILURE, SUCCESS]
    with CommitmentUser(next(TITLES), lambda _: statuses.pop(0)) as user, user.listening():
        receiver = start(user)
        transaction = user.request(receiver.port, imported)
        assert user.report(transaction, 2) == user.report(transaction)
        wait_for("the transaction to end", lambda: receiver.log_lines("commitment reported"))
    assert len(user.reports(transaction)) == 2


def test_a_user_without_an_address_gets_the_report_on_a_later_association(start, user, imported):
    receiver = start()
    transaction = user.request(receiver.port, imported)
    wait_for("the result", lambda: receiver.log_lines("commitment decided"))
    assert not user.reports(transaction)
    with user.association(receiver.port):
        report = user.report(transaction)
    assert not report.by_receiver and report.event_type == SUCCESSFUL


def test_a_request_that_is_repeated_is_answered_and_reported_again(start, user, imported):
    """A user that lost the report asks again. Other references under the same transaction UID are refused."""
    receiver = start(user)
    with user.listening(), user.association(receiver.port) as association:
        transaction = request(association, imported)
        user.report(transaction)
        request(association, imported, transaction)
        assert user.report(transaction, 2) == user.report(transaction)
        request(association, imported[1:], transaction, status=DUPLICATE_TRANSACTION)


# MARK: Tasks that are killed


def test_another_task_reports_if_one_is_killed_before_its_report(start, user, imported):
    first, second = start(user), start(user)
    with user.listening():
        transaction = user.request(first.port, imported)
        first.kill()
        assert not user.reports(transaction)
        report = user.report(transaction)
    assert report.event_type == SUCCESSFUL
    lines = wait_for("its line", lambda: second.log_lines("commitment reported"))
    assert [line["transactionUID"] for line in lines] == [transaction]


def test_another_task_reports_if_one_is_killed_before_the_answer_to_its_report(start, imported):
    killed = threading.Event()

    def answer(_: Report) -> int:
        killed.wait(30)
        return SUCCESS

    with CommitmentUser(next(TITLES), answer) as user, user.listening():
        first, second = start(user), start(user)
        transaction = user.request(first.port, imported)
        user.report(transaction)
        first.kill()
        killed.set()
        assert user.report(transaction, 2) == user.report(transaction)
        wait_for("the transaction to end", lambda: second.log_lines("commitment reported"))


# MARK: Patients' data


MARK = "MARKEDVALUE"


def test_marked_values_of_a_request_reach_no_log_document_or_table(pipeline, start, user, imported, tmp_path):
    """A request may have more elements than the standard lists. They are not kept."""
    receiver = start(user, LOG_LEVEL="TRACE")
    content = information(generate_uid(), imported)
    content.PatientName, content.PatientID, content.RetrieveAETitle = f"{MARK}^NAME", f"{MARK}-ID", MARK
    content.ReferencedSOPSequence[0].PatientID = content.ReferencedSOPSequence[0].StorageMediaFileSetID = f"{MARK}1"
    with user.listening():
        with user.association(receiver.port) as association:
            answer, _ = association.send_n_action(content, REQUEST_COMMITMENT, PUSH_MODEL, PUSH_MODEL_INSTANCE)
            assert answer.Status == SUCCESS
        report = user.report(str(content.TransactionUID))
    assert report.event_type == SUCCESSFUL
    documents = [pipeline.read(key) for key in pipeline.keys("commitments/")]
    items = pipeline.aws.client("dynamodb").scan(TableName=pipeline.outputs["CommitmentTableName"])["Items"]
    assert documents and items and receiver.log_lines("commitment reported")
    assert MARK not in receiver.log.read_text() + str(documents) + str(items)
