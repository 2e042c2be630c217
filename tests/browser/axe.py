"""What is wrong with a page: by axe's rules, wide and light, then narrow and dark; and what is wider than 320 px.

Contrasts take axe more time than all its other rules together, and most texts look like others that it has seen: cards
in a list, or the same masthead on each page. So axe measures a text only if it is the first of its look on the page,
and the look was measured on fewer than ENOUGH pages of this run. A look is made of all styles, of the element and of
those around it, from which axe computes a contrast. Positioned elements stand before a background that is not around
them, so all of them are measured.
"""

from collections import Counter, defaultdict

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCRIPT = Axe().axe_script
# Preloading would put style elements into the page, which its policy forbids.
OPTIONS = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
VIOLATIONS = "options => axe.run(options).then(results => results.violations)"
ENOUGH = 2  # pages
# Marks the elements to measure, and returns their looks as numbers. `enough` are looks that need no more measuring.
MARK = """enough => {
  const STYLES = ["backgroundColor", "backgroundImage", "clipPath", "color", "display", "filter", "fontSize"];
  STYLES.push("fontWeight", "mixBlendMode", "opacity", "textShadow", "visibility", "webkitTextFillColor");
  const [looks, measured, skipped] = [new Map([[null, 1]]), new Set(), new Set(enough)];
  const number = (text) => {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (let i = 0; i < text.length; i++) {
      a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
      b = Math.imul(b ^ text.charCodeAt(i), 1597334677);
    }
    return 4294967296 * (b & 0xfffff) + (a >>> 0);
  };
  for (const node of document.querySelectorAll("*")) {
    const [style, around] = [getComputedStyle(node), looks.get(node.parentElement)];
    const isOff = node.matches(":disabled, [aria-disabled=true]") || Boolean(node.control?.disabled);
    const stays = around && (style.position === "static" || (style.position === "relative" && style.inset === "0px"));
    const look = stays ? number([around, isOff, node.localName, ...STYLES.map((name) => style[name])].join()) : 0;
    looks.set(node, look);
    const hasText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const isShown = (hasText || node.matches("input, select, textarea")) && node.getClientRects().length > 0;
    node.toggleAttribute("data-measured", !look || (isShown && !skipped.has(look)));
    if (look && isShown) { skipped.add(look); measured.add(look); }
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-measured]" }] });
  return [...measured];
}"""
TOO_WIDE = """() => {
  const scrolls = (node) => node && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  const overhangs = (node) => node.getBoundingClientRect().right > innerWidth && !scrolls(node.parentElement);
  return document.documentElement.scrollWidth <= innerWidth ? [] :
    ["page", ...[...document.body.querySelectorAll("*")].filter(overhangs).map((node) => node.outerHTML.slice(0, 150))];
}"""

_pages_with: defaultdict[str, Counter[int]] = defaultdict(Counter)  # a look, wide and light or narrow and dark


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
    pages_with = _pages_with[scheme]
    pages_with.update(page.evaluate(MARK, [look for look, pages in pages_with.items() if pages >= ENOUGH]))
    return [
        f"{page.url} {scheme}: {rule['id']} at {node['target']}: {node['html']} {node['failureSummary']}"
        for rule in page.evaluate(VIOLATIONS, OPTIONS)
        for node in rule["nodes"]
    ]
