"""What the server refuses when requests wait, and which connections it closes when there are too many, over sockets."""

import asyncio
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from random import Random
from statistics import median
from threading import Event, Thread

import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from bench.arrivals import Call, offer
from lib import admission, server, unavailable

MEMBER, TOKEN = {"Cookie": "a=b; sessionid=x"}, {"Authorization": "Bearer x"}
STRANGER, READER, VOTER = ("GET", {}), ("GET", MEMBER), ("POST", MEMBER)
THREADS = 2
PATIENCE = 30


@contextmanager
def serving(application: Callable, **options) -> Iterator[int]:
    """A server of this application with THREADS threads. Yields its port."""
    connections, dispatcher = {}, options.pop("dispatcher", None) or ThreadedTaskDispatcher()
    dispatcher.set_thread_count(THREADS)
    adjustments = server.adjustments()
    adjustments.listen = [(socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", 0))]
    adjustments.cleanup_interval = 1
    adjustments.channel_timeout = options.pop("idle_seconds", server.IDLE_SECONDS)
    listening = server.Server(application, connections, dispatcher=dispatcher, adj=adjustments, **options)
    over = Event()

    def loop():
        while not over.is_set():
            wasyncore.loop(timeout=0.1, use_poll=True, map=connections, count=1)

    thread = Thread(target=loop)
    thread.start()
    try:
        yield int(listening.effective_port)
    finally:
        over.set()
        thread.join()
        dispatcher.shutdown()
        listening.liveness.shutdown()
        listening.probes.shutdown()
        wasyncore.close_all(connections)


def request(port, method="GET", headers=None, path="/papers"):
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with closing(connection):
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()


class Stuck:
    """An application whose answers wait until they may go; `begun` counts those that wait."""

    def __init__(self):
        self.may_go, self.begun = Event(), 0

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] in ("/papers", "/static/site.css"):
            self.begun += 1
            self.may_go.wait(PATIENCE)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]


@pytest.fixture
def pass_time(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(admission, "monotonic", lambda: clock[0])
    return lambda seconds: clock.__setitem__(0, clock[0] + seconds)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(32) as pool:
        yield pool


@pytest.fixture
def dispatcher() -> ThreadedTaskDispatcher:
    return ThreadedTaskDispatcher()


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def occupy(application, dispatcher, port, pool) -> list:
    """Let a request run in each thread and one more wait. Returns their answers to come."""
    answers = [pool.submit(request, port, *VOTER) for _ in range(THREADS)]
    wait_until(lambda: application.begun == THREADS)
    answers.append(pool.submit(request, port, *VOTER))
    wait_until(lambda: dispatcher.queue)
    return answers


def test_strangers_are_refused_before_members_and_those_before_who_changes_something(pass_time, pool, dispatcher):
    refused = []
    with serving(application := Stuck(), dispatcher=dispatcher) as port:
        answers = occupy(application, dispatcher, port, pool)
        for _ in range(5):
            for name, who in {"stranger": STRANGER, "reader": READER, "voter": VOTER}.items():
                waiting, answer = len(dispatcher.queue), pool.submit(request, port, *who)
                wait_until(lambda: answer.done() or len(dispatcher.queue) > waiting)  # noqa: B023
                if answer.done():
                    refused.append(name if answer.result()[0] == 503 else "?")
                else:
                    answers.append(answer)
            refused.append("|")
            pass_time(0.3)
        application.may_go.set()
        assert " ".join(refused) == "| | stranger | stranger reader | stranger reader voter |"
        assert {answer.result()[0] for answer in answers} == {200}


def test_what_has_waited_for_too_long_is_refused_when_its_turn_comes(pass_time, pool, dispatcher):
    with serving(application := Stuck(), dispatcher=dispatcher) as port:
        *running, waiting = occupy(application, dispatcher, port, pool)
        pass_time(admission.LONGEST_WAIT + 0.1)
        application.may_go.set()
        assert [answer.result()[0] for answer in (*running, waiting)] == [200, 200, 503]
        assert application.begun == THREADS


def test_a_refusal_says_when_to_come_again_and_is_a_small_page_that_no_cache_keeps(pass_time, pool, dispatcher):
    with serving(application := Stuck(), dispatcher=dispatcher) as port:
        answers = occupy(application, dispatcher, port, pool)
        pass_time(0.6)
        status, headers, page = request(port)
        assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "10", "private, no-store")
        assert re.fullmatch("[0-9a-f]{12}", headers["X-Request-ID"])
        assert request(port, headers={"X-Request-ID": "0123abcd"})[1]["X-Request-ID"] == "0123abcd"
        assert b"The site is getting more requests than it can handle." in page
        assert len(page) + len(str(headers)) < 3_000
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert request(port, "HEAD")[0::2] == (503, b"")
        status, headers, body = request(port, path="/api/daily_papers")
        assert (status, headers["Content-Type"], headers["Retry-After"]) == (503, "application/json", "10")
        assert json.loads(body) == {"error": headers["X-Error-Message"]} == {"error": unavailable.TOO_MUCH.message}
        application.may_go.set()
        assert [answer.result()[0] for answer in answers] == [200] * 3
        assert request(port)[0] == 200


