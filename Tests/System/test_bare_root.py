"""The zips in a root with nothing but /proc, /dev, /etc/hosts and Amazon Linux's certificate bundle, against a Runtime API
and an HTTPS endpoint: what the executable needs of its environment is there or it is a defect."""

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
# By this name moto takes the bucket from the path. It is resolved by /etc/hosts alone.
HOST = "localhost"
CA_BUNDLE = "etc/pki/tls/certs/ca-bundle.crt"
# In namespaces of its own, so that the mounts are gone with it, and no right on the machine is needed.
ENTER = """
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" /bootstrap
"""


@pytest.fixture(scope="module")
def endpoint(sample_delivery, pipeline, tmp_path_factory):
    """The local AWS by HTTPS: its URL and the certificate to trust."""
    certificate, key = make_certificate(HOST, tmp_path_factory.mktemp("tls"))
    with TLSForwarder(urlsplit(pipeline.aws.endpoint).port, certificate, key) as forwarder:
        yield f"https://{HOST}:{forwarder.port}", certificate


@pytest.fixture
def invoke(endpoint, pipeline, tmp_path):
    """One event given to a function in a bare root: kind of its answer and the answer."""
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


def test_a_certificate_that_is_not_trusted_is_an_error_that_says_so(invoke):
    kind, answer = invoke("CheckStatus", EVENTS / "check-status.json", trusts=False)
    assert (kind, answer["errorType"]) == ("error", "Function.Transient")
    assert "certificate" in answer["errorMessage"].lower()
