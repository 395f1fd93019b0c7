# SPDX-License-Identifier: Apache-2.0

"""Every command in README.md, CONTRIBUTING.md and docs/*.md: which test runs it, or why it is not run here."""

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jmespath
import pytest
from awscli.clidriver import create_clidriver

import dcmtk
import ports
import processes
from conftest import DICOMSTORE, PROJECT, STORE_SCP
from documented_commands import PAGES, Command, commands, pretended_calls, without_comment
from documents import code_spans
from receiver import START_SECONDS
from waiting import wait_for

COMMANDS = [command for page in PAGES for command in commands(page)]
DEPLOY, OPERATIONS = PROJECT / "docs/deploy.md", PROJECT / "docs/operations.md"


@dataclass(frozen=True)
class Here:
    """A test of this file runs it."""

    test: str


@dataclass(frozen=True)
class Elsewhere:
    """Another test runs it."""

    file: str
    test: str


@dataclass(frozen=True)
class By:
    """A script of the project runs it, in a line that has this pattern."""

    file: str
    pattern: str


@dataclass(frozen=True)
class NotRun:
    """Why it cannot be run here."""

    why: str


CI = ".ci/run"
SESSION = "test_operations_session.py"
CONSOLE_TEST = "test_a_delivery_is_followed_from_the_receiver_to_healthimaging"
DICOMSTORE_TESTS = "test_dicomstore.py"
PRETENDED = Here("test_a_page_is_a_session_in_a_shell")
AWS = NotRun("needs an account at AWS; test_the_cli_knows_each_call checks its options and its query")
REGISTRY = NotRun("needs a container registry")
ENGINE = Elsewhere("test_container.py", "test_without_a_bucket_it_stores_into_app_storage")
STORE = Here("test_the_receiver_of_the_readme_stores_a_file")
TLS = Here("test_the_receiver_with_tls_of_the_configuration_answers")
DEPLOYED = Elsewhere("test_stack_life.py", "test_a_stack_is_created_updated_and_deleted_and_retained_resources_stay")
NETWORK = Elsewhere("test_network_stack.py", "test_a_network_is_created_updated_and_deleted_and_leaves_nothing_behind")
# By the beginning of the command, without its comment. The first one that fits counts.
CLAIMS: list[tuple[str, object]] = [
    (r"make run$", Elsewhere("test_foreign_environment.py", "test_make_run_works_without_a_home")),
    (r"make (test|lint)$", By(CI, r'make "\$part"')),
    (r"make setup$", By("Makefile", "^test-swift:.* setup")),
    (r"make (release|package)$", By("Makefile", "^test-system:.* release")),
    (r"make image$", By("Tests/System/container.py", "build-image")),
    (r"make invoke FUNCTION=\w+ EVENT=\S+$", Elsewhere("test_package.py", "test_a_zip_is_invoked_by_hand")),
    (r"storescu 127\.0\.0\.1 PORT file\.dcm$", STORE),
    (r"SCP_ADDRESS=\S+ SCP_PORT=\d+ STORAGE_DIRECTORY=\S+ LOG_FORMAT=text dist/StoreSCP$", STORE),
    (r"docker run ", ENGINE),
    (r"\. \.local/run-…/environment$", Elsewhere("test_events.py", "test_a_manifest_starts_only_one_import")),
    (r"swift run \w+ --event \S+$", Elsewhere("test_events.py", "test_a_manifest_starts_only_one_import")),
    (r"sam (build|deploy) ", Elsewhere("test_sam.py", "test_sam_builds_and_deploys_the_packed_functions")),
    (r"swift build --build-tests$", By("Makefile", "swift build --build-tests")),
    (r"swift test", By("Makefile", "swift test --skip-build")),
    (r"swift format format --in-place", NotRun("changes the file that is named; `make lint` checks the format")),
    (r"STORE_SCP=\S+ \.venv/bin/python -m pytest Tests/System/\S+ -q$", By("Makefile", "-m pytest Tests/System")),
    (r"openssl req ", TLS),
    (r"TLS_CERTIFICATE=\S+ .*dist/StoreSCP &$", TLS),
    (r"echoscu \+tla --add-cert-file", TLS),
    (r"(dist/)?dicomstore status\b", Elsewhere(DICOMSTORE_TESTS, "test_an_empty_pipeline_has_nothing_wrong")),
    (r"(dist/)?dicomstore find ", Elsewhere(DICOMSTORE_TESTS, "test_a_study_is_followed_from_the_association_to_its_image_sets")),
    (r"(dist/)?dicomstore events\b", Elsewhere(DICOMSTORE_TESTS, "test_events_are_lines_of_receiver_and_functions_in_order")),
    (r"(dist/)?dicomstore redrive\b", Elsewhere("redriving.py", "redrive")),
    (r"(dist/)?dicomstore console ", Elsewhere("test_console_of_a_pipeline.py", CONSOLE_TEST)),
    (r"dist/dicomstore send .*--tls-", Elsewhere("test_send.py", "test_tls_with_client_certificates")),
    (r"dist/dicomstore send ", Elsewhere("test_send.py", "test_resume_after_failures")),
    # Sessions at AWS
    (r"output\(\) \{", Elsewhere(SESSION, "shell")),
    (r"aws dynamodb scan ", Elsewhere(SESSION, "test_the_table_shows_an_import")),
    (r"aws cloudwatch describe-alarms ", Elsewhere(SESSION, "test_the_alarms_are_listed")),
    (r"for MAPPING in |RULE=|aws events disable-rule ", Elsewhere(SESSION, "test_imports_are_paused_and_resumed")),
    (r"aws dynamodb (restore-table-|wait )", Elsewhere(SESSION, "test_a_table_is_restored_beside_the_old_one")),
    (r"aws s3 sync ", Elsewhere(SESSION, "test_the_images_are_copied_to_another_bucket")),
    (r"MANIFEST=|aws s3 cp \$MANIFEST ", Elsewhere(SESSION, "test_a_manifest_that_is_copied_onto_itself_starts_nothing_twice")),
    (r"aws cloudformation (package|deploy) --template-file (packaged|template/(pipeline|dicom-store-scp))\.yaml", DEPLOYED),
    (r"aws cloudformation deploy --template-file template/network\.yaml", NETWORK),
    (r"aws cloudformation deploy --template-file template/receiver\.yaml", DEPLOYED),
    (r"(docker (tag|push)|buildah push|aws ecr get-login-password \| (docker|buildah) login) ?", REGISTRY),
    (r"(echoscu|storescu) -v ", NotRun("needs the load balancer's address; test_senders.py sends with both programs")),
    (r"git pull$", NotRun("changes the clone")),
    (r"aws |(\w+\(\) ?\{|for |while )(.|\n)*aws ", AWS),
    (r"(quota|change) ", AWS),
    (r"\w+=.*\$\((aws|output) ", AWS),
    (r"(export )?\w+=", PRETENDED),
]


