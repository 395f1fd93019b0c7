# SPDX-License-Identifier: Apache-2.0

"""Links between documents lead somewhere, and the tests that they name exist."""

import re

import pytest

from conftest import PROJECT
from documents import PAGES, anchors, code_spans, links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_to_a_file_and_a_heading(page):
    wrong = [link for link, target, anchor in links(page) if not target.exists() or (anchor and anchor not in anchors(target))]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_a_link_with_the_name_of_a_document_leads_to_that_document(page):
    named = re.findall(r"\[([\w-]+\.md)\]\(([^)#]+)[^)]*\)", page.read_text())
    assert [it for it in named if it[1].rpartition("/")[2] != it[0]] == []


def test_the_headings_that_commands_name_exist():
    """In an advice, such as: see docs/operations.md, "Sweeps"."""
    code = "\n".join(path.read_text() for path in (PROJECT / "Sources").rglob("*.swift"))
    named = re.findall(r"docs/([\w-]+\.md)(?:, \\?\"([^\"\\]+)\\?\")?", code)
    assert len([heading for _, heading in named if heading]) >= 7
    wrong = [(page, heading) for page, heading in named if not (PROJECT / "docs" / page).exists()]
    for page, heading in {it for it in named if it[1]}:
        if heading.lower().replace(" ", "-") not in anchors(PROJECT / "docs" / page):
            wrong.append((page, heading))
    assert wrong == []


def test_the_map_lists_every_document():
    listed = {target for _, target, _ in links(PROJECT / "docs/README.md")}
    pages = {page for page in (PROJECT / "docs").glob("*.md") if page.name != "README.md"}
    assert pages - listed == set()


def test_the_tests_that_documents_name_exist():
    files = {path.name for path in (PROJECT / "Tests/System").glob("test_*.py")}
    swift = "\n".join(path.read_text() for path in (PROJECT / "Tests").rglob("*.swift"))
    suites = {*re.findall(r"(?:struct|class|enum|extension) (\w+Tests)\b", swift)}
    folders = {path.name for path in (PROJECT / "Tests").glob("*Tests")}
    pages = [page for page in PAGES if page.name != "CHANGELOG.md"]
    spans = [(page.name, span) for page in pages for span in code_spans(page.read_text())]
    words = [(page, word) for page, span in spans for word in re.findall(r"[\w.]+", span)]
    assert [it for it in words if re.fullmatch(r"test_\w+\.py", it[1]) and it[1] not in files] == []
    assert [it for it in words if re.fullmatch(r"[A-Z]\w+Tests", it[1]) and it[1] not in suites | folders] == []
