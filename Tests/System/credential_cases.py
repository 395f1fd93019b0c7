# SPDX-License-Identifier: Apache-2.0

"""The places where botocore finds credentials, to compare the receiver's chain with: `python
Tests/System/credential_cases.py` writes it to Tests/AWSCredentialsTests/Fixtures/credentials.json.

`{url}` stands for a server that acts as container endpoint, instance metadata, STS and IAM Identity Center, `{home}`
for the user's home folder. Each access key names its source. There is no case where the chain differs on purpose: a
role without source_profile, and a profile of an unsupported form, are errors, and no later source is asked.
"""

import contextlib
import hashlib
import http.server
import json
import os
import re
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import botocore.credentials
import botocore.exceptions
import botocore.tokens
from botocore_sessions import new_session

FIXTURE = Path(__file__).parents[1] / "AWSCredentialsTests" / "Fixtures" / "credentials.json"
FUTURE, PAST = "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
PROCESS = """echo '{"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s"}'"""


def static(name: str) -> str:
    return f"aws_access_key_id = AKID{name}\naws_secret_access_key = s\n"


def role(name: str, **settings: str) -> str:
    lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
    return f"role_arn = arn:aws:iam::123456789012:role/{name}\n{lines}"


def cached_token(name: str, expires: str = FUTURE) -> dict[str, str]:
    """The file that `aws sso login` writes."""
    text = json.dumps({"accessToken": "sso-token", "expiresAt": expires})
    return {f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json": text}


@dataclass(frozen=True)
class Case:
    name: str
    environment: dict[str, str] = field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def decided(self, url: str) -> dict:
        """The case and what botocore finds, as in the fixture. Without an access key, the case is an error."""
        files = {".aws/config": self.config, ".aws/credentials": self.credentials, **self.files}
        found = self._found(url, files)
        return {"name": self.name, "environment": self.environment, "files": files, **({"accessKeyID": found} if found else {})}

    def _found(self, url: str, files: dict[str, str]) -> str | None:
        with tempfile.TemporaryDirectory() as home:
            for path, text in files.items():
                (Path(home) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(home) / path).write_text(_filled(text, url, home))
            variables = {**BASE, **self.environment, "HOME": "{home}", "PATH": os.environ["PATH"]}
            filled = {name: _filled(value, url, home) for name, value in variables.items()}
            with mock.patch.dict(os.environ, filled, clear=True), _cache_of_tokens(Path(home) / ".aws/sso/cache"):
                try:
                    credentials = new_session().get_credentials()
                    return credentials and credentials.get_frozen_credentials().access_key
                except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError, ValueError):
                    return None


@contextlib.contextmanager
def _cache_of_tokens(folder: Path) -> Iterator[None]:
    """botocore determined the user's home folder when it was imported."""
    with contextlib.ExitStack() as patches:
        for provider in (botocore.tokens.SSOTokenProvider, botocore.credentials.SSOProvider):
            patches.enter_context(mock.patch.object(provider, "_SSO_TOKEN_CACHE_DIR", str(folder)))
        yield


# Nothing of this machine's settings, and no network except to the server.
BASE = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_ENDPOINT_URL_STS": "{url}",
    "AWS_ENDPOINT_URL_SSO": "{url}",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}/nowhere",
}
INSTANCE = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}/"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}
KEY = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/pod"}
TOKEN = {"token": "jwt-of-pod"}
SSO = "sso_session = hospital\nsso_account_id = 123456789012\nsso_role_name = reader\n"
SESSION = "[sso-session hospital]\nsso_region = us-east-1\nsso_start_url = https://hospital.awsapps.com/start\n"
LEGACY_URL = "https://old.awsapps.com/start"
LEGACY = f"sso_start_url = {LEGACY_URL}\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = old\n"


def _filled(text: str, url: str, home: str) -> str:
    return text.replace("{url}", url).replace("{home}", home)


