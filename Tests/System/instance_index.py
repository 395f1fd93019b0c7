# SPDX-License-Identifier: Apache-2.0

"""Compares the instance index with the contents of HealthImaging's stand-in."""

import hashlib
import re

from pipeline import Pipeline

Place = tuple[str, str, int]
"""A job, an image set and its version."""
Row = dict[str, dict]
"""In the form of DynamoDB."""
# The number of items that DynamoDB takes at once.
ITEMS = 25


def row(pipeline: Pipeline, uid: str) -> Row:
    key = {"sopInstanceUID": {"S": uid}, "datastoreId": {"S": pipeline.outputs["DatastoreId"]}}
    return pipeline.aws.client("dynamodb").get_item(TableName=pipeline.outputs["InstanceTableName"], Key=key)["Item"]


def put_copies(pipeline: Pipeline, row: Row, uids: list[str]) -> None:
    """Writes the row once for each of these instances."""
    table, client = pipeline.outputs["InstanceTableName"], pipeline.aws.client("dynamodb")
    for start in range(0, len(uids), ITEMS):
        puts = [{"PutRequest": {"Item": {**row, "sopInstanceUID": {"S": uid}}}} for uid in uids[start : start + ITEMS]]
        assert not client.batch_write_item(RequestItems={table: puts})["UnprocessedItems"]


def uid_in_keys(uid: str) -> str:
    return uid if re.fullmatch(r"(?=.*\d)[0-9.]{1,64}", uid) else hashlib.sha256(uid.encode()).hexdigest()


def held_instances(pipeline: Pipeline) -> dict[str, dict[str, Place]]:
    """For each instance, the image sets that hold it, and the job that wrote the highest version of each."""
    held: dict[str, dict[str, Place]] = {}
    for it in pipeline.aws.instances():
        places = held.setdefault(uid_in_keys(it["sopInstanceUID"]), {})
        place = (it["jobId"], it["imageSetId"], it["imageSetVersion"])
        places[it["imageSetId"]] = max(places.get(it["imageSetId"], place), place, key=lambda it: it[2])
    return held


def index_errors(pipeline: Pipeline, job_ids: set[str] | None = None) -> list[str]:
    """The differences between the two, for the instances that one of these jobs imported, or for all. The index must
    name the job first that was submitted last."""
    jobs_of: dict[str, set[str]] = {}
    for it in pipeline.aws.instances():
        jobs_of.setdefault(uid_in_keys(it["sopInstanceUID"]), set()).add(it["jobId"])

    def concerned(uids: dict) -> dict:
        return {uid: it for uid, it in uids.items() if job_ids is None or jobs_of.get(uid, set()) & job_ids}

    rows, held = concerned(pipeline.instance_rows()), concerned(held_instances(pipeline))
    submitted = {item["jobId"]: item["submittedAt"] for item in pipeline.items()}
    errors = [f"{uid} has no row" for uid in held.keys() - rows.keys()]
    for uid, row in rows.items():
        imported = [it for it in [row, *row.get("beside", [])] if it["outcome"] == "IMPORTED"]
        places = [(it["jobId"], it["imageSetId"], int(it["imageSetVersion"])) for it in imported]
        if sorted(places) != sorted(held.get(uid, {}).values()):
            errors.append(f"{uid}: the index says {places}, the data store {held.get(uid)}")
        times = [submitted[job] for job, _, _ in places]
        if times != sorted(times, reverse=True) or any(submitted[it["jobId"]] != it["submittedAt"] for it in imported):
            errors.append(f"{uid}: the jobs {places} were submitted at {times}")
    return errors
