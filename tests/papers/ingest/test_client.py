"""The HTTP client: its hosts, intervals and attempts, and the requests that arXiv's queries send through it."""

import httpx2
import pytest

from papers.ingest import arxiv
from papers.ingest.client import MAX_PAGES, Client, FetchError, TemporaryError
from papers.ingest.problem import Problem, RecordError
from papers.ingest.record import PaperRecord
from papers.lengths import MAX_URL

HUB, ATOM = "https://huggingface.co/api/daily_papers", "https://export.arxiv.org/api/query"

pytestmark = pytest.mark.usefixtures("at_once")


class Site:
    """A fake server, which answers in order and repeats its last response, with a clock that only sleeping moves."""

    def __init__(self, *responses, **options):
        self.responses, self.requests, self.request_times, self.now = list(responses), [], [], 0.0
        transport = httpx2.MockTransport(self.respond)
        self.client = Client(transport, clock=lambda: self.now, sleep=self.sleep, **options)

    def respond(self, request):
        self.requests.append(request)
        self.request_times.append(self.now)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return httpx2.Response(response) if isinstance(response, int) else response

    def sleep(self, seconds):
        self.now += seconds


def text(body, **headers) -> httpx2.Response:
    return httpx2.Response(200, text=body, headers=headers)


def test_it_says_who_it_is(settings):
    settings.CONTACT = "mailto:press@example.org"
    site = Site(text("hello"))
    assert site.client.get(HUB).body == b"hello"
    assert site.requests[0].headers["User-Agent"] == "Broadsheet (+mailto:press@example.org)"


@pytest.mark.parametrize(
    "url",
    [
        "http://huggingface.co/api/daily_papers",
        "https://example.org/",
        "https://huggingface.co.example.org/",
        "https://huggingface.co@example.org/",
        "https://user:secret@huggingface.co/",
        "https://huggingface.co:8443/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://huggingface.co:99999999/",
        "huggingface.co",
        "",
    ],
)
def test_it_goes_to_known_hosts_only(url):
    site = Site(text("hello"))
    with pytest.raises(FetchError):
        site.client.get(url)
    assert site.requests == []


def test_a_redirect_leads_to_known_hosts_only():
    moved = httpx2.Response(302, headers={"Location": "https://huggingface.co/elsewhere"})
    site = Site(moved, text("hello"))
    assert site.client.get(HUB).body == b"hello"
    site = Site(httpx2.Response(302, headers={"Location": "https://169.254.169.254/latest"}))
    with pytest.raises(FetchError, match="only https addresses of"):
        site.client.get(HUB)
    assert len(site.requests) == 1


def test_arxiv_is_asked_every_three_seconds_and_redirects_count():
    moved = httpx2.Response(301, headers={"Location": "https://arxiv.org/api/query"})
    site = Site(text("a"), moved, text("b"))
    for url in (ATOM, ATOM, "https://oaipmh.arxiv.org/oai"):
        site.client.get(url)
    assert site.request_times == [0, 3, 6, 9]


def test_the_hub_is_asked_every_second_and_does_not_wait_for_arxiv():
    site = Site(text("a"))
    for url in (ATOM, HUB, HUB):
        site.client.get(url)
    assert site.request_times == [0, 0, 1]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(status):
    site = Site(httpx2.Response(status, headers={"Retry-After": "40"}), text("hello"))
    assert site.client.get(ATOM).body == b"hello"
    assert site.request_times == [0, 40]


def test_a_site_whose_requests_are_used_up_is_left_alone_for_as_long_as_it_says():
    used_up = {"RateLimit": '"api";r=0;t=42', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
    site = Site(text("a", **used_up), text("b", RateLimit='"api";r=7;t=42'), text("c"))
    for _ in range(3):
        site.client.get(HUB)
    assert site.request_times == [0, 42, 43]
    site = Site(httpx2.Response(429, headers=used_up), text("hello"))
    assert site.client.get(HUB).body == b"hello"
    assert site.request_times == [0, 42]


def test_one_site_is_allowed_in_addition_at_its_port_and_every_second():
    site = Site(text("hello"), site="https://papers.example.org:8443/dump/")
    for _ in range(2):
        site.client.get("https://papers.example.org:8443/api/daily_papers")
    assert site.request_times == [0, 1]
    others = ["https://papers.example.org/", "http://papers.example.org:8443/", "https://a@papers.example.org:8443/"]
    for url in [*others, "https://papers.example.org:8443.evil.org/", "https://evil.papers.example.org:8443/"]:
        with pytest.raises(FetchError):
            site.client.get(url)
    assert len(site.requests) == 2


@pytest.mark.parametrize("address", ["http://papers.example.org", "ftp://127.0.0.1", "papers.example.org", "nonsense:"])
def test_a_site_without_a_safe_address_allows_nothing(address):
    site = Site(text("hello"), site=address)
    for url in (address, "http://example.org/", "http://169.254.169.254/latest"):
        with pytest.raises(FetchError, match="is not fetched"):
            site.client.get(url)
    assert site.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_plain_http_is_for_this_machine_and_without_a_pause(host):
    site = Site(text("hello"), site=f"http://{host}:8123")
    for _ in range(2):
        site.client.get(f"http://{host}:8123/")
    assert site.request_times == [0, 0]
    with pytest.raises(FetchError):
        site.client.get(f"http://{host}:8124/")


def test_retry_after_may_be_a_date(time_machine):
    time_machine.move_to("2025-09-10T10:00:00Z", tick=False)
    headers = {"Retry-After": "Wed, 10 Sep 2025 10:01:00 GMT"}
    site = Site(httpx2.Response(503, headers=headers), text("hello"))
    assert site.client.get(HUB).body == b"hello"
    assert site.request_times == [0, 60]


def test_retry_after_may_be_nonsense():
    site = Site(httpx2.Response(503, headers={"Retry-After": "later"}), text("hello"))
    assert site.client.get(HUB).body == b"hello"


def test_patience_ends():
    site = Site(httpx2.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(TemporaryError, match="asks us to come back in 3600 seconds"):
        site.client.get(HUB)
    assert (site.request_times, site.now) == ([0], 0)


def test_what_may_pass_is_tried_three_times():
    site = Site(httpx2.ConnectError("no route"), 500, text("hello"))
    assert site.client.get(HUB).body == b"hello"
    for response, words in ((httpx2.ReadTimeout("timed out"), "timed out"), (502, "answered 502 Bad Gateway")):
        site = Site(response)
        with pytest.raises(FetchError, match=words):
            site.client.get(HUB)
        assert len(site.requests) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 304])
