# SPDX-License-Identifier: Apache-2.0

"""The deployed pipeline as seen from outside: its manifests, executions, items and queues."""

import json

from local_aws import LocalAWS

# The queues' outputs begin with these names: Import is for manifests of deliveries, Inbox for objects of the inbox.
QUEUES = ("Import", "Inbox")
OUTCOMES = ("IMPORTED", "PARTIAL", "FAILED", "REJECTED")


def instances_of(manifest: dict) -> list[dict]:
    """The instances that a manifest lists, of all its studies."""
    return [instance for study in manifest["studies"] for instance in study["instances"]]


class Pipeline:
    """`outputs` are those of template/pipeline.yaml."""

    def __init__(self, aws: LocalAWS, outputs: dict[str, str]):
        self.aws, self.outputs = aws, outputs
        self.bucket = outputs["DicomBucketName"]

    def commitment_settings(self, peers: dict[str, int] | None = None) -> dict[str, str]:
        """The settings of a receiver for storage commitment. `peers` holds the ports on this machine of those that get
        reports, by their AE titles."""
        addresses = [{"aeTitle": title, "host": "127.0.0.1", "port": port} for title, port in (peers or {}).items()]
        return {
            "COMMITMENT": "imported",
            "COMMITMENT_TABLE_NAME": self.outputs["CommitmentTableName"],
            "INSTANCE_TABLE_NAME": self.outputs["InstanceTableName"],
            "DATASTORE_ID": self.outputs["DatastoreId"],
            "COMMITMENT_PEERS": json.dumps(addresses) if addresses else "",
        }

    def manifests(self) -> list[str]:
        """The keys of all manifests; a delivery is closed by writing one."""
        return self.keys("deliveries/")

    def closed_deliveries(self) -> list[str]:
        """The ids of the deliveries that have a manifest."""
        return [key.removeprefix("deliveries/").removesuffix(".json") for key in self.manifests()]

    def manifest(self, delivery_id: str) -> dict:
        return json.loads(self.read(f"deliveries/{delivery_id}.json"))

    def instances(self, delivery_id: str) -> list[dict]:
        """The instances that the delivery's manifest lists, of all its studies."""
        return instances_of(self.manifest(delivery_id))

    def keys(self, prefix: str) -> list[str]:
        pages = self.aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key: str) -> bytes:
        return self.aws.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def executions(self) -> list[dict]:
        """Name and status of each execution."""
        pages = self.aws.client("stepfunctions").get_paginator("list_executions")
        arn = self.outputs["StateMachineArn"]
        return [item for page in pages.paginate(stateMachineArn=arn) for item in page["executions"]]

    def running(self) -> int:
        return sum(execution["status"] == "RUNNING" for execution in self.executions())

    def items(self) -> list[dict[str, str]]:
        """The table's items; every attribute is a string."""
        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs["TableName"])
        return [{name: value["S"] for name, value in item.items()} for page in pages for item in page["Items"]]

    def instance_rows(self) -> dict[str, dict]:
        """The rows of the instance index by SOP Instance UID; the attribute `beside` is a list of further rows."""

        def values(row: dict) -> dict:
            return {name: it["S"] if "S" in it else [values(other["M"]) for other in it["L"]] for name, it in row.items()}

        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs["InstanceTableName"])
        return {row["sopInstanceUID"]["S"]: values(row) for page in pages for row in page["Items"]}

    def ended_items(self) -> list[dict[str, str]]:
        return [item for item in self.items() if item.get("outcome") in OUTCOMES]

    def waiting_messages(self) -> int:
        """Messages in the queues of TriggerImport, in flight or not."""
        return sum(self._messages(f"{name}QueueUrl") for name in QUEUES)

    def waiting_starts(self) -> int:
        """Messages in the start queue, in flight or not."""
        return self._messages("StartQueueUrl")

    def dead_letters(self) -> int:
        return sum(self._messages(f"{name}DeadLetterQueueUrl") for name in QUEUES)

    def _messages(self, output: str) -> int:
        answer = self.aws.client("sqs").get_queue_attributes(QueueUrl=self.outputs[output], AttributeNames=["All"])
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return sum(int(answer["Attributes"][name]) for name in names)
