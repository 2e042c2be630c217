"""What a stranger's first page costs over the wire."""

from tests.browser.world import abstracts
from tests.factories import PaperFactory

MOST_REQUESTS = 6
MOST_BYTES = 60_000


def test_the_first_page_is_light(visit):
    for number, abstract in enumerate(abstracts(30)):
        PaperFactory(title=f"{abstract[-90:]} {number}", abstract=abstract, imported_votes=number)
    page = visit("about:blank")
    wire = page.context.new_cdp_session(page)
    asked, weighed = [], []
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.loadingFinished", lambda event: weighed.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    page.goto("/papers", wait_until="networkidle")
    assert page.locator(".card").count() == 30
    assert len(asked) <= MOST_REQUESTS
    assert len(weighed) == len(asked)
    assert sum(weighed) <= MOST_BYTES
