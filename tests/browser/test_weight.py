"""What a stranger's first page costs over the wire."""

from tests.browser.world import abstracts
from tests.factories import PaperFactory

AT_LEAST, AT_MOST = 4, 6  # page, sheet, two scripts; icon
BYTES, FONT_BYTES = 60_000, 120_000


def test_the_first_page_is_light(visit):
    for number, abstract in enumerate(abstracts(30)):
        PaperFactory(title=f"{abstract[-90:]} {number}", abstract=abstract, imported_votes=number)
    page = visit("about:blank")
    wire = page.context.new_cdp_session(page)
    requests, sizes = {}, {}
    wire.on("Network.requestWillBeSent", lambda event: requests.update({event["requestId"]: event}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    wire.send("Network.enable")
    page.goto("/papers", wait_until="networkidle")
    assert page.locator(".card").count() == 30
    fonts = {key for key, event in requests.items() if event["request"]["url"].endswith(".woff2")}
    others = {key for key, event in requests.items() if not event["request"]["url"].startswith("data:")} - fonts
    assert AT_LEAST <= len(others) <= AT_MOST, [requests[key]["request"]["url"] for key in others]
    assert sum(sizes[key] for key in others) <= BYTES
    assert 0 < sum(sizes[key] for key in fonts) <= FONT_BYTES
