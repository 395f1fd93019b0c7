# SPDX-License-Identifier: Apache-2.0

"""AWS::S3::Bucket: moto ignores NotificationConfiguration and LifecycleConfiguration."""

from moto.s3.models import FakeBucket


def install() -> None:
    create = FakeBucket.create_from_cloudformation_json

    def create_whole(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        bucket = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        return complete(bucket, cloudformation_json.get("Properties", {}))

    FakeBucket.create_from_cloudformation_json = classmethod(create_whole)


def complete(bucket: FakeBucket, properties: dict) -> FakeBucket:
    """Adds the notifications, only to queues because the pipeline has no other targets, and the lifecycle rules."""
    queues = properties.get("NotificationConfiguration", {}).get("QueueConfigurations", [])
    queues = [_queue_configuration(item) for item in queues]
    bucket.set_notification_configuration({"QueueConfiguration": queues} if queues else None)
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    bucket.set_lifecycle([_lifecycle_rule(rule) for rule in rules if rule])
    return bucket


def _queue_configuration(item: dict) -> dict:
    """Translates from CloudFormation's form to that of the S3 API, as moto parses it."""
    rules = item.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    filters = {"Filter": {"S3Key": {"FilterRule": rules}}} if rules else {}
    return {"Queue": item["Queue"], "Event": [item["Event"]], **filters}


def _lifecycle_rule(rule: dict) -> dict:
    """As `_queue_configuration`."""
    tags = rule.get("TagFilters", [])
    result = {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"Tag": tags[0]} if tags else {"Prefix": rule.get("Prefix", "")},
    }
    if days := rule.get("ExpirationInDays"):
        result["Expiration"] = {"Days": str(days)}
    if uploads := rule.get("AbortIncompleteMultipartUpload"):
        result["AbortIncompleteMultipartUpload"] = {
            "DaysAfterInitiation": str(uploads["DaysAfterInitiation"])
        }
    return result
