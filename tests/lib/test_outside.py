"""Pages of other hosts: what is not public is refused before a connection is made."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpcore2
import pytest

from lib.outside import MAX_BYTES, MAX_REDIRECTS, MAX_SECONDS, OutsideError, fetch, is_public

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
# Each kind of address that is not of a public server, and the forms in which it could be hidden.
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 (nothing is bound to it)
    *("127.0.0.1", "127.8.9.10", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1", "168.63.129.16"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "fd00:ec2::254", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:93.184.215.14", "::127.0.0.1", "::7f00:1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::5db8:d70e", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
    *("2001::7f00:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2001:10::1", "2001:20::1", "3fff::1"),
    *("100::1", "5f00::1", "2606::1%1", "", "localhost", "127.1", "0177.0.0.1", "0x7f000001", "2130706433"),
]
# Addresses that are refused by how they are written, whatever a resolver would make of them.
BADLY_WRITTEN = [
    *("http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.0.0.1/"),
    *("http://0x7f000001/", "http://017700000001/", "http://0/", "http://0.0.0.0/", "http://１２７.０.０.１/"),
    *("http://a.0x7f/", "http://a.1/", "http://93.184.215.14/", "http://127.0.0.1./"),
    *("http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1]/"),
    *("http://localhost/", "http://localhost./", "http://db/", "http://example.org./", "http:///path", "http://", ""),
    *("http://example.org:8080/", "https://example.org:80/", "http://example.org:443/", "http://example.org:22/"),
    *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:text/html,hi", "javascript:alert(1)"),
    *("//example.org/", "example.org", "/etc/passwd", "unix:///run/docker.sock", "http+unix://run/x"),
    *("http://user@example.org/", "http://user:password@example.org/", "http://example.org@127.0.0.1/"),
    *("http://127.0.0.1#@example.org/", "http://127.0.0.1\\@example.org/", "http://exa mple.org/", "http://a\r\n.org/"),
]

# As the target of a redirect, the others are paths of the same host.
TARGETS = [url for url in BADLY_WRITTEN if "//" in url[:8] and url not in ("http://", "http:///path", "//example.org/")]


class Stream(httpcore2.NetworkStream):
    """A connection that answers with these bytes, and notes what is sent."""

    def __init__(self, answer: bytes, sent: list, names: list):
        self.answer, self.sent, self.names = answer, sent, names

    def write(self, buffer, timeout=None):
        self.sent.append(buffer)

    def read(self, max_bytes, timeout=None):
        piece, self.answer = self.answer[:max_bytes], self.answer[max_bytes:]
        return piece

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        assert ssl_context.check_hostname
        self.names.append(server_hostname)
        return self

    def close(self):
        pass

    def get_extra_info(self, info):
        return None


class Network(httpcore2.NetworkBackend):
    """A resolver with these answers by name, and a connector that notes where it was to connect to.

    A list of several answers is given out one by one: another at each look-up.
    """

    def __init__(self, names, *answers, refusing=()):
        self.names, self.answers, self.refusing = names, list(answers), refusing
        self.resolved, self.connected, self.sent, self.tls_names = [], [], [], []

    def resolve(self, host, port):
        self.resolved.append(host)
        found = self.names.get(host)
        if found is None:
            raise socket.gaierror(-2, "Name or service not known")
        return found.pop(0) if isinstance(found[0], list) else found

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.connected.append((host, port))
        if host in self.refusing:
            raise httpcore2.ConnectError("refused")
        return Stream(self.answers.pop(0), self.sent, self.tls_names)

    def fetch(self, url, **options):
        return fetch(url, resolve=self.resolve, connector=self, **options)


def answer(body: bytes = b"<html>", status: str = "200 OK", **headers: str) -> bytes:
    headers = {"Content-Length": str(len(body)), "Connection": "close"} | headers
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def to(location: str) -> bytes:
    return answer(b"", "302 Found", Location=location)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_leads_to_what_is_not_public_is_refused_before_a_connection(address):
    for found in ([address], [PUBLIC, address], [address, PUBLIC_6]):
        network = Network({"lab.example.org": found})
        with pytest.raises(OutsideError, match="not public"):
            network.fetch("https://lab.example.org/")
        assert (network.resolved, network.connected) == (["lab.example.org"], [])


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, "1.1.1.1", "2a00:1450:4001:80b::200e", "185.199.108.153"])
def test_addresses_of_public_servers_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("url", BADLY_WRITTEN)
def test_what_is_no_plain_address_of_a_named_host_is_not_even_resolved(url):
    class Resolver(dict):
        def get(self, name):
            return [PUBLIC]

    network = Network(Resolver(), answer())
    with pytest.raises(OutsideError):
        network.fetch(url)
    assert (network.resolved, network.connected) == ([], [])


@pytest.mark.parametrize("location", [*TARGETS, "https://inner.example.org/", "//inner.example.org/x"])
def test_a_redirect_passes_the_same_checks(location):
    network = Network({"lab.example.org": [PUBLIC], "inner.example.org": ["10.0.0.5"]}, to(location))
    with pytest.raises(OutsideError):
        network.fetch("http://lab.example.org/")
    assert network.connected == [(PUBLIC, 80)]


def test_a_name_that_changes_its_address_is_connected_to_where_it_was_checked():
    network = Network({"lab.example.org": [[PUBLIC], ["127.0.0.1"]]}, answer(b"hello"))
    assert network.fetch("https://lab.example.org/").body == b"hello"
    assert (network.resolved, network.connected) == (["lab.example.org"], [(PUBLIC, 443)])


def test_a_name_that_changes_its_address_for_the_redirect_is_refused():
    network = Network({"lab.example.org": [[PUBLIC], ["127.0.0.1"]]}, to("/inside"), answer(b"secret"))
    with pytest.raises(OutsideError, match="not public"):
        network.fetch("https://lab.example.org/")
    assert network.connected == [(PUBLIC, 443)]


def test_certificate_and_host_are_of_the_name_and_the_connection_of_the_address():
    network = Network({"xn--bcher-kva.example.org": [PUBLIC_6]}, answer(b"hello"))
    page = network.fetch("https://Bücher.example.org/a%20b?c=d#e")
    sent = b"".join(network.sent).decode()
    assert network.connected == [(PUBLIC_6, 443)]
    assert network.tls_names == ["xn--bcher-kva.example.org"]
    assert sent.startswith("GET /a%20b?c=d HTTP/1.1\r\nHost: xn--bcher-kva.example.org\r\n")
    assert "Cookie" not in sent
    assert (page.url, page.body) == ("https://xn--bcher-kva.example.org/a%20b?c=d#e", b"hello")


def test_redirects_are_followed_to_the_last_one_that_is_allowed_and_carry_no_cookie():
    names = {"lab.example.org": [PUBLIC], "pages.example.org": [PUBLIC_6]}
    steps = [answer(b"", "301 Moved", Location="https://pages.example.org/1", **{"Set-Cookie": "a=b"})]
    steps += [to(f"/{number}") for number in range(2, MAX_REDIRECTS + 1)]
    network = Network(names, *steps, answer(b"there"))
    assert network.fetch("http://lab.example.org/").url == f"https://pages.example.org/{MAX_REDIRECTS}"
    assert b"Cookie" not in b"".join(network.sent)
    network = Network(names, *steps, to("/4"), answer(b"there"))
    with pytest.raises(OutsideError, match=f"more than {MAX_REDIRECTS} times"):
        network.fetch("http://lab.example.org/")
    assert len(network.connected) == MAX_REDIRECTS + 1


def test_the_next_address_is_tried_if_one_does_not_answer():
    network = Network({"lab.example.org": [PUBLIC_6, PUBLIC]}, answer(b"hello"), refusing=[PUBLIC_6])
    assert network.fetch("http://lab.example.org/").body == b"hello"
    network = Network({"lab.example.org": [PUBLIC]}, refusing=[PUBLIC])
    with pytest.raises(OutsideError, match="could not be reached"):
        network.fetch("http://lab.example.org/")


@pytest.mark.parametrize("status", ["404 Not Found", "500 Error", "204 No Content", "302 Found"])
def test_only_a_page_is_a_page(status):
    network = Network({"lab.example.org": [PUBLIC]}, answer(b"", status))
    with pytest.raises(OutsideError, match=f"status {status[:3]}"):
        network.fetch("http://lab.example.org/")


@pytest.mark.parametrize("garbage", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<"])
def test_what_does_not_speak_http_is_an_error_with_a_sentence(garbage):
    network = Network({"lab.example.org": [PUBLIC]}, garbage)
    with pytest.raises(OutsideError, match="could not be reached"):
        network.fetch("http://lab.example.org/")


def test_an_unknown_name_is_an_error_with_a_sentence():
    with pytest.raises(OutsideError, match="was not found"):
        Network({}).fetch("https://lab.example.org/")


def test_no_more_than_the_beginning_of_a_long_page_is_read():
    network = Network({"lab.example.org": [PUBLIC]}, answer(b"x" * (3 * MAX_BYTES)))
    assert len(network.fetch("http://lab.example.org/").body) == MAX_BYTES


def test_who_sends_a_byte_at_a_time_is_left_at_the_deadline(monkeypatch):
    seconds = iter(range(10_000))
    monkeypatch.setattr(Stream, "read", lambda self, max_bytes, timeout=None: b"H")
    network = Network({"lab.example.org": [PUBLIC]}, b"")
    with pytest.raises(OutsideError, match="too long"):
        network.fetch("http://lab.example.org/", clock=lambda: next(seconds))
    assert next(seconds) <= MAX_SECONDS + 5


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.headers['Host']} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_system_itself_is_given_the_checked_address(server, monkeypatch):
    connect, wanted = socket.create_connection, []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **options: [(2, 1, 6, "", (PUBLIC, port))])

    def divert(address, *args, **options):
        wanted.append(address)
        monkeypatch.undo()
        return connect(("127.0.0.1", server), *args, **options)

    monkeypatch.setattr(socket, "create_connection", divert)
    assert fetch("http://lab.example.org/page").body == b"lab.example.org /page"
    assert wanted == [(PUBLIC, 80)]
