# SPDX-License-Identifier: Apache-2.0

"""The commands in the documents, and a shell that only pretends to run them."""

import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from conftest import PROJECT
from documents import Line, blocks

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]
# A block of code in another language has no commands.
SHELL = ("", "sh")
# If a block has a line with this, only such lines are commands, and the others are what they print.
PROMPT = "$ "

# Programs whose calls are written down instead. Everything else is the shell itself, or a program such as `tr`.
PRETENDED = ("aws", "buildah", "dicomstore", "docker", "echoscu", "git", "make", "openssl", "sam", "storescu", "swift")
PRELUDE = f"""
set -u
# One write for each call: the programs of a pipeline write at the same time.
record() {{ printf '%s\\0' "$@" $'\\1' >&3; }}
for program in {" ".join(PRETENDED)}; do
    eval "$program() {{ record '$program' \\"\\$@\\"; echo pretended; }}"
done
sleep() {{ :; }}
"""


@dataclass(frozen=True)
class Command:
    """A command, from its first line to its last."""

    line: Line
    text: str

    def __str__(self) -> str:
        return str(self.line)


def commands(page: Path) -> list[Command]:
    """The commands in the page's blocks, in their order. A command ends where bash finds it complete."""
    found = []
    for language, lines in blocks(page):
        if language not in SHELL:
            continue
        if any(line.text.startswith(PROMPT) for line in lines):
            lines = [replace(line, text=line.text.removeprefix(PROMPT)) for line in lines if line.text.startswith(PROMPT)]
        begun: list[Line] = []
        for line in lines:
            if not begun and not line.text.partition("#")[0].strip():
                continue
            begun.append(line)
            text = "\n".join(it.text for it in begun)
            if is_complete(text):
                found.append(Command(begun[0], text))
                begun = []
        assert not begun, f"bash cannot read this as a command; is it something else? Then name its language: {begun[0]}"
    return found


def is_complete(text: str) -> bool:
    return not text.endswith("\\") and subprocess.run(["bash", "-n", "-c", text], capture_output=True).returncode == 0


def without_comment(text: str) -> str:
    return re.sub(r"\s+#\s.*$", "", text, flags=re.MULTILINE).strip()


def pretended_calls(texts: list[str], folder: Path) -> list[list[str]]:
    """Runs the commands in one shell, which does not know the programs in PRETENDED but writes down their arguments."""
    script = "\n".join([PRELUDE, *texts])
    record = folder / "calls"
    with open(record, "wb") as written:
        os.set_inheritable(written.fileno(), True)
        command = ["bash", "-c", f"exec 3>&{written.fileno()}\n{script}"]
        result = subprocess.run(command, pass_fds=[written.fileno()], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    calls = record.read_bytes().decode().split("\0\1\0")
    return [call.split("\0") for call in calls if call]
