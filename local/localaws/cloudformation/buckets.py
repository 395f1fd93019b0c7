"""AWS::S3::Bucket: moto ignores NotificationConfiguration."""

from moto.s3.models import FakeBucket


def install() -> None:
    create = FakeBucket.create_from_cloudformation_json
    update = FakeBucket.update_from_cloudformation_json

    def create_with_notifications(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        return _notify(create(resource_name, cloudformation_json, account_id, region_name, **kwargs), cloudformation_json)

    def update_with_notifications(cls, original, new_resource_name, cloudformation_json, account_id, region_name):
        bucket = update(original, new_resource_name, cloudformation_json, account_id, region_name)
        return _notify(bucket, cloudformation_json)

    FakeBucket.create_from_cloudformation_json = classmethod(create_with_notifications)
    FakeBucket.update_from_cloudformation_json = classmethod(update_with_notifications)


def _notify(bucket: FakeBucket, cloudformation_json: dict) -> FakeBucket:
    """Only queues: the pipeline has no other target."""
    wanted = cloudformation_json.get("Properties", {}).get("NotificationConfiguration", {})
    queues = [_queue_configuration(item) for item in wanted.get("QueueConfigurations", [])]
    bucket.set_notification_configuration({"QueueConfiguration": queues} if queues else None)
    return bucket


def _queue_configuration(item: dict) -> dict:
    """From CloudFormation's words to those of the S3 API, as moto parses them."""
    rules = item.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    filters = {"Filter": {"S3Key": {"FilterRule": rules}}} if rules else {}
    return {"Queue": item["Queue"], "Event": [item["Event"]], **filters}
