"""Fetching a page whose address somebody typed, or posting to one, at any public host and at nothing else.

Names are resolved here, every address that a name leads to is checked, and the connection is made to a checked address:
the name is not resolved a second time, so that an answer that changes in between (DNS rebinding) changes nothing. Each
redirect passes the same checks; a post follows none.
"""

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore2
import httpx2
from django.conf import settings

MAX_REDIRECTS = 3
MAX_BYTES = 1024 * 1024  # of the page; what comes after them is not read
MAX_SECONDS = 20.0  # for everything from the first connection to the last byte
POST_SECONDS = 10.0  # the same for a post
STEP_SECONDS = 8.0  # for a connection, or for the next bytes
PORTS = {"http": 80, "https": 443}
# The last label of a name is never a number, in any notation that a resolver takes for an IPv4 address.
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
_IPV6_UNICAST = ipaddress.IPv6Network("2000::/3")  # all global addresses are in it, and none that contains an IPv4 one
_REFUSED = [
    *map(ipaddress.IPv4Network, ("192.88.99.0/24", "168.63.129.16/32")),  # relays of 6to4; Azure's own services
    # Protocol assignments with Teredo, 6to4, and documentation.
    *map(ipaddress.IPv6Network, ("2001::/23", "2002::/16", "3fff::/20")),
]


class OutsideError(Exception):
    """A page is not fetched, or nothing answered a post. The message is a sentence for who gave the address."""


