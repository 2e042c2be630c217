"""What is wrong with a page: by axe's rules, wide and light, then narrow and dark; and what is wider than 320 px."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCRIPT = Axe().axe_script
# Preloading would put style elements into the page, which its policy forbids.
OPTIONS = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
VIOLATIONS = "options => axe.run(options).then(results => results.violations)"
TOO_WIDE = """() => {
  const scrolls = (node) => node && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  const overhangs = (node) => node.getBoundingClientRect().right > innerWidth && !scrolls(node.parentElement);
  return document.documentElement.scrollWidth <= innerWidth ? [] :
    ["page", ...[...document.body.querySelectorAll("*")].filter(overhangs).map((node) => node.outerHTML.slice(0, 150))];
}"""


def assert_faultless(page: Page, paths: list[str]) -> None:
    """Opens each path, which must not redirect, and fails with the faults of all of them."""
    found = []
    for path in paths:
        page.goto(path)
        assert page.url.endswith(path)
        found += faults(page)
    assert not found, "\n".join(found)


def faults(page: Page) -> list[str]:
    """All faults of this page with everything disclosed; leaves it narrow and dark."""
    page.evaluate("() => document.querySelectorAll('details').forEach(details => (details.open = true))")
    page.evaluate(SCRIPT)
    _show(page, "light", 1280)
    found = _violations(page, "light")
    _show(page, "dark", 320)
    found += _violations(page, "dark")
    return found + [f"{page.url} wider than 320 px: {element}" for element in page.evaluate(TOO_WIDE)]


def _show(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})


def _violations(page: Page, scheme: str) -> list[str]:
    return [
        f"{page.url} {scheme}: {rule['id']} at {node['target']}: {node['html']} {node['failureSummary']}"
        for rule in page.evaluate(VIOLATIONS, OPTIONS)
        for node in rule["nodes"]
    ]
