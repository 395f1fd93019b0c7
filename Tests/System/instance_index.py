# SPDX-License-Identifier: Apache-2.0

"""Compares the instance index with the contents of HealthImaging's stand-in."""

import hashlib
import re

from pipeline import Pipeline

Place = tuple[str, str, int]
"""A job, an image set and its version."""


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
