"""The page of keyboard shortcuts names the keys that links, buttons and the script have, and no others."""

import re
from pathlib import Path

from lxml import html

ROOT = Path(__file__).resolve().parents[3]
NATIVE = {"Enter"}  # a link that has the focus is opened by the browser


def test_the_page_names_every_key(stranger):
    page = html.fromstring(stranger.get("/about/keys").content)
    named = {key.text_content() for key in page.xpath("//td[1]//kbd")}
    templates = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    moves = re.findall(r"\b(\w): \[", (ROOT / "static/js/keys.js").read_text())
    assert len(moves) == 4
    assert named - NATIVE == {*re.findall(r'data-key="([^"]+)"', templates), *moves}
