"""The examples of caches in docs/scaling.md, as they stand there, before an origin that counts, and before the site."""

import contextlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread

import pytest

from bench import caches, day, proxy_cache
from lib.pages import VARYING
from tests.browsing import Browser
from tests.serving import fetch

FRESH, STALE = 1, 3  # seconds for which the origin's answers may be kept, and be given while a next one is fetched
BROWSERS = [
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "*/*",
]


class Origin(ThreadingHTTPServer):
    """Counts the requests for each path, and answers with that number, as slowly and as badly as it is set to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock, self.requests, self.seconds, self.status = Lock(), [], 0.0, 200
        self.cache_control = f"public, max-age={FRESH}, stale-while-revalidate={STALE}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        origin = self.server
        with origin.lock:
            origin.requests.append((self.path, dict(self.headers)))
            number = sum(path == self.path for path, _ in origin.requests)
        time.sleep(origin.seconds)
        body = str(number).encode()
        self.send_response(origin.status)
        rule = origin.cache_control if origin.status == 200 else "private, no-store"
        for name, value in {"Cache-Control": rule, "Vary": "Cookie", "RateLimit": "9"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture(scope="module", params=["nginx", "varnish"])
def in_front_of(request, tmp_path_factory):
    """`in_front_of(port)`: the cache in front of what listens there; its own port."""
    if not caches.program(request.param):
        pytest.skip(f"{request.param} is not installed")
    with contextlib.ExitStack() as stack:
        yield lambda port: stack.enter_context(
            caches.in_front_of(request.param, port, tmp_path_factory.mktemp(request.param))
        )


@pytest.fixture(scope="module")
def counting(in_front_of):
    """The origin, and the port of the cache in front of it."""
    with Origin() as origin:
        Thread(target=origin.serve_forever, daemon=True).start()
        yield origin, in_front_of(origin.server_port)
        origin.shutdown()


@pytest.fixture
def origin(counting):
    origin, _ = counting
    origin.requests, origin.seconds, origin.status = [], 0.0, 200
    return origin


@pytest.fixture
def cache(counting, origin):
    return counting[1]


@pytest.fixture
def path(counter=count()):  # noqa: B008 (one for the module)
    """An address that no test before has requested."""
    return f"/papers/{next(counter)}"


@pytest.fixture(scope="module")
def front(in_front_of, site):
    """The port of the cache in front of the site."""
    return in_front_of(site.port)


def send(port, path, headers=None):
    answer = fetch(port, "GET", path, None, headers)
    return answer.status, answer.headers, answer.text


def was_kept(headers) -> bool:
    return headers["X-Proxy-Cache"] in {"HIT", "STALE", "UPDATING"}


def test_many_readers_of_a_page_that_is_not_there_cost_one_request(origin, cache, path):
    origin.seconds = 0.5
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: send(cache, path)[2], range(20)))
    assert (answers, len(origin.requests)) == (["1"] * 20, 1)


def test_an_old_page_is_given_at_once_while_the_next_is_fetched_and_never_after_its_time(origin, cache, path):
    assert send(cache, path)[2] == "1"
    time.sleep(FRESH + 1.1)  # nginx counts whole seconds
    origin.seconds, began = 0.7, time.monotonic()
    _, headers, body = send(cache, path)
    assert (body, was_kept(headers), time.monotonic() - began < 0.5) == ("1", True, True)
    time.sleep(1.2)
    assert (send(cache, path)[2], len(origin.requests)) in {("2", 2), ("2", 3)}
    time.sleep(FRESH + STALE + 1.5)
    assert send(cache, path)[2] == str(len(origin.requests))  # what was kept is older than it may be


def test_an_old_page_is_given_while_the_site_is_down_and_never_after_its_time(origin, cache, path):
    assert send(cache, path)[2] == "1"
    origin.status = 503
    for _ in range(2):
        time.sleep(FRESH + 0.3)
        assert send(cache, path)[::2] == (200, "1")
    time.sleep(STALE)
    assert send(cache, path)[0] == 503
    origin.status = 200
    assert send(cache, path)[::2] == (200, str(len(origin.requests)))


@pytest.mark.parametrize(
    "headers",
    [
        *({"Cookie": f"theme=dark; {name}=x"} for name in ("sessionid", "__Host-sessionid", "messages", "density")),
        {"Authorization": "Bearer 0"},
        {"Authorization": "0"},
    ],
    ids=str,
)
def test_what_is_of_one_reader_is_neither_kept_nor_answered_from_what_is_kept(origin, cache, path, headers):
    assert [send(cache, path, headers)[2] for _ in range(2)] == ["1", "2"]
    assert send(cache, path)[2] == "3"
    answers = [send(cache, path, headers), send(cache, path)]
    assert [body for _, _, body in answers] == ["4", "3"]
    assert [was_kept(headers) for _, headers, _ in answers] == [False, True]
    assert origin.requests[0][1].items() >= headers.items()


def test_cookies_of_others_reach_the_site_and_change_nothing(origin, cache, path):
    assert send(cache, path, {"Cookie": "csrftoken=a; _ga=1"})[2] == "1"
    assert origin.requests[0][1]["Cookie"] == "csrftoken=a; _ga=1"
    assert [send(cache, path, {"Cookie": cookie})[2] for cookie in ("csrftoken=b", "_ga=2")] == ["1", "1"]
    assert send(cache, path)[2] == "1"


def test_nobody_is_shown_what_is_left_of_anothers_limit(origin, cache, path):
    _, first, _ = send(cache, path)
    _, second, _ = send(cache, path)
    assert (was_kept(first), was_kept(second), second["RateLimit"]) == (False, True, None)
    assert send(cache, path, {"Authorization": "Bearer x"})[1]["RateLimit"] == "9"


def test_the_site_counts_the_reader_and_not_the_proxy(origin, cache, path, request):
    send(cache, path, {"X-Forwarded-For": "203.0.113.7, 198.51.100.9", "X-Other-Cookies": "sessionid=forged"})
    headers = origin.requests[0][1]
    addresses = headers["X-Forwarded-For"].split(", ")
    # nginx speaks to readers itself, and Varnish to the proxy before it, which has added the last address.
    assert addresses[2:] == ["127.0.0.1"] if "nginx" in request.node.name else addresses[-1] == "198.51.100.9"
    assert "sessionid=forged" not in headers.get("Cookie", "")


def test_browsers_share_one_copy_and_markdown_has_its_own(front):
    address = "/papers/trending?has=code"  # which no other test requests
    answers = [send(front, address, {"Accept": accept}) for accept in BROWSERS]
    assert [was_kept(headers) for _, headers, _ in answers] == [False, True, True]
    assert len({body for _, _, body in answers}) == 1
    for accept in ("text/markdown", "text/markdown, text/html, */*", "text/html;q=0.5, text/markdown"):
        _, headers, body = send(front, address, {"Accept": accept})
        assert (headers.get_content_type(), "<html" in body) == ("text/markdown", False)
    _, headers, body = send(front, address, {"Accept": "text/markdown;q=0.1, text/html"})
    assert (headers.get_content_type(), "<html" in body) == ("text/html", True)
    assert {name.lower() for name in headers["Vary"].split(", ")} <= VARYING


def test_each_gets_the_encoding_that_it_understands(front):
    address, found = "/papers/trending", []
    for encoding in ("gzip, deflate, br", "gzip", "", "gzip;q=0", "br", "gzip, br;q=1.0"):
        _, headers, body = send(front, address, {"Accept-Encoding": encoding})
        found.append(headers["Content-Encoding"])
        assert (headers["Content-Encoding"] is None) == ('class="card"' in body)
    assert found == ["gzip", "gzip", None, None, None, "gzip"]


def test_an_answer_for_htmx_is_not_given_for_the_page_nor_one_for_another_page_of_the_reader(front):
    address, found = "/papers?q=model", []
    for before in ("/papers", "/papers?q=mod", None):
        htmx = {"HX-Request": "true", "HX-Current-URL": f"http://127.0.0.1{before}"} if before else {}
        for _ in range(2):
            _, headers, _ = send(front, address, htmx)
            found.append((headers["HX-Push-Url"], headers["HX-Replace-Url"], was_kept(headers)))
    pushed, replaced, plain = (address, None), (None, address), (None, None)
    assert found == [(*each, was_kept) for each in (pushed, replaced, plain) for was_kept in (False, True)]


def test_what_pages_depend_on_is_in_the_examples():
    names = {name for name in VARYING if name}
    nginx, varnish = caches.example("nginx-cache"), caches.example("varnish")
    assert {name for name in names if f"$http_{name.replace('-', '_')}" in nginx} == names
    assert {"accept", "authorization", "cookie"} <= {
        name.lower() for name in re.findall(r"req\.http\.([\w-]+)", varnish)
    }
    assert "Vary" not in re.sub(r"#.*", "", varnish)  # it looks at Vary by itself


def test_members_and_strangers_never_get_each_others_pages(front, site):
    alice = Browser(front, f"127.0.0.1:{site.port}")
    alice.sign_in("alice")
    for address in ("/papers", "/papers/2507.01663", "/papers/trending"):
        for who in ("stranger", "member", "stranger", "member"):
            status, headers, page = send(front, address, {"Cookie": alice.cookie_header} if who == "member" else {})
            assert status == 200
            assert ("Account of alice" in page, "Sign out" in page) == (who == "member",) * 2
            assert not (who == "member" and was_kept(headers))
    date = parsedate_to_datetime(send(front, "/papers")[1]["Date"])
    time.sleep(1.1)
    assert parsedate_to_datetime(send(front, "/papers")[1]["Date"]) == date  # so that browsers know how old it is


def test_a_few_seconds_of_a_day_of_readers(front, site):
    """What bench/proxy_cache.py replays for longer and among more papers."""
    host, members = f"127.0.0.1:{site.port}", []
    for name in ("alice", "bob"):
        member = Browser(front, host)
        member.sign_in(name)
        members.append((f"Account of {name}".encode(), member.cookie_header))
    page = send(front, "/papers/trending")[2]
    addresses = {
        "lists": ["/papers", "/papers/trending", "/papers/week", "/topics"],
        "papers": [*dict.fromkeys(re.findall(r'href="(/papers/\d{4}\.\d{5})"', page))],
        "feeds": ["/papers.atom", "/papers/trending.atom"],
        "api": ["/api/daily_papers?limit=20"],
        "files": re.findall(r'href="(/static/css/[^"]+)"', page),
    }
    result = proxy_cache.replay(front, host, members, addresses, 1_000_000, 6)
    assert (result.errors, result.leaks, result.too_old) == ([], 0, 0)
    assert (result.percent > 80, result.answers["member"] > 0, 0 < result.oldest < 60) == (True,) * 3


def test_a_leak_and_an_answer_that_is_too_old_are_noticed():
    replay = proxy_cache.Replay(0, "", [(b"marker", "sessionid=x")])
    stranger, member = day.Visit(0, "lists", "/papers", None, False), day.Visit(0, "lists", "/papers", 0, False)
    old = {"Cache-Control": "public, max-age=60, stale-while-revalidate=600", "Date": "Mon, 01 Sep 2025 12:00:00 GMT"}
    headers = {"X-Proxy-Cache": "HIT", "ETag": "", "Cache-Control": "private", "Date": None}
    replay.note(stranger, b"", 200, headers | old, b"a page")
    assert (replay.result.too_old, replay.result.leaks) == (1, 0)
    replay.note(stranger, b"", 200, headers, b"a page of marker")
    replay.note(member, b"marker", 200, headers | {"X-Proxy-Cache": "MISS"}, b"Sign out, marker")
    assert replay.result.leaks == 1
    replay.note(member, b"marker", 200, headers | {"X-Proxy-Cache": "MISS"}, b"a page without a name")
    replay.note(member, b"marker", 200, headers, b"Sign out, marker")
    assert replay.result.leaks == 3
