# SPDX-License-Identifier: Apache-2.0

"""The tables of docs that are printed from the code."""

import re

from conftest import PROJECT


def generated(page: str, name: str) -> list[list[str]]:
    """The rows of a table without its heading, as lists of cells."""
    text = (PROJECT / "docs" / page).read_text()
    [table] = re.findall(rf"<!-- generated: {re.escape(name)}, by .*? -->\n(.*?)<!-- end of generated -->", text, re.DOTALL)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert rows[1:2] == [["---"] * len(rows[0])], "the table is empty: run `make configuration`"
    return rows[2:]
