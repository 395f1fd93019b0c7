# SPDX-License-Identifier: Apache-2.0

"""Runs the zips in a root folder with only /proc, /dev, /etc/hosts and Amazon Linux's certificate bundle, against a
Runtime API and an HTTPS endpoint. If the executable needs anything else of its environment, these tests fail."""

import json
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sample_events
from conftest import PROJECT, unpack_function
from runtime_api import RuntimeAPI
from tls import TLSForwarder, make_certificate

pytestmark = pytest.mark.pipeline
EVENTS = PROJECT / "events"
# With this host name, moto takes the bucket from the path. Only /etc/hosts resolves it.
HOST = "localhost"
CA_BUNDLE = "etc/pki/tls/certs/ca-bundle.crt"
# Runs in its own namespaces: the mounts end with it, and it needs no rights on the machine.
ENTER = """
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" /bootstrap
"""


@pytest.fixture(scope="module")
def endpoint(sample_delivery, pipeline, tmp_path_factory):
    """The URL of the local AWS over HTTPS, and the certificate to trust."""
    certificate, key = make_certificate(HOST, tmp_path_factory.mktemp("tls"))
    with TLSForwarder(urlsplit(pipeline.aws.endpoint).port, certificate, key) as forwarder:
        yield f"https://{HOST}:{forwarder.port}", certificate


@pytest.fixture
def invoke(endpoint, pipeline, tmp_path):
    """A function that gives an event to a function in a bare root and returns the answer's kind and the answer."""
    url, certificate = endpoint

    def invoke(function: str, event: Path, trusts: bool = True) -> tuple[str, dict]:
        root = tmp_path / function
        for folder in ("proc", "dev", "etc", Path(CA_BUNDLE).parent):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "etc/hosts").write_text(f"127.0.0.1 {HOST}\n")
        if trusts:
            shutil.copy(certificate, root / CA_BUNDLE)
        unpack_function(function, root)
        variables = {**sample_events.function_environment(pipeline), "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1"}
        command = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"]
        with RuntimeAPI() as api:
            process = api.start([*command, "sh", "-ec", ENTER, "sh", root], **variables)
            try:
                api.invoke(event.read_bytes())
                answer = api.answer()
            finally:
                process.kill()
                log = process.communicate()[1]
        print(log)
        return answer.kind, json.loads(answer.body)

    return invoke


def test_trigger_import_starts_executions_by_https(invoke):
    kind, answer = invoke("TriggerImport", EVENTS / "s3-put.json")
    [started] = answer["imports"]
    assert (kind, started["deliveryId"]) == ("response", sample_events.DELIVERY_ID)
    assert started["result"] in ("STARTED", "ALREADY_STARTED")


def test_start_import_job_starts_its_job_by_https(invoke):
    assert invoke("StartImportJob", EVENTS / "start-import-job.json") == ("response", {"batchItemFailures": []})


def test_check_status_looks_at_the_job_by_https(invoke):
    kind, answer = invoke("CheckStatus", EVENTS / "check-status.json")
    assert (kind, answer.get("outcome")) == ("response", "IMPORTED")


def test_an_untrusted_certificate_is_named_in_the_error(invoke):
    kind, answer = invoke("CheckStatus", EVENTS / "check-status.json", trusts=False)
    assert (kind, answer["errorType"]) == ("error", "Function.Transient")
    assert "certificate" in answer["errorMessage"].lower()
