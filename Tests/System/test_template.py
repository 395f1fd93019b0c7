# SPDX-License-Identifier: Apache-2.0

"""The template and the state machine pass their linters and are deployed by the CLI, with functions of the tests."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from conftest import PROJECT, ZIPS
from deploy import STACK, deploy
from functions import function_zip
from local_aws import LocalAWS
from localaws import permissions
from pipeline import QUEUES, Pipeline
from role_grants import as_list
from templates import PIPELINE, resources
from test_template_metrics import metric_nodes
from waiting import wait_for

TEMPLATE = PROJECT / "template" / "pipeline.yaml"
DEFINITION = PROJECT / "statemachine" / "import.asl.json"
KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
# Writes each message to the table as an item.
TRIGGER = """
import boto3

def handle(event):
    table = boto3.client("dynamodb")
    for record in event["Records"]:
        queue = record["eventSourceARN"].rpartition(":")[2]
        item = {"jobId": {"S": record["messageId"]}, "message": {"S": record["body"]}, "queue": {"S": queue}}
        table.put_item(TableName=os.environ["TABLE_NAME"], Item=item)
    return {"batchItemFailures": []}
"""


def lint(*command) -> str:
    """The output of a linter of the virtual environment."""
    program = Path(sys.executable).parent / command[0]
    result = subprocess.run([program, *command[1:]], capture_output=True, text=True)
    return result.stdout + result.stderr


def test_cfn_lint_is_silent():
    assert lint("cfn-lint", TEMPLATE) == ""


def test_statelint_is_silent_but_reports_a_mistake(tmp_path):
    assert lint("statelint", DEFINITION) == ""
    mistaken = tmp_path / "mistaken.asl.json"
    mistaken.write_text(DEFINITION.read_text().replace('"Next": "CheckStatus"', '"Next": "Nowhere"'))
    assert "Nowhere" in lint("statelint", mistaken)


def test_cloudformation_has_no_property_for_a_data_stores_storage_format():
    """docs/deploy.md says so, and describes how else such a data store is created. When this fails, make it a parameter
    like the data store's name."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::HealthImaging::Datastore").schema
    assert {"DatastoreName", "KmsKeyArn"} <= schema["properties"].keys()
    assert "LosslessStorageFormat" not in schema["properties"]


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory) -> Path:
    """A copy of the template with zips of the tests."""
    folder = tmp_path_factory.mktemp("project")
    for source in (TEMPLATE, DEFINITION):
        target = folder / source.relative_to(PROJECT)
        target.parent.mkdir()
        shutil.copy(source, target)
    (folder / "dist").mkdir()
    for path in ZIPS.values():
        (folder / "dist" / path.name).write_bytes(function_zip(TRIGGER))
    return folder / TEMPLATE.relative_to(PROJECT)


@pytest.fixture(scope="module")
def deployed(stand_in, tmp_path_factory) -> Pipeline:
    with LocalAWS(tmp_path_factory.mktemp("deployed")) as local:
        yield Pipeline(local, deploy(local.endpoint, {"PollSeconds": "1"}, stand_in))


def variables(pipeline: Pipeline, function: str) -> dict[str, str]:
    name = pipeline.outputs[f"{function}FunctionName"]
    return pipeline.aws.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]


def test_the_functions_get_the_names_of_their_resources(deployed):
    outputs = deployed.outputs
    metrics = {"METRICS_NAMESPACE": "DICOMStoreSCP", "METRICS_SERVICE": STACK}
    assert variables(deployed, "TriggerImport") == {
        **metrics,
        "DICOM_BUCKET": outputs["DicomBucketName"],
        "STATE_MACHINE_ARN": outputs["StateMachineArn"],
        "TABLE_NAME": "DicomImportJobTable",
        "INSTANCE_TABLE_NAME": "DicomInstanceTable",
        "DATASTORE_ID": outputs["DatastoreId"],
        "OUTPUT_S3_URI": f"s3://{outputs['OutputBucketName']}/",
        "INBOX_TAKEN": "delete",
        "EVENT_BUS_NAME": "default",
        "STUDY_TABLE_NAME": "DicomStudyTable",
        "STUDY_QUIET_MINUTES": "0",
    }
    start = variables(deployed, "StartImportJob")
    role = start.pop("DATA_ACCESS_ROLE_ARN")
    assert ":role/" in role
    expected = {"DATASTORE_ID": outputs["DatastoreId"], "TABLE_NAME": "DicomImportJobTable", "POLL_SECONDS": "1"}
    expected |= metrics
    assert start == {**expected, "START_QUEUE_URL": outputs["StartQueueUrl"]}
    own = {"INSTANCE_TABLE_NAME": "DicomInstanceTable", "TAG_IMPORTED": "false", "TAG_WARNED": "false"}
    own |= {"EVENT_BUS_NAME": "default", "STUDY_TABLE_NAME": "DicomStudyTable", "METRICS_ROUTES": ""}
    assert variables(deployed, "CheckStatus") == {**expected, **own}