def claim(command: Command):
    text = without_comment(command.text)
    return next((it for pattern, it in CLAIMS if re.match(pattern, text)), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_command_has_a_test_or_a_reason(page):
    unclaimed = [str(command) for command in commands(page) if claim(command) is None]
    assert unclaimed == [], "say in CLAIMS which test runs it, or why it cannot be run here"


def test_each_claim_is_of_a_command():
    used = {next(pattern for pattern, _ in CLAIMS if re.match(pattern, without_comment(it.text))) for it in COMMANDS if claim(it)}
    assert [pattern for pattern, _ in CLAIMS if pattern not in used] == []


@pytest.mark.parametrize("it", dict.fromkeys(it for _, it in CLAIMS if not isinstance(it, NotRun)), ids=str)
def test_what_a_claim_names_exists(it):
    match it:
        case Here(test):
            assert callable(globals()[test])
        case Elsewhere(file, test):
            assert f"def {test}(" in (PROJECT / "Tests/System" / file).read_text()
        case By(file, pattern):
            assert re.search(pattern, (PROJECT / file).read_text(), re.MULTILINE)


# Commands of `make`, `swift run` and scripts, also in the text between the blocks

SPANS = [(page, span) for page in PAGES for span in code_spans(page.read_text())]
TEXTS = SPANS + [(it.line.page, without_comment(it.text)) for it in COMMANDS]


def test_each_target_of_make_exists():
    makefile = (PROJECT / "Makefile").read_text()
    targets = {*re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)}
    named = [(page.name, word) for page, text in TEXTS for word in re.findall(r"^make ([a-z][a-z-]*)", text)]
    assert len(named) > 40
    assert [it for it in named if it[1] not in targets] == []


