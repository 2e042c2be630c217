"""The front door of a site in a process of its own, and how its processes come to be."""

import gzip
import re
import time
from itertools import product

import psutil
import pytest

from tests.config.test_server import alice as alice
from tests.serving import fetch

PAPER = "/papers/2507.01663"
PATHS = ["/papers", "/papers/trending", PAPER, "/papers/trending.atom", "/robots.txt", "/papers?q=model", "/nowhere"]
HEADERS = [{}, {"Accept-Encoding": "gzip"}, {"HX-Request": "true", "HX-Current-URL": "/papers"}, {"If-None-Match": "*"}]


@pytest.fixture(scope="module")
def site(serve_demo):
    """The site with its front door, in one process, so that what is kept is kept for the next request."""
    with serve_demo(FRONT_DOOR="1", WEB_CONCURRENCY="1") as server:
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="module")
def port(site) -> int:
    return site.port


def ask(port, path, method="GET", **headers):
    """The status, the headers and the unpacked body."""
    status, answered, body = fetch(port, method, path, None, headers)
    return status, answered, gzip.decompress(body) if answered["Content-Encoding"] else body


def two(port, path, **headers):
    """The answer that was made and the one that was kept; made again if a second has passed between them."""
    for _ in range(20):
        made, kept = ask(port, path, **headers), ask(port, path, **headers)
        if [made[1]["X-Cache"], kept[1]["X-Cache"]] == ["miss", "hit"]:
            return made, kept
        time.sleep(1.6)
    return pytest.fail(f"{path} is never kept: {made[1]}")


def test_files_pass_through(port):
    sheet = re.search(rb'href="(/static/css/site[^"]*)"', ask(port, "/papers")[2])[1].decode()
    status, headers, body = ask(port, sheet)
    assert (status, headers["Content-Type"], headers["X-Cache"]) == (200, 'text/css; charset="utf-8"', None)
    assert body.rstrip().endswith(b"}")


@pytest.mark.parametrize("path", ["/papers/trending", PAPER, "/papers/trending.atom", "/robots.txt"])
def test_what_is_kept_is_what_was_made(port, path):
    plain, kept_plain = two(port, path)
    packed, kept_packed = two(port, path, **{"Accept-Encoding": "gzip"})
    assert (plain[1]["Content-Encoding"], packed[1]["Content-Encoding"]) == (None, "gzip")
    for made, kept in ((plain, kept_plain), (packed, kept_packed)):
        assert [made[0], kept[0]] == [200, 200]
        assert made[2] == kept[2] == plain[2] != b""
        for name in ("ETag", "Cache-Control", "Content-Encoding", "Content-Length", "Vary", "Content-Security-Policy"):
            assert made[1][name] == kept[1][name], name
    for answer in two(port, path, **{"If-None-Match": plain[1]["ETag"]}):
        assert (answer[0], answer[1]["ETag"], answer[2]) == (304, plain[1]["ETag"], b"")
    status, headers, body = ask(port, path, "HEAD")
    assert (status, headers["Content-Length"], headers["X-Cache"], body) == (200, plain[1]["Content-Length"], None, b"")


def test_nobody_gets_what_was_made_for_a_person_and_a_person_gets_nothing_that_was_kept(port, alice):
    name = b'aria-label="Account of alice"'
    for path, headers in product(PATHS, HEADERS):
        answers = [ask(port, path, **headers | who) for who in (alice, {}, alice, {})]
        named = [name in body for _, _, body in answers]
        is_page = not path.endswith((".atom", ".txt"))
        assert named == [is_page, False, is_page, False], f"{path} {headers}"
        assert [answers[0][1]["X-Cache"], answers[2][1]["X-Cache"]] == [None, None]
        assert [answers[1][1]["Set-Cookie"], answers[3][1]["Set-Cookie"]] == [None, None]


def test_a_vote_is_seen_by_its_voter_at_once_and_by_strangers_within_two_seconds(port, alice):
    def votes(**headers) -> int:
        return int(re.search(rb"Upvote, (\d+) so far", ask(port, PAPER, **headers)[2])[1])

    ask(port, f"{PAPER}/vote/withdraw", "POST", **alice)
    before = votes(**alice)
    time.sleep(2)
    assert votes() == before
    ask(port, f"{PAPER}/vote", "POST", **alice)
    assert votes(**alice) == before + 1
    time.sleep(2)
    assert votes() == before + 1


def test_another_host_and_errors_are_not_kept(port):
    for headers in ({"Host": "evil.example"}, {"Host": "a b"}, {"Host": "127.0.0.1/papers"}):
        assert [ask(port, "/papers", **headers)[0] for _ in range(2)] == [400, 400]
        assert ask(port, "/papers", **headers)[1]["X-Cache"] is None
    for path, status in {"/nowhere": 404, "/papers/": 301, "/papers?sort=none": 400, "/healthz": 200}.items():
        answers = [ask(port, path) for _ in range(2)]
        assert [(answer[0], answer[1]["X-Cache"]) for answer in answers] == [(status, None)] * 2


def test_processes_are_forked_from_one_that_has_no_connection_no_thread_and_no_model(site):
    arbiter = psutil.Process(site.process.pid)
    assert arbiter.num_threads() == 1
    assert [socket for socket in arbiter.net_connections("all") if socket.status != psutil.CONN_LISTEN] == []
    assert "onnxruntime" not in "".join(memory.path for memory in arbiter.memory_maps())
    [worker] = [child for child in arbiter.children() if child.name() == arbiter.name()]
    assert [socket for socket in worker.net_connections("all") if socket.status != psutil.CONN_LISTEN] != []
