# SPDX-License-Identifier: Apache-2.0

"""The documents as Markdown: headings, links, spans of code and blocks of code."""

import re
from dataclasses import dataclass
from pathlib import Path

from conftest import PROJECT

AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PAGES = [*(PROJECT / name for name in AT_THE_TOP), *sorted((PROJECT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( *)```")


@dataclass(frozen=True)
class Line:
    """A line of a block of code."""

    page: Path
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(PROJECT)}:{self.number}: {self.text.strip()}"


def blocks(page: Path) -> list[tuple[str, list[Line]]]:
    """The blocks of code between fences: the language behind the first fence, and the lines without indentation."""
    found, indentation = [], None
    for number, text in enumerate(page.read_text().splitlines(), 1):
        fence = FENCE.match(text)
        if fence and indentation is None:
            indentation = fence[1]
            found.append((text.strip().removeprefix("```"), []))
        elif fence:
            indentation = None
        elif indentation is not None:
            found[-1][1].append(Line(page, number, text.removeprefix(indentation)))
    return found


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def code_spans(text: str) -> list[str]:
    """The text between backticks, on one line each."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(text))]


def anchors(page: Path) -> set[str]:
    """What a link may name behind the hash sign, as GitHub makes it from headings."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", prose(page.read_text()), re.MULTILINE):
        plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.append(anchor if anchor not in found else f"{anchor}-{found.count(anchor)}")
    return {*found}


def links(page: Path) -> list[tuple[str, Path, str]]:
    """Each link to a file of this project: its text, the file, and the anchor, which may be empty."""
    found = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", prose(page.read_text())))
    local = [link for link in found if "://" not in link and not link.startswith("mailto:")]
    places = [link.partition("#") for link in local]
    files = [(page.parent / name).resolve() if name else page for name, _, _ in places]
    return [(link, file, anchor) for link, file, (_, _, anchor) in zip(local, files, places, strict=True)]
