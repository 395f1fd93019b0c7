# SPDX-License-Identifier: Apache-2.0

"""The settings that botocore derives from an environment and the profile's files, to compare AWSConfiguration with:
`python Tests/System/configuration_cases.py` writes it to Tests/AWSTests/Fixtures/configurations.json.

There is no case where AWSConfiguration differs on purpose: AWS_REGION, which botocore does not read, comes before
AWS_DEFAULT_REGION, as in AWS's other libraries; an empty region counts as missing; an endpoint without a scheme, with a
query or with a user's name is refused; services in China have no FIPS endpoint; with a configured endpoint, the bucket
is in the path; us-east-1 is a region of S3 like any other (AWS_S3_US_EAST_1_REGIONAL_ENDPOINT=regional).
"""

import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import botocore.exceptions
from botocore_sessions import new_session

FIXTURE = Path(__file__).parents[1] / "AWSTests" / "Fixtures" / "configurations.json"

# An operation of each service, with the path `/` if there is one.
OPERATIONS = {
    "s3": ("list_buckets", {}),
    "stepfunctions": ("start_execution", {"stateMachineArn": "arn"}),
    "dynamodb": ("list_tables", {}),
    "sts": ("get_caller_identity", {}),
    "medical-imaging": ("list_datastores", {}),
    "cloudformation": ("list_stacks", {}),
    "logs": ("describe_log_groups", {}),
}
# All others sign with the name that botocore has for them.
SIGNING_NAMES = {name: "states" if name == "stepfunctions" else name for name in OPERATIONS}
REGIONS = (
    *("us-east-1", "eu-central-1", "mx-central-1", "cn-north-1", "us-gov-west-1", "us-gov-east-1", "eusc-de-east-1"),
    *("us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "cn-x", "us-gov", "xx-new-1"),
)
MALFORMED_REGIONS = ("x@127.0.0.1:80/#", "-a", "a-", "123", "us-east-1 ", "us.east", "a" * 64, "us_east_1", "größe")
FIPS, DUAL_STACK = {"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}

SERVICES_SECTION = """[default]
region = us-east-2
services = local
endpoint_url = http://all.example
[services local]
s3 =
  endpoint_url = http://s3.example:1
sfn =
  endpoint_url = http://sfn.example
  other = x
"""
CONFIGS = {
    "an inline comment is part of the value": "[default]\nregion = us-east-1 # home\n",
    "a colon": "[default]\nregion : us-east-2\n",
    "no spaces": "[default]\nregion=us-east-2\n",
    "tabs and spaces": "[default]\nregion\t= \t us-east-2 \t\n",
    "everything is indented": "[default]\n  region = us-east-2\n  output=json\n",
    "an indented line goes on with the value": "[default]\noutput = json\n  region = us-east-2\n",
    "a nested table": "[default]\nregion = us-east-2\ns3 =\n  region = nested\n  endpoint_url = http://nested\n",
    "quotes are part of the value": '[default]\nregion = "us-east-2"\n',
    "upper case": "[default]\nREGION=us-east-2\n",
    "comments": "# one\n[default]\n; two\nregion=us-east-2\n  # three\n",
    "an empty line": "\n[default]\n\n\nregion=us-east-2\n\n",
    "Windows": "[default]\r\nregion = us-east-2\r\n",
    "a section twice": "[default]\nregion=us-east-2\n[default]\noutput=x\n",
    "an option twice": "[default]\nregion=us-east-2\nregion=us-east-1\n",
    "a line before any section": "nonsense\n[default]\nregion=us-east-2\n",
    "a line that is no option": "[default]\nregion=us-east-2\nnonsense\n",
    "a section without an end": "[default\nregion=us-east-2\n",
    "profile default": "[profile default]\nregion = us-east-2\n",
    "an equals sign in the value": "[default]\nregion = us-east-2\noutput = a=b:c\n",
    "services": SERVICES_SECTION,
    "services of a section that is missing": "[default]\nregion=us-east-2\nservices=nowhere\n",
    "an endpoint of all": "[default]\nregion=us-east-2\nendpoint_url=http://all.example:2/\n",
    "an endpoint that is ignored": "[default]\nregion=us-east-2\nendpoint_url=http://x\nignore_configured_endpoint_urls=true\n",
    "an endpoint without a scheme": "[default]\nregion=us-east-2\nendpoint_url=all.example:2\n",
    "FIPS": "[default]\nregion = us-east-2\nuse_fips_endpoint = TRUE\n",
    "dual stack": "[default]\nregion = us-east-2\nuse_dualstack_endpoint = true\n",
    "nothing": "",
}
PROFILES = {
    "profile a": "[profile a]\nregion=us-east-2\n",
    "profile with spaces between": "[profile   a]\nregion=us-east-2\n",
    "a without profile": "[a]\nregion=us-east-2\n",
    "quoted": '[profile "a b"]\nregion=us-east-2\n',
    "quoted otherwise": "[profile 'a b']\nregion=us-east-2\n",
    "two words": "[profile a b]\nregion=us-east-2\n",
    "another": "[profile other]\nregion=us-east-2\n",
}


@dataclass(frozen=True)
class Case:
    name: str
    environment: dict[str, str] = field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    service: str = "s3"

    def decided(self) -> dict:
        """The case and what botocore decides, as in the fixture."""
        return {
            "name": self.name,
            "environment": self.environment,
            "config": self.config,
            "credentials": self.credentials,
            "service": SIGNING_NAMES[self.service],
            **self._decision(),
        }

    def _decision(self) -> dict:
        with tempfile.TemporaryDirectory() as home, mock.patch.dict(os.environ, self._variables(home), clear=True):
            try:
                return self._request()
            except (botocore.exceptions.BotoCoreError, ValueError) as error:
                return {"error": type(error).__name__}

    def _variables(self, home: str) -> dict[str, str]:
        folder = Path(home) / ".aws"
        folder.mkdir()
        (folder / "config").write_text(self.config, newline="")
        (folder / "credentials").write_text(self.credentials, newline="")
        key = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
        regional = {"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional"}
        return {"HOME": home, "AWS_EC2_METADATA_DISABLED": "true", **key, **regional, **self.environment}

    def _request(self) -> dict:
        requests = []

        def keep(request, **_):
            requests.append(request)
            raise _NotSent

        client = new_session().create_client(self.service)
        client.meta.events.register("before-send", keep)
        operation, arguments = OPERATIONS[self.service]
        try:
            getattr(client, operation)(**arguments)
        except _NotSent:
            pass
        [request] = requests
        authorization = request.headers["Authorization"]
        text = authorization.decode() if isinstance(authorization, bytes) else authorization
        url = request.url.partition("?")[0].removesuffix("/datastore").rstrip("/")
        return {"url": url, "region": text.split("/")[2]}


class _NotSent(Exception):
    pass


def cases() -> Iterator[Case]:
    kinds = {"plain": {}, "FIPS": FIPS, "dual stack": DUAL_STACK, "both": {**FIPS, **DUAL_STACK}}
    for region, (kind, variables), service in itertools.product(REGIONS, kinds.items(), OPERATIONS):
        if region == "cn-north-1" and "AWS_USE_FIPS_ENDPOINT" in variables and service != "s3":
            continue
        yield Case(f"{kind} {service} in {region}", {"AWS_DEFAULT_REGION": region, **variables}, service=service)
    for region in MALFORMED_REGIONS:
        yield Case(f"malformed region {region!r}", {"AWS_DEFAULT_REGION": region}, service="dynamodb")
    for region in ("fips-us-east-1", "us-east-1-fips"):
        yield Case(f"region {region}", {"AWS_DEFAULT_REGION": region})
    yield from endpoints()
    for name, config in CONFIGS.items():
        for service in ("s3", "stepfunctions") if "endpoint" in config else ("stepfunctions",):
            yield Case(f"config: {name}, {service}", config=config, service=service)
    yield from profiles()


def endpoints() -> Iterator[Case]:
    region = {"AWS_DEFAULT_REGION": "us-east-2"}
    for url in (
        *("http://all.example:1/", "https://all.example", "http://127.0.0.1:4566", "http://[::1]:4566"),
        *("http://all.example/base/", "all.example:1", "all.example", "http://a b", "http://"),
    ):
        yield Case(f"endpoint {url}", {**region, "AWS_ENDPOINT_URL": url}, service="stepfunctions")
    one = {**region, "AWS_ENDPOINT_URL": "http://all.example", "AWS_ENDPOINT_URL_S3": "http://s3.example"}
    for service in OPERATIONS:
        yield Case(f"an endpoint of S3 and one of all, {service}", one, service=service)
    for name in ("SFN", "DYNAMODB", "MEDICAL_IMAGING"):
        for service in OPERATIONS:
            yield Case(f"an endpoint of {name}, {service}", {**region, f"AWS_ENDPOINT_URL_{name}": "http://own.example"}, service=service)
    for value in ("true", "True", "false", "yes", "1"):
        yield Case(f"endpoints ignored: {value}", {**one, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": value})
        yield Case(f"FIPS: {value}", {**region, "AWS_USE_FIPS_ENDPOINT": value})
    yield Case("FIPS and an endpoint", {**one, **FIPS})
    yield Case("the environment before the profile's services", {"AWS_ENDPOINT_URL": "http://env.example"}, SERVICES_SECTION)
    fips = "[default]\nregion = us-east-2\nuse_fips_endpoint = true\n"
    yield Case("the environment against the profile", {"AWS_USE_FIPS_ENDPOINT": "false"}, fips)


def profiles() -> Iterator[Case]:
    for name, text in PROFILES.items():
        for profile in ("a", "a b"):
            yield Case(f"AWS_PROFILE={profile}, config: {name}", {"AWS_PROFILE": profile}, text, service="dynamodb")
            yield Case(f"AWS_PROFILE={profile}, credentials: {name}", {"AWS_PROFILE": profile}, "", text, service="dynamodb")
    both = {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}
    yield Case("AWS_DEFAULT_PROFILE first", both, "[profile a]\nregion=us-east-1\n[profile b]\nregion=us-east-2\n")
    yield Case("credentials before config", {}, "[default]\nregion=us-east-1\n", "[default]\nregion=us-east-2\n")
    yield Case("no files at all", {}, service="dynamodb")
    yield Case("a profile without files", {"AWS_PROFILE": "a"})
    yield Case("credentials that cannot be read", {}, "[default]\nregion=us-east-1\n", "nonsense\n")


def fixture() -> str:
    return json.dumps([case.decided() for case in cases()], indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FIXTURE.write_text(fixture())