def cases() -> Iterator[Case]:
    yield Case("nothing")
    yield Case("the environment", KEY)
    yield Case("half an environment", {"AWS_ACCESS_KEY_ID": "AKIDENV"}, credentials=f"[default]\n{static('FILE')}")
    yield Case("the environment before all", {**KEY, **WEB, **CONTAINER, **INSTANCE}, f"[default]\n{SSO}", f"[default]\n{static('FILE')}", TOKEN)
    yield Case("the environment before a role", KEY, f"[default]\n{role('app', source_profile='base')}[profile base]\n{static('BASE')}")
    yield from files()
    yield from roles()
    yield from web_identities()
    yield from identity_center()
    yield from processes()
    yield Case("a container", CONTAINER)
    yield Case("a container before an instance", {**CONTAINER, **INSTANCE})
    yield Case("an instance", INSTANCE)
    yield Case("an instance without its slash", {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"})
    yield Case("an instance that is not to be asked", {**INSTANCE, "AWS_EC2_METADATA_DISABLED": "TRUE"})
    yield Case("a container that is not there", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/nowhere"})
    yield Case("a profile before a container", CONTAINER, f"[default]\n{static('CONFIG')}")
    yield Case("a web identity before a container", {**CONTAINER, **WEB}, files=TOKEN)


def files() -> Iterator[Case]:
    yield Case("the credentials file", credentials=f"[default]\n{static('FILE')}")
    yield Case("the config file", config=f"[default]\n{static('CONFIG')}")
    yield Case("the credentials file before the config file", {}, f"[default]\n{static('CONFIG')}", f"[default]\n{static('FILE')}")
    yield Case("half a credentials file", {}, f"[default]\n{static('CONFIG')}", "[default]\naws_access_key_id = AKIDHALF\n")
    yield Case("a profile of the credentials file", {"AWS_PROFILE": "a"}, "", f"[default]\n{static('FILE')}[a]\n{static('A')}")
    yield Case("a profile of the config file", {"AWS_PROFILE": "a"}, f"[default]\n{static('CONFIG')}[profile a]\n{static('A')}")
    yield Case("a profile without anything, and a container", {"AWS_PROFILE": "a", **CONTAINER}, "[profile a]\noutput = json\n")


def roles() -> Iterator[Case]:
    base = f"[profile base]\n{static('BASE')}"
    app = f"[default]\n{role('app', source_profile='base')}"
    yield Case("a role", {}, app + base)
    yield Case("a role by the credentials file", {}, app, f"[base]\n{static('BASE')}")
    yield Case("a role before the profile's own key", {}, f"{app}{static('OWN')}{base}")
    yield Case("a role of another profile", {"AWS_PROFILE": "a"}, f"[profile a]\n{role('a', source_profile='base')}{base}")
    yield Case("a role with an external id", {}, f"[default]\n{role('app', source_profile='base', external_id='x-1')}{base}")
    yield Case("a role by itself", {}, f"[default]\n{role('app', source_profile='default')}{static('OWN')}")
    yield Case("a role by a role", {}, f"{app}[profile base]\n{role('middle', source_profile='first')}[profile first]\n{static('FIRST')}")
    yield Case("roles in a circle", {}, f"{app}[profile base]\n{role('middle', source_profile='default')}")
    yield Case("a role whose source is missing", {}, app)
    yield Case("a role whose source has nothing", {}, f"{app}[profile base]\noutput = json\n")
    yield Case("a role whose source has nothing, and a container", CONTAINER, f"{app}[profile base]\noutput = json\n")
    yield Case("a role by a process", {}, f"{app}[profile base]\ncredential_process = {PROCESS}\n")
    yield Case("a role by an identity center", {}, f"{app}[profile base]\n{SSO}{SESSION}", files=cached_token("hospital"))
    web = role("web", web_identity_token_file="{home}/token")
    yield Case("a role by a web identity", {}, f"{app}[profile base]\n{web}", files=TOKEN)
    for source in ("Environment", "EcsContainer", "Ec2InstanceMetadata", "Elsewhere"):
        text = f"[default]\n{role('app', credential_source=source)}"
        yield Case(f"a role by {source}", {**CONTAINER, **INSTANCE}, text)
    both = role("app", credential_source="EcsContainer", source_profile="base")
    yield Case("a role by two sources", CONTAINER, f"[default]\n{both}{base}")
    yield Case("a role with a session's name", {}, f"[default]\n{role('app', source_profile='base', role_session_name='ct-1')}{base}")


def web_identities() -> Iterator[Case]:
    yield Case("a web identity", WEB, files=TOKEN)
    yield Case("a web identity with a session's name", {**WEB, "AWS_ROLE_SESSION_NAME": "s-1"}, files=TOKEN)
    yield Case("a web identity without a token", WEB)
    yield Case("a web identity without a role", {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"}, files=TOKEN)
    profile = role("web", web_identity_token_file="{home}/token")
    yield Case("a web identity of the profile", {}, f"[default]\n{profile}", files=TOKEN)
    yield Case("a web identity before the profile's key", {}, f"[default]\n{profile}{static('OWN')}", files=TOKEN)
    yield Case("a web identity before the credentials file", WEB, "", f"[default]\n{static('FILE')}", TOKEN)
    yield Case("a token's file of the environment, a role of the profile", {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"}, f"[default]\n{role('web')}", files=TOKEN)


def identity_center() -> Iterator[Case]:
    valid = cached_token("hospital")
    yield Case("an identity center", {}, f"[default]\n{SSO}{SESSION}", files=valid)
    yield Case("an identity center before the profile's key", {}, f"[default]\n{SSO}{static('OWN')}{SESSION}", files=valid)
    yield Case("an identity center before the credentials file", {}, f"[default]\n{SSO}{SESSION}", f"[default]\n{static('FILE')}", valid)
    yield Case("an identity center without a login", {}, f"[default]\n{SSO}{SESSION}")
    yield Case("an identity center after its token's end", {}, f"[default]\n{SSO}{SESSION}", files=cached_token("hospital", PAST))
    yield Case("an identity center without its section", {}, f"[default]\n{SSO}", files=valid)
    yield Case("an identity center without an account", {}, f"[default]\nsso_session = hospital\nsso_role_name = reader\n{SESSION}", files=valid)
    yield Case("an identity center in the older form", {}, f"[default]\n{LEGACY}", files=cached_token(LEGACY_URL))
    yield Case("the older form without a login", {}, f"[default]\n{LEGACY}")
    yield Case("the older form without a region", {}, f"[default]\n{LEGACY}".replace("sso_region = us-east-1\n", ""), files=cached_token(LEGACY_URL))


def processes() -> Iterator[Case]:
    def process(command: str, rest: str = "") -> str:
        return f"[default]\ncredential_process = {command}\n{rest}"

    def printing(**document) -> str:
        return process(f"echo '{json.dumps(document)}'")

    yield Case("a process", {}, process(PROCESS))
    yield Case("a process before the config file's key", {}, process(PROCESS, static("OWN")))
    yield Case("a process after the credentials file", {}, process(PROCESS), f"[default]\n{static('FILE')}")
    yield Case("a process before a container", CONTAINER, process(PROCESS))
    yield Case("a process with a token", {}, printing(Version=1, AccessKeyId="AKIDTOKEN", SecretAccessKey="s", SessionToken="t", Expiration=FUTURE))
    yield Case("a process of another version", {}, printing(Version=2, AccessKeyId="AKIDTWO", SecretAccessKey="s"))
    yield Case("a process without a version", {}, printing(AccessKeyId="AKIDNONE", SecretAccessKey="s"))
    yield Case("a process without a secret", {}, printing(Version=1, AccessKeyId="AKIDNONE"))
    yield Case("a process that fails", {}, process("false"))
    yield Case("a process that prints nothing", {}, process("true"))
    yield Case("a process that prints something else", {}, process("echo hello"))
    yield Case("a process that is not there", {}, process("{home}/absent"))
    yield Case("a process with double quotes", {}, process('echo "{\\"Version\\": 1, \\"AccessKeyId\\": \\"AKIDQUOTED\\", \\"SecretAccessKey\\": \\"s\\"}"'))
    yield Case("a process with an open quote", {}, process("echo 'x"))


class _Server(http.server.BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        self._answer("TOKEN" if self.path == "/latest/api/token" else None)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        parameters = dict(urllib.parse.parse_qsl(query))
        key = {"SecretAccessKey": "s", "Token": "t", "Expiration": FUTURE}
        instance = "/latest/meta-data/iam/security-credentials/"
        if path == instance:
            self._answer("instance-role")
        elif path == f"{instance}instance-role":
            self._answer(json.dumps({"Code": "Success", "AccessKeyId": "INSTANCE", **key}))
        elif path == "/container":
            self._answer(json.dumps({"AccessKeyId": "CONTAINER", **key}))
        elif path == "/federation/credentials" and self.headers["x-amz-sso_bearer_token"] == "sso-token":
            name = f"SSO-{parameters['role_name']}-{parameters['account_id']}"
            found = {"accessKeyId": name, "secretAccessKey": "s", "sessionToken": "t", "expiration": 4070908800000}
            self._answer(json.dumps({"roleCredentials": found}))
        else:
            self._answer(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = dict(urllib.parse.parse_qsl(body))
        name = asked["RoleArn"].rpartition("/")[2]
        if asked["Action"] == "AssumeRole":
            by = re.search("Credential=([^/]*)/", self.headers["Authorization"])[1]
            key = f"ROLE-{name}-BY-{by}"
        else:
            key = f"WEB-{name}-{asked['WebIdentityToken']}"
        key += f"-EXT-{asked['ExternalId']}" if "ExternalId" in asked else ""
        session = asked["RoleSessionName"]
        key += f"-AS-{session}" if session in ("ct-1", "s-1") else ""
        result = f"{asked['Action']}Result"
        self._answer(
            f"<R><{result}><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
            f"<SessionToken>t</SessionToken><Expiration>{FUTURE}</Expiration></Credentials></{result}></R>"
        )

    def _answer(self, text: str | None) -> None:
        body = (text or "").encode()
        self.send_response(200 if text else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


@contextlib.contextmanager
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def fixture() -> str:
    with server() as url:
        return json.dumps([case.decided(url) for case in cases()], indent=1) + "\n"


if __name__ == "__main__":
    FIXTURE.write_text(fixture())
