"""AWS::S3::Bucket: moto ignores NotificationConfiguration."""

from moto.s3.models import FakeBucket


def install() -> None:
    create = FakeBucket.create_from_cloudformation_json

    def create_with_notifications(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        """Only queues are told: the pipeline has no other target."""
        bucket = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        wanted = cloudformation_json.get("Properties", {}).get("NotificationConfiguration", {})
        queues = [_queue_configuration(item) for item in wanted.get("QueueConfigurations", [])]
        bucket.set_notification_configuration({"QueueConfiguration": queues} if queues else None)
        return bucket

    FakeBucket.create_from_cloudformation_json = classmethod(create_with_notifications)


def _queue_configuration(item: dict) -> dict:
    """From CloudFormation's words to those of the S3 API, as moto parses them."""
    rules = item.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    filters = {"Filter": {"S3Key": {"FilterRule": rules}}} if rules else {}
    return {"Queue": item["Queue"], "Event": [item["Event"]], **filters}
