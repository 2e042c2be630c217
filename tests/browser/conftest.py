"""A real Chromium before a real server: `page = visit("/papers", user=alice, javascript=False)`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser import chromium
from tests.browser.watch import Watch
from tests.conftest import sign_in

HERE = Path(__file__).parent
NO_CHROMIUM = "BROWSER TESTS LEFT OUT: no Chromium"
PATIENCE = 10_000  # ms
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Marks the tests of this folder, and puts them before all others.

    Side by side they share one browser. First, they are handed to one process of pytest-xdist, while others have the
    rest of the tests.
    """
    here = [item for item in items if HERE in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.browser)
    items[:] = [*here, *(item for item in items if HERE not in item.path.parents)]


@pytest.fixture(scope="package")
def browser():
    """One Chromium for all tests of this folder.

    Playwright keeps an event loop in this thread, which Django takes for asynchronous code; DJANGO_ALLOW_ASYNC_UNSAFE
    stops it from refusing queries. Both end with the last test of this folder, since others run event loops of their
    own.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            pytest.skip(NO_CHROMIUM)
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live_server():
    """The whole site as production serves it: static files come from whitenoise, not from the finders."""
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = lambda handler: handler
    server.start()
    yield server
    server.stop()


@pytest.fixture
def visit(browser, live_server, transactional_db, settings) -> Callable[..., Page]:
    """Opens an address in a browser of its own, and fails the test if that browser had anything to complain of."""
    settings.BASE_URL = live_server.url  # where links in mails lead
    caches["default"].clear()  # the sign-in throttles
    opened = []

    def visit(path, *, user=None, javascript=True, scheme="light", expecting=(), permissions=()) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            java_script_enabled=javascript,
            color_scheme=scheme,
            viewport={"width": 1280, "height": 800},
            permissions=list(permissions),
        )
        context.set_default_timeout(PATIENCE)
        opened.append((context, Watch(context, expecting)))
        if user:
            client = Client(HTTP_HOST=live_server.url.removeprefix("http://"))
            sign_in(client, user)
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(path)
        return page

    yield visit
    for context, _ in opened:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # a request that a test never answers would let `close` wait
        context.close()
    complaints = [complaint for _, watch in opened for complaint in watch.verdict()]
    assert not complaints, "\n".join(complaints)


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def javascript(request) -> bool:
    return request.param
