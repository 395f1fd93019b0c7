# SPDX-License-Identifier: Apache-2.0

"""The listed components of each artifact are in it, every dependency has an exact version, and the processes report the
same versions."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from conftest import PROJECT, ZIPS, unpack_function
from receiver import Receiver
from runtime_api import RuntimeAPI
from waiting import wait_for

pytestmark = pytest.mark.pipeline
ARTIFACTS = {**ZIPS, "StoreSCP": PROJECT / "dist/StoreSCP"}
OPENSSL = re.compile(rb"OpenSSL (\d+\.\d+\.\d+\w*) +\d+ \w{3} \d{4}")


def components(name: str) -> dict[str, dict]:
    document = json.loads((PROJECT / f"dist/{name}.cdx.json").read_text())
    return {component["name"]: component for component in document["components"]}


def upstream(version: str) -> str:
    """The upstream part of Debian's version, without epoch and revision."""
    return re.sub(r"(\+dfsg|\.dfsg)?-[^-]*$", "", version.rpartition(":")[2])


@pytest.fixture(scope="module")
def executables(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("executables")
    return {"StoreSCP": ARTIFACTS["StoreSCP"], **{name: unpack_function(name, folder / name) for name in ZIPS}}


@pytest.mark.parametrize("name", ARTIFACTS)
def test_each_artifact_has_its_own_valid_list(name):
    text = (PROJECT / f"dist/{name}.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    [digest] = json.loads(text)["metadata"]["component"]["hashes"]
    assert digest == {"alg": "SHA-256", "content": hashlib.sha256(ARTIFACTS[name].read_bytes()).hexdigest()}
    for component in components(name).values():
        assert PackageURL.from_string(component["purl"]).to_string() == component["purl"]
        assert component["version"] and component["licenses"]


def test_the_list_names_exactly_what_is_linked():
    everywhere = {"curl", "libisal", "libssl-dev", "zlib1g-dev", "libc6-dev", "swift", "swift-log"}
    of_gcc = {name for name in components("StoreSCP") if re.fullmatch(r"lib(gcc|stdc\+\+)-\d+-dev", name)}
    of_nio = {"swift-nio", "swift-nio-ssl", "boringssl", "llhttp", "swift-atomics", "swift-collections"}
    of_receiver = {"swift-service-lifecycle", "swift-argument-parser"}
    assert len(of_gcc) == 2
    assert components("StoreSCP").keys() == everywhere | of_gcc | of_nio | of_receiver
    for function in ("TriggerImport", "StartImportJob", "CheckStatus"):
        assert components(function).keys() == everywhere | of_gcc


@pytest.mark.parametrize("name", ARTIFACTS)
def test_the_version_of_openssl_is_that_in_the_executable(name, executables):
    found = {match.decode() for match in OPENSSL.findall(executables[name].read_bytes())}
    assert found == {upstream(components(name)["libssl-dev"]["version"])}


def test_every_linked_package_is_kept_up_to_date():
    """scripts/update-linked-packages updates the packages of these files."""
    script = (PROJECT / "scripts/update-linked-packages").read_text()
    libraries = re.search(r"^for library in (.*); do$", script, re.MULTILINE)[1].split()
    kept = set()
    for library in libraries:
        file = subprocess.run(["cc", f"-print-file-name={library}"], check=True, capture_output=True, text=True).stdout
        owner = subprocess.run(["dpkg-query", "--search", Path(file.strip()).resolve()], capture_output=True, text=True)
        kept.add(owner.stdout.split(":")[0])
    purls = [PackageURL.from_string(item["purl"]) for name in ARTIFACTS for item in components(name).values()]
    assert {url.name for url in purls if url.type == "deb" and url.qualifiers["arch"] != "source"} == kept


def test_every_swift_package_has_an_exact_version():
    """Package.swift names the exact version of each package that SwiftPM has resolved."""
    named = re.findall(r'\.package\(url: "([^"]+)", exact: "([^"]+)"\)', (PROJECT / "Package.swift").read_text())
    assert len(named) == (PROJECT / "Package.swift").read_text().count(".package(url:")
    pins = json.loads((PROJECT / "Package.resolved").read_text())["pins"]
    resolved = {pin["location"].removesuffix(".git"): pin["state"]["version"] for pin in pins}
    assert resolved == dict(named)
    for component in components("StoreSCP").values():
        if (purl := PackageURL.from_string(component["purl"])).type == "swift":
            assert resolved[f"https://{purl.namespace}/{purl.name}"] == purl.version


def linked(name: str) -> dict[str, str]:
    """The components and versions in the form in which the processes report them."""
    versions = {key: upstream(value["version"]) for key, value in components(name).items()}
    return {"libcurl": versions["curl"], "tls": f"OpenSSL/{versions['libssl-dev']}", "zlib": versions.get("zlib1g-dev")}


def test_the_receiver_logs_its_components(tmp_path):
    settings = {"STORAGE_DIRECTORY": str(tmp_path / "storage"), "DICOM_BUCKET": ""}
    with Receiver(ARTIFACTS["StoreSCP"], "http://127.0.0.1:9", "", tmp_path / "log", **settings) as receiver:
        wait_for("its first line", lambda: receiver.log_lines("receiver ready"))
        [ready] = receiver.log_lines("receiver ready")
    assert linked("StoreSCP").items() <= ready.items()


def test_the_receiver_prints_its_components():
    """Except the runtimes of the compilers, which have no versions of their own at run time."""
    output = subprocess.run([ARTIFACTS["StoreSCP"], "--version"], check=True, capture_output=True, text=True).stdout
    printed = dict(line.split() for line in output.splitlines()[1:])
    names = {"curl": "libcurl", "libssl-dev": "openssl", "zlib1g-dev": "zlib", "libisal": "isa-l", "libc6-dev": "glibc"}
    listed = {names.get(name, name): component["version"] for name, component in components("StoreSCP").items()}
    listed = {name: version for name, version in listed.items() if name != "swift" and not re.match(r"lib(gcc|stdc)", name)}
    assert printed.keys() == listed.keys()
    for name, version in printed.items():
        assert version in (listed[name], upstream(listed[name])), name


def test_a_function_logs_its_components_first(executables):
    with RuntimeAPI() as api:
        variables = {"DICOM_BUCKET": "dicom", "TABLE_NAME": "table", "OUTPUT_S3_URI": "s3://output/", "STATE_MACHINE_ARN": "arn"}
        function = api.start([executables["TriggerImport"]], AWS_REGION="us-east-1", AWS_LAMBDA_LOG_FORMAT="JSON", **variables)
        first = json.loads(function.stderr.readline())
        function.kill()
        function.wait()
    assert first["message"] == "function starting"
    assert (first["libcurl"], first["tls"]) == (linked("TriggerImport")["libcurl"], linked("TriggerImport")["tls"])