@dataclass(frozen=True)
class Page:
    """A page and the address that it came from after redirects. `body` has at most MAX_BYTES."""

    url: str
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """Returns the IP addresses of a host. Raises OSError."""
    return [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Returns whether an IP address can be that of a public web server.

    That is a global unicast address, and none that a gateway translates to another one, as those of 6to4, Teredo and
    NAT64 and IPv4 addresses in the form of IPv6 ones are.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if parsed.version == 6 and (parsed.scope_id or parsed not in _IPV6_UNICAST):
        return False
    return parsed.is_global and not parsed.is_multicast and not any(parsed in network for network in _REFUSED)


def fetch(
    url: str,
    *,
    resolve: Callable[[str, int], Iterable[str]] = resolve,
    connector: httpcore2.NetworkBackend | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Page:
    """Returns the page at this address. It sends no cookies and uses no proxy. Raises OutsideError.

    Tests replace `resolve`, the `connector` that gets the checked addresses, and the `clock`.
    """
    with _connections(resolve, connector, _Deadline(clock, MAX_SECONDS)) as connections:
        for _ in range(MAX_REDIRECTS + 1):
            checked = checked_url(url)
            page = connections.get(checked)
            if isinstance(page, Page):
                return page
            url = page
    raise OutsideError(f"{checked.host} redirects more than {MAX_REDIRECTS} times.")


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolve: Callable[[str, int], Iterable[str]] = resolve,
    connector: httpcore2.NetworkBackend | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Send the body to this https address. Returns the status of the answer, whatever it is; its body is not read.

    Raises OutsideError if no answer came within POST_SECONDS. Tests replace the same as of `fetch`.
    """
    checked = checked_url(url, ("https",))
    with _connections(resolve, connector, _Deadline(clock, POST_SECONDS)) as connections:
        return connections.post(checked, body, headers)


def checked_url(url: str, schemes: Iterable[str] = ("https", "http")) -> httpx2.URL:
    """Returns the parsed address. Raises OutsideError if it is none of a host with a public name, at its own port."""
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError, ValueError):
        raise OutsideError("This is no web address.") from None
    if parsed.scheme not in schemes:
        raise OutsideError(f"Only addresses that begin with {' or '.join(f'{name}://' for name in schemes)} are used.")
    if parsed.userinfo:
        raise OutsideError("An address with a user name or a password is not used.")
    if parsed.port not in (None, PORTS[parsed.scheme]):
        raise OutsideError(f"Only the standard port of {parsed.scheme} is used, not port {parsed.port}.")
    if not _NAME.fullmatch(parsed.raw_host.decode("ascii").lower()):
        raise OutsideError(f"“{parsed.host}” is no public host name.")
    return parsed


@contextmanager
def _connections(resolve, connector: httpcore2.NetworkBackend | None, deadline: "_Deadline"):
    guard = _Guard(resolve, connector or httpcore2.SyncBackend(), deadline)
    options = {"ssl_context": httpx2.create_ssl_context(trust_env=False), "max_keepalive_connections": 0}
    with httpcore2.ConnectionPool(network_backend=guard, **options) as pool:
        yield _Connections(pool, deadline)


class _Connections:
    """Requests over connections that a `_Guard` makes, until the deadline."""

    def __init__(self, pool: httpcore2.ConnectionPool, deadline: "_Deadline") -> None:
        self._pool, self._deadline = pool, deadline

    def get(self, url: httpx2.URL) -> Page | str:
        """Returns the page, or the address that it redirects to."""
        with self._answer("GET", url, {"Accept": "text/html"}) as response:
            location = next((value for name, value in response.headers if name.lower() == b"location"), b"")
            if 300 <= response.status < 400 and location:
                return _joined(url, location)
            if response.status != 200:
                raise OutsideError(f"{url.host} answered with the status {response.status}.")
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                self._deadline.remaining(STEP_SECONDS)
                if len(body) >= MAX_BYTES:
                    break
            return Page(str(url), bytes(body[:MAX_BYTES]))

    def post(self, url: httpx2.URL, body: bytes, headers: Mapping[str, str]) -> int:
        """Returns the status of the answer."""
        with self._answer("POST", url, {**headers, "Content-Length": str(len(body))}, body) as response:
            return response.status

    @contextmanager
    def _answer(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[httpcore2.Response]:
        """The answer to one request, whose body is not read yet. Raises OutsideError if there is none."""
        target = httpcore2.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=PORTS[url.scheme], target=url.raw_path or b"/"
        )
        headers = {
            "Host": url.raw_host.decode("ascii"),
            "User-Agent": f"Broadsheet (+{settings.CONTACT})",
            "Accept-Encoding": "identity",
            **headers,
        }
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), STEP_SECONDS)
        request = {"headers": headers, "content": body, "extensions": {"timeout": timeouts}}
        try:
            with self._pool.stream(method, target, **request) as response:
                yield response
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise OutsideError(f"{url.host} could not be reached: {error or 'it took too long'}.") from error


def _joined(url: httpx2.URL, location: bytes) -> str:
    try:
        return str(url.join(location.decode("ascii")))
    except (UnicodeDecodeError, httpx2.InvalidURL, ValueError):
        raise OutsideError(f"{url.host} redirects to something that is no web address.") from None


class _Deadline:
    """The moment by which all must have ended, however slowly the other side sends."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock, self._end = clock, clock() + seconds

    def remaining(self, timeout: float | None) -> float:
        """Returns the seconds that one step may take. Raises ReadTimeout if there are none left."""
        left = self._end - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("it took too long")
        return left if timeout is None else min(left, timeout)


class _Guard(httpcore2.NetworkBackend):
    """Connects to hosts by addresses that it has resolved and checked."""

    def __init__(self, resolve, connector: httpcore2.NetworkBackend, deadline: _Deadline) -> None:
        self._resolve, self._connector, self._deadline = resolve, connector, deadline

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        error = httpcore2.ConnectError("it has no address")
        for address in self._addresses(host, port):
            seconds = self._deadline.remaining(timeout)
            try:
                stream = self._connector.connect_tcp(address, port, seconds, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failure:
                error = failure
        raise error

    def _addresses(self, host: str, port: int) -> list[str]:
        """Returns the addresses of the host. Raises OutsideError if a single one of them is not public."""
        try:
            addresses = list(dict.fromkeys(self._resolve(host, port)))
        except (OSError, UnicodeError):
            raise OutsideError(f"The host {host} was not found.") from None
        if not all(map(is_public, addresses)):
            raise OutsideError(f"{host} leads to an address that is not public.")
        return addresses


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every step ends by the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes, timeout=None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.remaining(timeout))

    def write(self, buffer, timeout=None) -> None:
        self._stream.write(buffer, self._deadline.remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.remaining(timeout))
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info):
        return self._stream.get_extra_info(info)
