"""What a stranger's first page costs over the wire."""

from tests.browser.world import abstracts
from tests.factories import PaperFactory

AT_LEAST, AT_MOST = 4, 6  # page, sheet, two scripts; icon
BYTES = 60_000


def test_the_first_page_is_light(visit):
    for number, abstract in enumerate(abstracts(30)):
        PaperFactory(title=f"{abstract[-90:]} {number}", abstract=abstract, imported_votes=number)
    page = visit("about:blank")
    wire = page.context.new_cdp_session(page)
    urls, sizes = [], []
    wire.on("Network.requestWillBeSent", lambda event: urls.append(event["request"]["url"]))
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    page.goto("/papers", wait_until="networkidle")
    assert page.locator(".card").count() == 30
    over_the_wire = [url for url in urls if not url.startswith("data:")]
    assert AT_LEAST <= len(over_the_wire) <= AT_MOST, over_the_wire
    assert sum(sizes) <= BYTES
