"""Posts to other hosts: they pass the checks of `test_outside.py`, over https alone, and follow no redirect."""

import pytest

from lib.outside import MAX_BYTES, POST_SECONDS, OutsideError, post
from tests.lib import test_outside
from tests.lib.test_outside import BADLY_WRITTEN, NOT_PUBLIC, PUBLIC, PUBLIC_6, Stream, answer


class Network(test_outside.Network):
    def post(self, url, body=b"", headers=None, **options):
        return post(url, body, headers or {}, resolve=self.resolve, connector=self, **options)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_nothing_is_posted_to_what_is_not_public(address):
    for found in ([address], [PUBLIC, address], [address, PUBLIC_6]):
        network = Network({"lab.example.org": found})
        with pytest.raises(OutsideError, match="not public"):
            network.post("https://lab.example.org/")
        assert (network.resolved, network.connected) == (["lab.example.org"], [])


@pytest.mark.parametrize("url", [*BADLY_WRITTEN, "http://example.org/", "https://example.org:8443/"])
def test_nothing_is_posted_to_what_is_no_https_address_of_a_named_host(url):
    network = Network({"example.org": [PUBLIC], "localhost": ["127.0.0.1"]})
    with pytest.raises(OutsideError):
        network.post(url)
    assert (network.resolved, network.connected) == ([], [])


def test_a_post_says_its_headers_and_body_to_the_checked_address():
    network = Network({"lab.example.org": [[PUBLIC], ["127.0.0.1"]]}, answer(b"Thanks", "202 Accepted"))
    assert network.post("https://lab.example.org/in?a=b", b"hello", {"Broadsheet-Delivery": "d"}) == 202
    head, _, body = b"".join(network.sent).decode().partition("\r\n\r\n")
    assert (network.connected, network.tls_names) == ([(PUBLIC, 443)], ["lab.example.org"])
    assert head.startswith("POST /in?a=b HTTP/1.1\r\nHost: lab.example.org\r\n")
    assert {"Broadsheet-Delivery: d", "Content-Length: 5"} <= set(head.split("\r\n"))
    assert body == "hello"


@pytest.mark.parametrize("status", ["301 Moved", "307 Temporary Redirect", "404 Not Found", "410 Gone", "500 Error"])
def test_the_status_of_a_post_is_returned_and_no_redirect_is_followed(status):
    network = Network({"lab.example.org": [PUBLIC]}, answer(b"", status, Location="https://lab.example.org/x"))
    assert network.post("https://lab.example.org/") == int(status[:3])
    assert network.connected == [(PUBLIC, 443)]


def test_the_body_of_the_answer_to_a_post_is_not_read(monkeypatch):
    read = []
    original = Stream.read
    monkeypatch.setattr(Stream, "read", lambda self, size, timeout=None: read.append(size) or original(self, size))
    network = Network({"lab.example.org": [PUBLIC]}, answer(b"x" * (3 * MAX_BYTES)))
    assert network.post("https://lab.example.org/") == 200
    assert len(read) == 1


def test_who_answers_a_post_a_byte_at_a_time_is_left_at_the_deadline(monkeypatch):
    seconds = iter(range(10_000))
    monkeypatch.setattr(Stream, "read", lambda self, max_bytes, timeout=None: b"H")
    network = Network({"lab.example.org": [PUBLIC]}, b"")
    with pytest.raises(OutsideError, match="too long"):
        network.post("https://lab.example.org/", clock=lambda: next(seconds))
    assert next(seconds) <= POST_SECONDS + 5