def test_the_state_machine_calls_a_function_and_the_start_queue(deployed):
    machine = deployed.aws.client("stepfunctions").describe_state_machine(
        stateMachineArn=deployed.outputs["StateMachineArn"]
    )
    assert "${" not in machine["definition"]
    states = json.loads(machine["definition"])["States"]
    arn = states["CheckStatus"]["Parameters"]["FunctionName"]
    assert arn.endswith(f":function:{deployed.outputs['CheckStatusFunctionName']}")
    start = states["StartImportJob"]["Parameters"]
    assert (start["QueueUrl"], start["MessageGroupId.$"]) == (deployed.outputs["StartQueueUrl"], "$.request.datastoreId")
    # A request that names no data store gets the default one.
    assert deployed.outputs["DatastoreId"] in states["TriggerImport"]["Parameters"]["request.$"]


def test_no_waiting_start_expires(deployed):
    """It does not move messages to a dead-letter queue after many receives either."""
    url = deployed.outputs["StartQueueUrl"]
    attributes = deployed.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert url.endswith(".fifo") and attributes["FifoQueue"] == "true"
    assert "RedrivePolicy" not in attributes
    machine = deployed.aws.client("stepfunctions").describe_state_machine(
        stateMachineArn=deployed.outputs["StateMachineArn"]
    )
    start = json.loads(machine["definition"])["States"]["StartImportJob"]
    assert attributes["MessageRetentionPeriod"] == str(start["TimeoutSeconds"]) == str(14 * 86400)
    assert "HeartbeatSeconds" not in start


def test_a_lost_start_blocks_its_data_store_no_longer_than_necessary(deployed):
    name, url = deployed.outputs["StartImportJobFunctionName"], deployed.outputs["StartQueueUrl"]
    timeout = deployed.aws.client("lambda").get_function_configuration(FunctionName=name)["Timeout"]
    attributes = deployed.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert timeout <= int(attributes["VisibilityTimeout"]) <= 1.5 * timeout


@pytest.mark.parametrize(("key", "queue"), [("deliveries/1.json", "Import"), ("inbox/a/b.dcm", "Inbox"), ("inbox/a", "Inbox")])
def test_an_object_reaches_trigger_import_by_its_own_queue(deployed, key, queue):
    deployed.aws.client("s3").put_object(Bucket=deployed.bucket, Key=key, Body=b"{}")

    def told() -> list[str]:
        return [item["queue"] for item in deployed.items() if f'"{key}"' in item["message"]]

    [name] = wait_for("the event", told)
    assert deployed.outputs[f"{queue}QueueUrl"].endswith(f"/{name}")
    wait_for("an empty queue", lambda: not deployed.waiting_messages())


def test_an_hour_of_throttled_functions_makes_no_dead_letter(deployed):
    """The hour is measured in receives, which are a visibility timeout apart; here that is one second."""
    sqs, functions = deployed.aws.client("sqs"), deployed.aws.client("lambda")
    queue, name = deployed.outputs["ImportQueueUrl"], deployed.outputs["TriggerImportFunctionName"]
    hour = 3600 // PIPELINE["Resources"]["ImportQueue"]["Properties"]["VisibilityTimeout"]

    def put(key: str) -> None:
        deployed.aws.client("s3").put_object(Bucket=deployed.bucket, Key=f"deliveries/{key}.json", Body=b"{}")

    def wait_for_event(key: str) -> None:
        wait_for(f"the event of {key}", lambda: any(f"{key}.json" in item["message"] for item in deployed.items()))

    visibility = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    put("before")  # messages in flight have the other timeout
    wait_for_event("before")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    put("throttled")
    earlier = throttles(deployed)
    wait_for("an hour of throttling", lambda: throttles(deployed) > earlier + hour)
    assert deployed.dead_letters() == 0
    functions.delete_function_concurrency(FunctionName=name)
    wait_for_event("throttled")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=visibility)


def throttles(pipeline: Pipeline) -> int:
    return pipeline.aws.log.read_text().count("is throttled: a batch of")


def test_instances_and_markers_start_nothing(deployed):
    for key in ("2026/11/23/x/1/2/3.dcm", "open/x", "inbox/last.dcm"):
        deployed.aws.client("s3").put_object(Bucket=deployed.bucket, Key=key, Body=b"")
    wait_for("the last event", lambda: any("inbox/last.dcm" in item["message"] for item in deployed.items()))
    assert not any("2026/11" in item["message"] or "open/x" in item["message"] for item in deployed.items())


