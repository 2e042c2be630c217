"""A list in a page of another site, read there; and no other page of ours is."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Page, expect

from papers.models import Collection, Item
from tests.browser.axe import faults
from tests.factories import PaperFactory

PAGE = '<!doctype html><html lang="en"><title>The Lab</title><h1>The Lab</h1>{}</html>'
POLICY = "default-src 'none'; frame-src http:"
BORDER = "inline style"  # the line that is copied has one, which this policy does not let through


@pytest.fixture
def homepage() -> Iterator[Callable[[str], str]]:
    """Puts HTML into a page of another site, and tells its address."""
    body = []

    class Homepage(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(PAGE.format(body[-1]).encode())

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Homepage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield lambda html: (body.append(html), f"http://127.0.0.1:{server.server_port}/")[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def list_of_the_lab(lab, alice, settings, live_server):
    settings.BASE_URL = live_server.url
    for number in range(12):
        PaperFactory(arxiv_id=f"2509.{number:05}", title=f"Paper {number} of $x^2$", organisation=lab)


def copied(page: Page) -> str:
    """The line that the page of the organisation leads to."""
    page.get_by_role("button", name="Export").click()
    page.get_by_role("link", name="Embed this list").click()
    page.get_by_label("Maximum papers").fill("3")
    page.get_by_role("button", name="Preview").click()
    expect(page).to_have_url(re.compile("most=3"))
    expect(page.frame_locator("iframe").get_by_role("listitem")).to_have_count(3)
    return page.locator("#snippet").inner_text()


def test_a_list_is_read_in_a_page_of_another_site(visit, live_server, list_of_the_lab, homepage, javascript, alice):
    line = copied(visit("/orgs/lab", javascript=javascript))
    page = visit(homepage(line), user=alice, javascript=javascript, expecting=[BORDER])
    frame = page.frame_locator("iframe[title='The Lab']")
    expect(frame.get_by_role("heading", level=1)).to_have_text("The Lab")
    expect(frame.get_by_role("listitem")).to_have_count(3)
    expect(frame.locator("math").first).to_be_visible()
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Paper 11").click()
    expect(opened.value).to_have_url(f"{live_server.url}/papers/2509.00011")
    assert page.url.startswith("http://127.0.0.1")


def test_the_line_is_copied(visit, list_of_the_lab):
    page = visit("/about/embed?list=/orgs/lab", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#snippet").inner_text()


def test_no_other_page_is_read_there(visit, live_server, list_of_the_lab, homepage):
    line = f'<iframe src="{live_server.url}/orgs/lab" title="Theirs"></iframe>'
    page = visit(homepage(line), expecting=["frame-ancestors", "ERR_BLOCKED_BY_RESPONSE"])
    expect(page.frame_locator("iframe").get_by_text("The Lab")).to_have_count(0)


def test_the_embedding_page_decides_how_it_looks(visit, list_of_the_lab):
    papers = {}
    for scheme, look in (("light", ""), ("dark", ""), ("dark", "light"), ("light", "dark")):
        page = visit(f"/embed/orgs/lab?look={look}", scheme=scheme)
        papers[scheme, look] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert papers["light", ""] == papers["dark", "light"] != papers["dark", ""] == papers["light", "dark"]


def test_what_cannot_be_shown_is_said_readably(visit, alice, list_of_the_lab):
    page = visit("/embed/papers?sort=best", expecting=["status of 400", "status of 404"])
    assert faults(page) == []
    page.goto("/embed/collections/nothing")
    assert faults(page) == []
    Item.objects.add(alice, Collection.objects.create(key="bare", name="Bare", user=alice, visibility="public"), [])
    page.goto("/embed/collections/bare")
    expect(page.get_by_text("No papers yet")).to_be_visible()
    assert faults(page) == []