def test_each_script_and_each_event_exists():
    named = {word for _, text in TEXTS for word in re.findall(r"(?<![\w/])(?:scripts|events)/[\w.-]+", text)}
    assert len(named) > 10
    assert {it for it in named if not (PROJECT / it).exists()} - {"events/NAME.json"} == set()


def test_each_product_that_is_run_exists():
    package = (PROJECT / "Package.swift").read_text()
    named = {word for _, text in TEXTS for word in re.findall(r"swift run (\w+)", text)}
    assert named and {it for it in named if f'name: "{it}"' not in package} == set()


@pytest.mark.pipeline
def test_the_command_has_the_subcommands_and_options_that_are_named():
    """`dicomstore help` lists them."""
    options: dict[str, set[str]] = {}
    for _, text in TEXTS:
        if found := re.match(r"(?:dist/)?dicomstore ([a-z]+)\b(.*)", text):
            options.setdefault(found[1], set()).update(re.findall(r"(?<= )--[a-z-]+", found[2]))
    assert options
    for subcommand, named in options.items():
        result = subprocess.run([DICOMSTORE, "help", subcommand], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
        assert named - {*re.findall(r"--[a-z-]+", result.stdout)} == set(), subcommand


# Pages as sessions in a shell

BEFORE = {
    # What the page says that is set already, in words.
    DEPLOY: [],
    OPERATIONS: ["REGISTRY=registry CODE_BUCKET=code"],
}


@pytest.fixture(scope="module")
def calls(tmp_path_factory) -> dict[Path, list[list[str]]]:
    """The calls of programs, page by page."""
    found = {}
    for page in BEFORE:
        texts = [it.text for it in commands(page)]
        found[page] = pretended_calls(BEFORE[page] + texts, tmp_path_factory.mktemp("calls"))
    return found


@pytest.mark.parametrize("page", BEFORE, ids=lambda page: page.name)
def test_a_page_is_a_session_in_a_shell(calls, page):
    """No variable is used before it is set, and each program is called."""
    programs = {call[0] for call in calls[page]}
    assert {"aws", "git", "make"} <= programs
    assert sum(call[0] == "aws" for call in calls[page]) > 20


@pytest.fixture(scope="module")
def cli():
    """AWS's CLI, in this process: its commands and their options."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    return create_clidriver()


def check(cli, arguments: list[str], is_whole: bool = True) -> None:
    """Asserts that the CLI knows the service, the operation and each option, can read the query and,
    if the call is whole, has what it needs."""
    table = cli._get_command_table()
    service, operation, *rest = arguments
    assert service in table, f"no service {service}"
    group = table[service]
    known = group.subcommand_table if hasattr(group, "subcommand_table") else group._get_command_table()
    assert operation in known, f"no operation {service} {operation}"
    command = known[operation]
    if operation == "wait":
        operation, *rest = rest
        assert operation in command.subcommand_table, f"nothing to wait for: {operation}"
        command = command.subcommand_table[operation]
    options = {it.removeprefix("--") for it in rest if it.startswith("--")}
    accepted = {*command.arg_table, *cli._get_cli_data()["options"]}
    assert options - accepted == set(), f"aws {' '.join(arguments)}: unknown {options - accepted}"
    # One of --ingress and --egress is needed: they are a group.
    groups = {name: getattr(it, "group_name", name) for name, it in command.arg_table.items()}
    required = {groups[name] for name, it in command.arg_table.items() if it.required and not it.positional_arg}
    missing = required - {groups.get(option) for option in options}
    assert not (is_whole and missing), f"aws {' '.join(arguments)}: {missing} is missing"
    for name, value in zip(rest, rest[1:], strict=False):
        if name == "--query":
            jmespath.compile(value)


@pytest.mark.parametrize("page", BEFORE, ids=lambda page: page.name)
def test_the_cli_knows_each_call(cli, calls, page):
    for name, *arguments in calls[page]:
        if name == "aws":
            check(cli, arguments)


def test_the_cli_knows_each_call_in_the_text(cli):
    found = 0
    for _, text in TEXTS:
        if text.startswith("aws ") and "…" not in text and len(text.split()) > 2 and " | " not in text:
            check_text(cli, text)
            found += 1
    assert found > 40


def check_text(cli, text: str) -> None:
    """The same for a command with variables and substitutions, which stand for one word each."""
    plain = re.sub(r"\$\([^()]*\)|\$\w+", "WORD", text.replace("\\\n", " "))
    words = shlex.split(plain)
    if any(word.startswith("--") for word in words):
        check(cli, words[1:], is_whole=False)


MISTAKES = [
    "aws dynamodb scn --table-name x",
    "aws dynamodb scan --tabel-name x",
    "aws s3 cp a b --reccursive",
    "aws dynamodb scan --table-name x --query 'Items['",
]


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_call_is_found(cli, text):
    with pytest.raises((AssertionError, jmespath.exceptions.JMESPathError)):
        check_text(cli, text)


# Commands that are run here


def shell(text: str, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, timeout=60)


def only(beginning: str, page: str = "README.md") -> str:
    """The only command of the page that begins like this."""
    [found] = {without_comment(it.text) for it in COMMANDS if it.line.page.name == page and it.text.startswith(beginning)}
    return found


def start(text: str, folder: Path) -> subprocess.Popen:
    """Starts the receiver as the command says, and waits until it is ready."""
    log = folder / "receiver.log"
    text = "exec env " + text.removesuffix("&").replace("dist/StoreSCP", str(STORE_SCP))
    process = processes.start(["bash", "-c", f"cd {folder} && {text}"], dict(os.environ), log)
    wait_for("the receiver to be ready", lambda: process.poll() is not None or "receiver ready" in log.read_text(), START_SECONDS)
    assert process.poll() is None, log.read_text()
    return process


@pytest.mark.pipeline
def test_the_receiver_of_the_readme_stores_a_file(tmp_path, instance):
    with ports.reserved_port() as port:
        text = only("SCP_ADDRESS=").replace("11112", str(port)).replace("/tmp/storage", str(tmp_path / "storage"))
        process = start(text, tmp_path)
        sent = only("storescu ").replace("PORT", str(port)).replace("file.dcm", str(instance))
        result = shell(sent.replace("storescu", str(dcmtk.path("storescu"))), tmp_path)
        assert processes.stop(process) == 0
    assert result.returncode == 0, result.stderr
    assert len([*(tmp_path / "storage").rglob("*.dcm")]) == 1


@pytest.mark.pipeline
def test_the_receiver_with_tls_of_the_configuration_answers(tmp_path):
    assert shell(only("openssl ", "configuration.md"), tmp_path).returncode == 0
    with ports.reserved_port() as port, ports.reserved_port() as plain:
        text = only("TLS_CERTIFICATE=", "configuration.md").replace("2762", str(port))
        process = start(f"SCP_ADDRESS=127.0.0.1 SCP_PORT={plain} {text}", tmp_path)
        asked = only("echoscu ", "configuration.md").replace("2762", str(port))
        result = shell(asked.replace("echoscu", str(dcmtk.path("echoscu"))), tmp_path)
        assert processes.stop(process) == 0
    assert result.returncode == 0, result.stderr


def test_make_help_lists_the_targets():
    result = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "run" in result.stdout.split() and "configuration" in result.stdout.split()
