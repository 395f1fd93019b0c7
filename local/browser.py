# SPDX-License-Identifier: Apache-2.0

"""Debian's chromium without a window, driven by playwright from `.venv-browser`."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
PACKAGES = PROJECT / ".venv-browser" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
# Root may not use chromium's sandbox. /dev/shm can be small in a container.
OPTIONS = ("--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb")

if str(PACKAGES) not in sys.path:
    sys.path.append(str(PACKAGES))


@contextlib.contextmanager
def chromium(*options: str) -> Iterator:
    """playwright's `Browser`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*OPTIONS, *options])
        yield browser
        browser.close()


def version() -> str:
    return subprocess.run([CHROMIUM, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def findings(page) -> list[str]:
    """What axe finds serious or critical on the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {[node['html'][:200] for node in violation['nodes'][:3]]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]