def test_what_will_not_pass_is_not_tried_again(status):
    site = Site(status)
    with pytest.raises(FetchError, match=str(status)):
        site.client.get(HUB)
    assert len(site.requests) == 1


def test_a_body_has_an_end():
    assert len(Site(text("x" * 1000)).client.get(HUB, max_bytes=1000).body) == 1000
    with pytest.raises(FetchError, match="more than 1,000 bytes"):
        Site(text("x" * 1001)).client.get(HUB, max_bytes=1000)


def test_pages_follow_each_other_and_never_in_a_circle():
    site = Site(text("1", Link='</api/daily_papers?p=1>; rel="next"'), text("2", Link=f'<{HUB}>; rel="next"'))
    assert list(site.client.pages(HUB)) == [(HUB, b"1"), (f"{HUB}?p=1", b"2")]


class Endless(Site):
    """Each of its pages names another one."""

    def respond(self, request):
        self.requests.append(request)
        return text("1", Link=f'</api/daily_papers?p={len(self.requests)}>; rel="next"')


def test_pages_without_end_are_left_at_some_time():
    site = Endless()
    with pytest.raises(FetchError, match="1,000 pages came before it"):
        list(site.client.pages(HUB))
    assert len(site.requests) == MAX_PAGES


def test_a_next_page_has_an_address_that_can_be_kept():
    start = f"{HUB}?p="
    for more, is_taken in ((0, True), (1, False)):
        address = start + "1" * (MAX_URL - len(start) + more)
        site = Site(text("1", Link=f'<{address}>; rel="next"'), text("2"))
        if is_taken:
            assert [url for url, _ in site.client.pages(HUB)] == [HUB, address]
        else:
            with pytest.raises(FetchError, match="more than 500 characters"):
                list(site.client.pages(HUB))


def feed(*ids) -> httpx2.Response:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{i}</id><title>T</title><published>2025-09-10T00:00:00Z</published></entry>"
        for i in ids
    )
    return text(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>')


def test_ids_are_asked_by_the_hundred():
    ids = [f"2509.{n:05}" for n in range(101)]
    site = Site(feed(*ids[:100]), feed(ids[100]))
    assert [item.arxiv_id for item in arxiv.fetch(ids, site.client)] == ids
    first, second = (request.url.params for request in site.requests)
    assert (first["id_list"], first["max_results"]) == (",".join(ids[:100]), "100")
    assert second["id_list"] == ids[100]


def test_ids_that_are_none_or_unknown_are_told():
    site = Site(feed("2509.00001v2"))
    items = list(arxiv.fetch(["2509.00001v2", "abc", "https://arxiv.org/abs/2509.00002v1"], site.client))
    assert items == [
        Problem("ids", 2, "“abc” is not an arXiv id such as 2509.08721 or hep-th/9901001"),
        PaperRecord.from_source(arxiv_id="2509.00001v2", title="T", published_at="2025-09-10", seems_withdrawn=False),
        Problem("arXiv", None, "2509.00002v1 is not known there"),
    ]
    assert site.requests[0].url.params["id_list"] == "2509.00001v2,2509.00002v1"


def test_nothing_is_asked_for_ids_that_are_none():
    site = Site(feed())
    assert len(list(arxiv.fetch(["abc", ""], site.client))) == 2
    assert site.requests == []


def test_one_paper_is_found_or_refused():
    assert arxiv.fetch_one("2509.00001", Site(feed("2509.00001v1")).client).version == 1
    with pytest.raises(RecordError, match="is not known there"):
        arxiv.fetch_one("2509.00001", Site(feed()).client)
    with pytest.raises(RecordError, match="is not an arXiv id"):
        arxiv.fetch_one("abc", Site(feed()).client)
    with pytest.raises(FetchError, match="is not XML that we read"):
        arxiv.fetch_one("2509.00001", Site(text("<html>")).client)
