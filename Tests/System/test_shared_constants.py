# SPDX-License-Identifier: Apache-2.0

"""Values that Swift, the templates, the state machine and the local AWS each spell are the same everywhere.

Other tests compare more of them: the folders that each role reaches (test_least_privilege.py), metrics (test_template_metrics.py),
the attributes of an import job's item (test_import_job_item.py), the receiver's settings (test_receiver_template.py), the retention
of the start queue (test_template.py), the classes of errors (test_state_machine.py)."""

import ast
import json
import re

import pytest

from aws_calls import BucketLayout
from conftest import PROJECT
from role_grants import FOLDERS, JOB_TIMES, SOURCES
from templates import PIPELINE, TEMPLATES, swift

LAYOUT = SOURCES["ImportPipeline/BucketLayout.swift"]
STATES = json.loads((PROJECT / "statemachine/import.asl.json").read_text())["States"]
BUCKET = PIPELINE["Resources"]["DicomBucket"]["Properties"]


def number(expression: str) -> int:
    """The value of a Swift literal, or of a shift of one."""
    it = re.fullmatch(r"([\d_]+)(?: << ([\d_]+))?", expression)
    return int(it[1]) << int(it[2] or 0)


def constant(path: str, name: str) -> int:
    """A number in this file of Sources: `name = 5`, `name: Duration = .seconds(5)`, `name: TimeInterval = 5`."""
    [value] = re.findall(rf"\bstatic let {name}(?:: \w+)? = (?:\.seconds\()?([\d_]+(?: << \d+)?)\)?\n", SOURCES[path])
    return number(value)


def bounds(name: str) -> tuple[int, int]:
    """A range of `DocumentLimits`."""
    text = SOURCES["ImportPipeline/Documents/DocumentLimits.swift"]
    [(least, most)] = re.findall(rf"\bstatic let {name} = ([\d_]+)\.\.\.([\d_]+)\n", text)
    return number(least), number(most)


def timeout(function: str) -> int:
    return PIPELINE["Resources"][f"{function}Function"]["Properties"]["Timeout"]


# MARK: - Buckets


def folders() -> dict[str, str]:
    """The folders of the bucket, by the names that `BucketLayout` gives them."""
    return dict(re.findall(r'static let (\w+) = "(\w+/)"', LAYOUT))


def test_the_tables_of_the_roles_know_the_folders_of_the_bucket():
    [sweeps] = re.findall(r'static let sweepPosition = "(\w+/)', LAYOUT)
    known = {*folders().values(), sweeps, BucketLayout.DATES}
    assert set(FOLDERS) == {f"DicomBucket/{folder}*" for folder in known}
    [job_times] = re.findall(r'static func recentJobTimesKey\([^)]*\) -> String \{ "([\w-]+/)', LAYOUT)
    assert f"OutputBucket/{job_times}*" == JOB_TIMES


def test_the_queues_get_the_events_of_manifests_and_of_the_inbox():
    events = {}
    for it in BUCKET["NotificationConfiguration"]["QueueConfigurations"]:
        rules = {rule["Name"]: rule["Value"] for rule in it["Filter"]["S3Key"]["Rules"]}
        events[it["Queue"]["Fn::GetAtt"][0]] = rules
    [suffix] = re.findall(r"static func manifestKey\([^)]*\) -> String \{ .*(\.\w+)\" \}", LAYOUT)
    assert events == {
        "ImportQueue": {"prefix": folders()["manifests"], "suffix": suffix},
        "InboxQueue": {"prefix": folders()["inbox"]},
    }


def lifecycle_rules() -> dict[str, dict]:
    rules = BUCKET["LifecycleConfiguration"]["Rules"]
    return {it["Id"]: it for rule in rules for it in rule.get("Fn::If", [rule]) if isinstance(it, dict) and "Id" in it}


def test_leases_expire_and_no_lease_that_keeps_a_task_alive_does():
    rule = lifecycle_rules()["expire-task-leases"]
    [factor] = re.findall(r"var secondsUntilGone: Int \{ (\d+) \* seconds \}", SOURCES["ImportPipeline/TaskLease.swift"])
    assert rule["Prefix"] == folders()["taskLeases"]
    assert rule["ExpirationInDays"] * 86400 > int(factor) * bounds("leaseSeconds")[1]


def test_a_transaction_of_storage_commitment_ends_before_its_documents_expire():
    rule = lifecycle_rules()["expire-commitments"]
    settings = "StorageSCP/CommitmentConfiguration.swift"
    deadline, reports = (constant(settings, f"maximum{it}") for it in ("Deadline", "ReportDays"))
    afterwards = constant("Commitment/Transactions/CommitmentTransaction.swift", "daysAfterTheEnd")
    assert rule["Prefix"] == folders()["commitments"]
    assert rule["ExpirationInDays"] > deadline / 86400 + reports + afterwards


