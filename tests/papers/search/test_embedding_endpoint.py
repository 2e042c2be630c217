"""An embedding service, simulated by an HTTP server on 127.0.0.1."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import numpy
import pytest

from papers.search.embedding import Unavailable
from papers.search.embedding.endpoint import Endpoint


class Service(ThreadingHTTPServer):
    """Answers each request with `status`, `location` and `body` once `awake` is set, and collects `requests`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.status, self.location, self.body, self.requests, self.awake = 200, "", b"", [], Event()
        self.awake.set()
        self.base = f"http://127.0.0.1:{self.server_port}/v1"

    def sends(self, *rows) -> None:
        """`rows` are (index, vector)."""
        data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in rows]
        self.body = json.dumps({"object": "list", "model": "small", "data": data}).encode()

    def endpoint(self, key="") -> Endpoint:
        return Endpoint(self.base, "small", key=key, dimensions=2)


class Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers, body))
        self.server.awake.wait()
        self.send_response(self.server.status)
        self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *args):
        """Write no log."""


@pytest.fixture
def service():
    with Service() as service:
        Thread(target=service.serve_forever, args=[0.01]).start()
        yield service
        service.awake.set()
        service.shutdown()


def test_it_is_asked_once_and_its_vectors_are_brought_to_unit_length(service):
    service.sends((0, [3, 4]), (1, [0, -0.5]))
    first, second = service.endpoint(key="s3cret").embed(["one", "two"])
    assert first.tolist() == pytest.approx([0.6, 0.8])
    assert second.tolist() == [0, -1]
    assert (first.dtype, first.shape) == (numpy.float32, (2,))
    [(path, headers, body)] = service.requests
    assert (path, body) == ("/v1/embeddings", {"model": "small", "input": ["one", "two"]})
    assert headers["Authorization"] == "Bearer s3cret"


def test_vectors_come_in_the_order_of_their_texts(service):
    service.sends((2, [-1, 0]), (0, [1, 0]), (1, [0, 1]))
    assert [vector.tolist() for vector in service.endpoint().embed("abc")] == [[1, 0], [0, 1], [-1, 0]]


def test_without_a_key_none_is_sent_and_without_texts_nothing_is_asked(service):
    assert service.endpoint().embed([]) == []
    service.sends((0, [1, 0]))
    service.endpoint().embed(["one"])
    [(_, headers, _)] = service.requests
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(0, [1, 0])], "did not send one vector for each of 2 texts"),
        ([(0, [1, 0]), (1, [1, 0]), (2, [1, 0])], "did not send one vector for each of 2 texts"),
        ([(0, [1, 0]), (0, [1, 0])], "did not send one vector for each of 2 texts"),
        ([(0, [1, 0, 0]), (1, [1, 0, 0])], "sends vectors of 3 numbers, EMBEDDING_DIMENSIONS is 2"),
        ([(0, [1, 0]), (1, [1, 0, 0])], "did not answer in the form of OpenAI's API"),
        ([(0, "AACAPwAAAAA="), (1, "AACAPwAAAAA=")], "did not answer in the form of OpenAI's API"),
        ([(0, [1, 10**400]), (1, [1, 0])], "did not answer in the form of OpenAI's API"),
        ([(0, 1), (1, 0)], "did not answer in the form of OpenAI's API"),
        ([(0, [1, float("nan")]), (1, [1, 0])], "sent a vector that is zero or not of finite numbers"),
        ([(0, [1, float("inf")]), (1, [1, 0])], "sent a vector that is zero or not of finite numbers"),
        ([(0, [1, None]), (1, [1, 0])], "sent a vector that is zero or not of finite numbers"),
        ([(0, [0, 0]), (1, [1, 0])], "sent a vector that is zero or not of finite numbers"),
    ],
)
def test_vectors_that_are_none_are_refused(service, rows, words):
    service.sends(*rows)
    with pytest.raises(Unavailable, match=words):
        service.endpoint().embed(["one", "two"])


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[]", b"null", b"{}", b'{"data": 1}', b'{"data": [[]]}'])
def test_garbage_is_refused(service, body):
    service.body = body
    with pytest.raises(Unavailable, match="/v1/embeddings did not answer in the form of OpenAI's API"):
        service.endpoint().embed(["one"])


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "500 Internal Server Error"), (429, "429 Too Many Requests"), (401, "401 Unauthorized"), (307, "307")],
)
def test_an_error_is_passed_on_and_nothing_is_tried_again(service, status, words):
    service.sends((0, [1, 0]))
    service.status, service.location = status, service.base
    with pytest.raises(Unavailable, match=f"127.0.0.1:[0-9]+/v1/embeddings answered {words}"):
        service.endpoint().embed(["one"])
    assert len(service.requests) == 1


def test_a_slow_service_is_not_waited_for(service):
    service.awake.clear()
    with pytest.raises(Unavailable, match=r"did not answer: .*timed out"):
        service.endpoint().embed(["one"], timeout=0.2)


def test_nobody_there(service):
    absent = Endpoint("http://127.0.0.1:9/v1", "small", key="", dimensions=2)
    with pytest.raises(Unavailable, match=r"127.0.0.1:9/v1/embeddings did not answer: .*refused"):
        absent.embed(["one"])


def test_secrets_are_in_no_message_and_in_no_log(service, caplog):
    caplog.set_level("DEBUG")
    service.base = service.base.replace("//", "//user:passw0rd@")
    service.status = 401
    with pytest.raises(Unavailable) as refused:
        service.endpoint(key="s3cret").embed(["one"])
    assert "passw0rd" not in f"{refused.value} {caplog.text}"
    assert "s3cret" not in f"{refused.value} {caplog.text}"
