"""The server process itself, over sockets: where an attacker stands."""

import re
import socket
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from bench.slow import KINDS, slow_clients
from lib import server
from tests.browsing import Browser
from tests.serving import fetch

HANGS = 30  # seconds after which a request counts as never answered


@pytest.fixture(scope="module")
def port(site) -> int:
    return site.port


def request(port, method, path, headers=None, body=None):
    answer = fetch(port, method, path, body, headers)
    return answer.status, dict(answer.headers), answer.text


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "Script-Name", "X-Script-Name", "X-Forwarded-Prefix", "SCRIPT_URL"])
def test_no_header_moves_the_site_to_another_path(port, name):
    path = "/papers/trending?sort=newest"  # a page that nobody has requested before, so its cards are made now
    _, hostile_headers, hostile = request(port, "GET", path, {name: "/evil"})
    _, clean_headers, clean = request(port, "GET", path)
    assert 'class="card"' in clean
    assert hostile == clean
    assert hostile_headers["Etag"] == clean_headers["Etag"]
    assert "evil" not in clean


def test_a_prefix_does_not_lead_around_the_rules_of_a_proxy(port):
    for path in ("/x/admin/login/", "/x/papers/trending"):
        status, headers, _ = request(port, "GET", path, {"SCRIPT_NAME": "/x"})
        if status == 301:  # a page without its last slash is looked for
            assert headers["Location"] == path.rstrip("/")
            status, _, _ = request(port, "GET", headers["Location"], {"SCRIPT_NAME": "/x"})
        assert status == 404


@pytest.fixture(scope="module")
def alice(port):
    """The headers of somebody signed in, with the token that her forms hold."""
    alice = Browser(port)
    alice.sign_in("alice")
    return {"Cookie": alice.cookie_header, "X-CSRFToken": alice.cookies["csrftoken"]}


@pytest.mark.parametrize("kind", KINDS)
def test_readers_are_answered_while_slow_clients_hold_on(port, alice, kind):
    with slow_clients(kind, 64, port, "/papers/trending"):
        for path, says in (("/healthz", "alive"), ("/papers/trending", 'class="card"')):
            for _ in range(4):  # so that every process has its turn
                assert says in fetch(port, "GET", path).text
        for verb, pressed in (("vote", "true"), ("vote/withdraw", "false")):
            button = request(port, "POST", f"/papers/2507.01663/{verb}", alice | {"HX-Request": "true"})[2]
            assert f'aria-pressed="{pressed}"' in button


def stored_bytes(process) -> int:
    """The size of all files that the processes have open and no folder has: bodies on their way."""
    folders = [Path(f"/proc/{child.pid}/fd") for child in psutil.Process(process.pid).children(recursive=True)]
    files = [file for folder in folders for file in folder.iterdir() if str(file.readlink()).endswith("(deleted)")]
    return sum(file.stat().st_size for file in files)


@pytest.mark.parametrize(("path", "limit"), [("/papers/submit", 64_000), ("/settings/profile", 12_000_000)])
def test_a_body_that_is_too_long_is_refused_and_not_stored(site, port, path, limit):
    size = limit + 20_000_000
    connection = HTTPConnection("127.0.0.1", port, timeout=HANGS)
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(size))
    connection.endheaders()
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    connection.send(part + b"0" * (size - len(part) - 1_000))
    assert request(port, "GET", "/healthz")[2] == "alive\n"
    assert stored_bytes(site.process) <= (limit if limit == 12_000_000 else 0)  # a shorter one stays in memory
    connection.send(b"0" * 1_000)
    response = connection.getresponse()
    assert response.status == 413
    assert "This is too large" in response.read().decode()
    connection.close()


def test_a_body_without_an_announced_length_is_refused_when_it_is_too_long(port):
    chunks = (b"0" * 10_000 for _ in range(20))
    status, _, page = request(port, "POST", "/papers/submit", {"Transfer-Encoding": "chunked"}, chunks)
    assert status == 413
    assert "This is too large" in page


def test_a_body_of_hundreds_of_megabytes_is_refused_before_it_is_sent(port):
    with socket.create_connection(("127.0.0.1", port), timeout=HANGS) as client:
        client.sendall(b"POST /papers/submit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300000000\r\n\r\n")
        head = client.recv(4_096)
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"Cache-Control: private, no-store" in head
    assert re.search(rb"\r\nX-Request-Id: [0-9a-f]{12}\r\n", head)


def test_requests_sent_ahead_are_answered_once(port):
    with socket.create_connection(("127.0.0.1", port), timeout=HANGS) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 100)
        received = b""
        while data := client.recv(65_536):
            received += data
    assert 1 <= received.count(b"HTTP/1.1 200") <= 3


def test_head_has_the_headers_of_get_and_no_body(port):
    with socket.create_connection(("127.0.0.1", port), timeout=HANGS) as client:
        client.sendall(b"HEAD /papers HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        received = b""
        while data := client.recv(65_536):
            received += data
    head, _, body = received.partition(b"\r\n\r\n")
    assert body == b""
    assert int(re.search(rb"Content-Length: (\d+)", head)[1]) > 10_000


@contextmanager
def listening(application=None):
    """The port of a server in this process, with one thread for its application."""
    connections, dispatcher = {}, ThreadedTaskDispatcher()
    dispatcher.set_thread_count(1)
    adjustments = server.adjustments()
    adjustments.cleanup_interval = 1
    adjustments.listen = [(socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", 0))]
    port = int(server.Server(application, connections, dispatcher=dispatcher, adj=adjustments).effective_port)
    over = threading.Event()

    def loop():
        while not over.is_set():
            wasyncore.loop(timeout=0.1, use_poll=True, map=connections, count=1)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield port
    finally:
        over.set()
        thread.join()
        wasyncore.close_all(connections)
        dispatcher.shutdown()


def test_who_takes_too_long_to_send_a_request_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(server, "RECEIVING_SECONDS", 1)
    with listening() as port, socket.create_connection(("127.0.0.1", port), timeout=0.2) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        assert is_closed_while_trickling(client)


def test_no_thread_waits_for_who_reads_nothing_of_a_file_that_comes_from_elsewhere():
    megabytes, is_written = 40, threading.Event()

    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", str(megabytes * 10**6))])
        for _ in range(megabytes):
            yield b"x" * 10**6
        is_written.set()

    with listening(application) as port, socket.create_connection(("127.0.0.1", port), timeout=HANGS) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert is_written.wait(HANGS)


def is_closed_while_trickling(client) -> bool:
    for _ in range(100):
        try:
            client.sendall(b"x")
            if client.recv(1) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False
