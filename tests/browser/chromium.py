"""Finds a Chromium: the system's own, else playwright's. `python -m tests.browser.chromium` prints its path."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find(playwright: Playwright) -> str | None:
    """The path of a Chromium, or None."""
    for name in SYSTEM_NAMES:
        if path := shutil.which(name):
            return path
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


if __name__ == "__main__":
    with sync_playwright() as playwright:
        path = find(playwright)
    sys.stdout.write(f"{path}\n" if path else "")
    sys.exit(0 if path else 1)