def test_what_is_tagged_expires_and_nothing_else_does():
    text = SOURCES["CheckStatus/RetentionTags.swift"]
    tags = re.findall(r"\n        case (\w+)\n", text)
    [value] = re.findall(r'tag: \(tag\.rawValue, "(\w+)"\)', text)
    rules = lifecycle_rules()
    tagged = {name: rule["TagFilters"] for name, rule in rules.items() if "TagFilters" in rule}
    assert tagged == {f"expire-{tag}": [{"Key": tag, "Value": value}] for tag in tags}
    of_folders = {"expire-task-leases", "expire-commitments"}
    assert {name for name, rule in rules.items() if "ExpirationInDays" in rule} == {*tagged, *of_folders}


@pytest.mark.parametrize("path", ["local/pipeline.py", "local/sample_events.py", "Tests/System/delivery_documents.py"])
def test_python_names_folders_that_there_are(path):
    named = re.findall(r'"([a-z]+/)', (PROJECT / path).read_text())
    assert named and set(named) <= set(folders().values())


# MARK: - Errors


def test_what_the_runtime_reports_is_retried_or_known_to_last():
    text = swift("Runtime")
    errors = {f"Runtime.{name}" for name in re.findall(r'category: "Runtime", name: "(\w+)"', text)}
    retried = {name for retry in STATES["CheckStatus"]["Retry"] for name in retry["ErrorEquals"]}
    assert errors == {"Runtime.UnmarshalError", "Runtime.MarshalError", "Runtime.Timeout"}
    assert errors <= retried


def test_a_start_that_fails_is_named_as_the_runtime_names_errors_of_functions():
    [prefix] = re.findall(r'self\.error = "(\w+\.)\\\(name\)"', SOURCES["StartQueue/StartFailure.swift"])
    [category] = re.findall(r'category: "(\w+)", name: error\.', SOURCES["Runtime/ErrorReport.swift"])
    assert prefix == f"{category}."


# MARK: - Limits and times


def test_the_state_machine_waits_for_longer_than_a_function_runs():
    assert timeout("CheckStatus") < STATES["CheckStatus"]["TimeoutSeconds"] <= 1.5 * timeout("CheckStatus")


def test_an_invocation_has_the_time_for_an_object_and_an_object_for_its_rows():
    """Two objects that take all of their time leave what is kept for the answer."""
    working_time = "ImportIntake/WorkingTime.swift"
    an_object, answer = constant(working_time, "maximumPerObject"), constant(working_time, "maximumMargin")
    assert constant("ImportIntake/PendingRows.swift", "timeLimit") < an_object
    assert 2 * an_object + answer <= timeout("TriggerImport")


def test_an_invocation_has_the_time_for_several_tries_to_start_a_job():
    assert 4 * constant("StartQueue/StartTries.swift", "timeForTry") <= timeout("StartImportJob")


def test_the_poll_intervals_bounds_are_the_functions():
    parameter = PIPELINE["Parameters"]["PollSeconds"]
    assert (parameter["MinValue"], parameter["MaxValue"]) == bounds("pollSeconds")


def test_a_second_look_comes_when_no_instance_of_the_delivery_can_be_acknowledged_any_more():
    ages = "ImportPipeline/DeliveryAge.swift"
    # Twice the time, because the clock of the receiver may have stood still.
    assert constant(ages, "secondLook") >= 2 * constant(ages, "maximumOfAcknowledgement")


def test_a_state_machines_wait_is_within_its_documents_bounds():
    schedule = "ImportPipeline/LookSchedule.swift"
    [busy] = re.findall(r"min\(10 \* seconds .*, ([\d_]+)\)", SOURCES["ImportPipeline/PollInterval.swift"])
    longest = max(number(busy), *(constant(schedule, name) for name in ("longestWait", "longestFirstWait")))
    assert longest <= bounds("waitSeconds")[1]
    assert bounds("pollSeconds")[1] << 3 <= bounds("waitSeconds")[1]  # doubled for each of three further attempts


def test_the_local_healthimaging_takes_as_much_as_the_real_one():
    limits = "ImportPipeline/HealthImagingLimits.swift"
    real = tuple(constant(limits, name) for name in ("maximumInstances", "maximumBytes"))
    text = (PROJECT / "local/localaws/plugin/medicalimaging/import_job.py").read_text()
    [local] = re.findall(r"^MAXIMUM_FILES, MAXIMUM_BYTES = (.*)$", text, re.MULTILINE)
    assert ast.literal_eval(local) == real


def test_no_template_names_a_folder_that_the_bucket_does_not_have():
    known = {*folders().values(), "sweeps/"}
    for name, template in TEMPLATES.items():
        named = re.findall(r"\$\{(?:DicomBucket\.Arn|DicomBucketName)\}/([a-z]+/)", json.dumps(template))
        assert set(named) <= known, name