def test_probes_are_answered_by_a_thread_of_their_own_and_what_is_kept_by_none(pass_time, pool, dispatcher):
    def kept(environ):
        return ("200 OK", [("Content-Length", "4")], b"kept") if environ["QUERY_STRING"] == "kept" else None

    with serving(application := Stuck(), dispatcher=dispatcher, kept=kept) as port:
        occupy(application, dispatcher, port, pool)
        pass_time(100)
        assert [request(port, path=path)[2] for path in ("/healthz", "/readyz")] == [b"done"] * 2
        assert [request(port, path=f"/papers?{query}")[0::2] for query in ("kept", "kept")] == [(200, b"kept")] * 2
        assert request(port)[0] == 503
        application.may_go.set()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (("GET", "/papers", {}), admission.STRANGER),
        (("GET", "/papers", {"Cookie": "density=compact"}), admission.STRANGER),
        (("POST", "/accounts/login/", {"Cookie": "csrftoken=x"}), admission.STRANGER),
        *(
            (("POST", "/papers", {"Cookie": cookie}), admission.STRANGER)
            for cookie in (
                "sessionid",
                "sessionid=",
                "sessionid= ;a=b",
                "theme=my-sessionid",
                "my-sessionid=x",
                "a=sessionid=x",
            )
        ),
        (("POST", "/papers", {"Cookie": "a=b;sessionid=x"}), admission.CHANGE),
        (("POST", "/papers", {"Authorization": ""}), admission.STRANGER),
        (("POST", "/static/nothing", {}), admission.STRANGER),
        (("GET", "/staticky", {}), admission.STRANGER),
        (("HEAD", "/static/css/site.css", {}), admission.CHANGE),
        (("GET", "/papers", MEMBER), admission.MEMBER),
        (("HEAD", "/papers", TOKEN), admission.MEMBER),
        (("POST", "/api/papers/2507.01663/upvote", TOKEN), admission.CHANGE),
        (("POST", "/papers/2507.01663/vote", MEMBER), admission.CHANGE),
        (("GET", "/static/css/site.css", {}), admission.CHANGE),
    ],
)
def test_the_kind_follows_from_method_path_and_headers(line, kind):
    method, path, headers = line
    parser = server.Parser(server.adjustments())
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    parser.received("\r\n".join([*lines, "\r\n"]).encode())
    assert admission.kind_of(parser) == kind


def slow(environ, start_response):
    time.sleep(0.05)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]


def call_from(chance: Random) -> Call:
    method, headers = chance.choice([STRANGER, VOTER])
    lines = [f"{method} /papers HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return Call("votes" if headers else "strangers", "\r\n".join([*lines, "\r\n"]).encode())


@pytest.mark.parametrize("is_removed", [False, True])
def test_under_four_times_what_it_can_do_what_it_accepts_is_in_time_and_the_rest_is_refused(is_removed, monkeypatch):
    if is_removed:
        monkeypatch.setattr(admission, "LONGEST", dict.fromkeys(admission.LONGEST, float("inf")))
        monkeypatch.setattr(admission, "LONGEST_WAIT", float("inf"))
    chance = Random(1)
    with serving(slow) as port:
        outcomes = asyncio.run(offer(port, lambda: call_from(chance), [(160, 1)]))
        assert request(port)[0] == 200
    accepted = [outcome.seconds for outcome in outcomes if outcome.status == 200]
    refused = [outcome for outcome in outcomes if outcome.status == 503]
    assert len(accepted) + len(refused) == len(outcomes) > 120
    if is_removed:
        assert (refused, max(accepted) > 2) == ([], True)
    else:
        assert len(accepted) > 30
        assert max(accepted) < admission.LONGEST_WAIT + 2  # the machine may be busy
        assert median(outcome.seconds for outcome in refused) < min(accepted) + 1
        assert Counter(outcome.kind for outcome in refused).most_common(1)[0][0] == "strangers"


def open_idle(port, number, data=b"") -> list[socket.socket]:
    clients = []
    for _ in range(number):
        clients.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        clients[-1].sendall(data)
    return clients


def is_closed(client) -> bool:
    client.settimeout(0.2)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("data", [b"", b"GET /papers HTTP/1.1\r\nX-Slow: "])
def test_when_there_are_too_many_connections_the_one_that_has_waited_longest_is_closed(data, monkeypatch, pool):
    monkeypatch.setattr(server, "CONNECTIONS", 20)
    with serving(application := Stuck()) as port:
        running = pool.submit(request, port)
        wait_until(lambda: application.begun == 1)
        clients = open_idle(port, 40, data)
        try:
            assert request(port, path="/other")[2] == b"done"
            assert [is_closed(clients[0]), is_closed(clients[-1])] == [True, False]
            application.may_go.set()
            assert running.result()[2] == b"done"
        finally:
            for client in clients:
                client.close()


def test_a_client_that_reads_nothing_is_hung_up_on():
    def large(environ, start_response):
        start_response("200 OK", [("Content-Length", "8000000")])
        return [b"x" * 8_000_000]

    with serving(large, idle_seconds=1) as port:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        time.sleep(4)
        received = 0
        with closing(client):
            client.settimeout(PATIENCE)
            try:
                while data := client.recv(1_000_000):
                    received += len(data)
            except ConnectionError:
                pass
        assert received < 8_000_000