def mappings() -> dict[str, dict]:
    """The properties of each queue's event source mapping, by the queue's name."""
    found = [it["Properties"] for it in resources(PIPELINE, "Lambda::EventSourceMapping").values()]
    return {it["EventSourceArn"]["Fn::GetAtt"][0]: it for it in found}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_has_the_visibility_timeout_that_lambda_asks_for_and_a_dead_letter_queue(name):
    """AWS recommends six times the function's timeout. Each queue has its own dead-letter queue and its own alarms."""
    queue = PIPELINE["Resources"][f"{name}Queue"]["Properties"]
    timeout = PIPELINE["Resources"]["TriggerImportFunction"]["Properties"]["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{name}DeadLetterQueue", "Arn"]}
    assert mappings()[f"{name}Queue"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    watched = [
        (metric["MetricName"], metric["Dimensions"][0]["Value"]["Fn::GetAtt"][0])
        for alarm in resources(PIPELINE, "CloudWatch::Alarm").values()
        for metric in metric_nodes(alarm)
        if metric["Namespace"] == "AWS/SQS"
    ]
    assert ("ApproximateNumberOfMessagesVisible", f"{name}DeadLetterQueue") in watched
    assert ("ApproximateAgeOfOldestMessage", f"{name}Queue") in watched


@pytest.mark.parametrize(("name", "hours"), [("Import", 60), ("Inbox", 12)])
def test_a_message_has_attempts_for_the_time_that_functions_may_be_throttled(name, hours):
    """Each receive is an attempt, also if Lambda throttles the function. After the last attempt, at least a week
    remains to redrive the message."""
    queue = PIPELINE["Resources"][f"{name}Queue"]["Properties"]
    tries = queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"]
    assert hours * 3600 <= tries <= queue["MessageRetentionPeriod"] - 7 * 86400
    assert mappings()[f"{name}Queue"]["ScalingConfig"]["MaximumConcurrency"] in (2, {"Ref": "ImportConcurrency"})


def test_each_inbox_object_has_its_own_invocation():
    """An object that uses all of the time, or fails, costs no other message an attempt."""
    functions = {name: it["FunctionName"]["Ref"] for name, it in mappings().items()}
    assert functions == {
        **{f"{name}Queue": "TriggerImportFunction" for name in QUEUES},
        "StartQueue": "StartImportJobFunction",
    }
    inbox = mappings()["InboxQueue"]
    assert (inbox["BatchSize"], inbox["ScalingConfig"]) == (1, {"MaximumConcurrency": 2})


def test_no_start_overtakes_one_that_is_put_back():
    starts = mappings()["StartQueue"]
    assert (starts["BatchSize"], starts["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])


@pytest.fixture(scope="module")
def configured(stand_in, tmp_path_factory) -> Pipeline:
    """Deployed with values for the parameters that the other deployment leaves at their defaults."""
    parameters = {
        "InstanceRetentionDays": "30",
        "ExpireInstancesWithWarnings": "true",
        "DataKMSKeyARN": KEY,
        "DatastoreKMSKeyARN": KEY,
        "DatastoreName": "hospital",
        "DatastoreId2": "2" * 32,
        "DatastoreId4": "4" * 32,
        "EventBusName": "imaging",
        "StudyQuietMinutes": "20",
        "ImportConcurrency": "4",
        "TriggerImportReservedConcurrency": "10",
        "StartImportJobReservedConcurrency": "0",
        "CheckStatusReservedConcurrency": "20",
    }
    with LocalAWS(tmp_path_factory.mktemp("configured")) as local:
        yield Pipeline(local, deploy(local.endpoint, parameters, stand_in))


def test_the_functions_know_the_further_data_stores_and_the_roles_have_rights_on_them(deployed, configured):
    for function in ("TriggerImport", "StartImportJob"):
        assert variables(configured, function)["ALLOWED_DATASTORE_IDS"].split(",") == ["2" * 32, "", "4" * 32, ""]
        assert "ALLOWED_DATASTORE_IDS" not in variables(deployed, function)
    assert configured.outputs["AllowedDatastoreIds"].split() == ["2" * 32, "4" * 32]
    for pipeline, further in ((deployed, []), (configured, ["2" * 32, "4" * 32])):
        for role, action in (("StartImportJob", "StartDICOMImportJob"), ("CheckStatus", "GetDICOMImportJob")):
            [statement] = [it for it in policy(pipeline, role) if it["Action"] == f"medical-imaging:{action}"]
            stores = [it.rpartition("/")[2] for it in statement["Resource"]]
            assert stores == [pipeline.outputs["DatastoreId"], *further]


def test_the_bus_of_events_is_created_unless_it_is_the_default_one(deployed, configured):
    """EventBridge would accept events for a bus that does not exist."""
    for pipeline, name in ((deployed, "default"), (configured, "imaging")):
        assert pipeline.outputs["EventBusName"] == name
        pipeline.aws.client("events").describe_event_bus(Name=name)
        assert {variables(pipeline, it)["EVENT_BUS_NAME"] for it in ("TriggerImport", "CheckStatus")} == {name}
        machine = pipeline.aws.client("stepfunctions").describe_state_machine(
            stateMachineArn=pipeline.outputs["StateMachineArn"]
        )
        [entry] = json.loads(machine["definition"])["States"]["TellFailure"]["Parameters"]["Entries"]
        assert entry["EventBusName"] == name
    assert variables(configured, "TriggerImport")["STUDY_QUIET_MINUTES"] == "20"


def test_only_tagged_objects_expire_and_only_with_a_retention(configured):
    assert {variables(configured, "CheckStatus")[f"TAG_{it}"] for it in ("IMPORTED", "WARNED")} == {"true"}
    for tag in ("imported", "unacknowledged"):
        [rule] = [rule for rule in bucket_rules(configured) if rule["ID"] == f"expire-{tag}"]
        assert rule["Expiration"]["Days"] == 30
        assert rule["Filter"]["Tag"] == {"Key": tag, "Value": "true"}


@pytest.mark.parametrize(
    ("function", "reserved"), [("TriggerImport", 10), ("StartImportJob", None), ("CheckStatus", 20)]
)
def test_concurrency_is_reserved_for_each_function_by_its_parameter(deployed, configured, function, reserved):
    for pipeline, expected in ((configured, reserved), (deployed, None)):
        name = pipeline.outputs[f"{function}FunctionName"]
        answer = pipeline.aws.client("lambda").get_function_concurrency(FunctionName=name)
        assert answer.get("ReservedConcurrentExecutions") == expected


def test_each_mapping_has_its_own_maximum(deployed, configured):
    for pipeline, maxima in ((deployed, [2, 5, 5]), (configured, [2, 4, 5])):
        mappings = pipeline.aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        assert sorted(it["ScalingConfig"]["MaximumConcurrency"] for it in mappings) == maxima


def test_the_users_key_encrypts_the_queues_and_the_roles_may_use_it(deployed, configured):
    queues = ("ImportQueue", "InboxQueue", "ImportDeadLetterQueue", "InboxDeadLetterQueue", "StartQueue")
    for name in (f"{queue}Url" for queue in queues):
        assert queue_key(configured, name) == KEY
        assert queue_key(deployed, name) is None
    assert rights_at_key(configured, "TriggerImport") == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert rights_at_key(configured, "StartImportJob") == {"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"}
    assert rights_at_key(deployed, "TriggerImport") == set()


def queue_key(pipeline: Pipeline, output: str) -> str | None:
    sqs = pipeline.aws.client("sqs")
    answer = sqs.get_queue_attributes(QueueUrl=pipeline.outputs[output], AttributeNames=["All"])
    return answer["Attributes"].get("KmsMasterKeyId")


def policy(pipeline: Pipeline, function: str) -> list[dict]:
    """The statements of the role's policy from the stack."""
    name = pipeline.outputs[f"{function}FunctionName"]
    role = pipeline.aws.client("lambda").get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    iam = pipeline.aws.client("iam")
    [own] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=own)["PolicyDocument"]
    # moto answers with Python's notation, and with None for AWS::NoValue.
    statements = [it for it in ast.literal_eval(document)["Statement"] if it]
    return [{**it, "Resource": [one for one in as_list(it["Resource"]) if one]} for it in statements]


def rights_at_key(pipeline: Pipeline, function: str) -> set[str]:
    """The actions on the key that the role's policy from the stack allows."""
    statements = [it for it in policy(pipeline, function) if KEY in it["Resource"]]
    return {action for it in statements for action in as_list(it["Action"])}


def test_instances_do_not_expire_by_themselves(deployed):
    of_folders = {"expire-task-leases", "expire-commitments"}
    assert {rule["ID"] for rule in bucket_rules(deployed)} == {"abort-incomplete-uploads", *of_folders}


def bucket_rules(pipeline: Pipeline) -> list[dict]:
    return pipeline.aws.client("s3").get_bucket_lifecycle_configuration(Bucket=pipeline.bucket)["Rules"]


def test_trigger_import_is_called_on_a_schedule(deployed):
    [rule] = deployed.aws.client("events").list_rules()["Rules"]
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    [target] = deployed.aws.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    name = deployed.outputs["TriggerImportFunctionName"]
    assert target["Arn"].endswith(f":function:{name}")
    policy = json.loads(deployed.aws.client("lambda").get_policy(FunctionName=name)["Policy"])
    context = {"aws:sourcearn": rule["Arn"]}
    assert permissions.allowed(policy["Statement"], "lambda:InvokeFunction", target["Arn"], context)
