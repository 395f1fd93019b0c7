"""Templates above 51,200 bytes, which the CLI puts into a bucket: moto finds them there only by the host `localhost`."""

from moto.cloudformation.responses import CloudFormationResponse


def install() -> None:
    get = CloudFormationResponse._get_stack_from_s3_url
    CloudFormationResponse._get_stack_from_s3_url = lambda self, url: get(self, url.replace("127.0.0.1", "localhost"))
