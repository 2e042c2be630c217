"""Fetching a page whose address somebody typed, from any public host and from nothing else.

Names are resolved here, every address that a name leads to is checked, and the connection is made to a checked address:
the name is not resolved a second time, so that an answer that changes in between (DNS rebinding) changes nothing. Each
redirect passes the same checks.
"""

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpcore2
import httpx2
from django.conf import settings

MAX_REDIRECTS = 3
MAX_BYTES = 1024 * 1024  # of the page; what comes after them is not read
MAX_SECONDS = 20.0  # for everything from the first connection to the last byte
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
    """A page is not fetched. The message is a sentence for the person who gave its address."""


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
    guard = _Guard(resolve, connector or httpcore2.SyncBackend(), _Deadline(clock))
    options = {"ssl_context": httpx2.create_ssl_context(trust_env=False), "max_keepalive_connections": 0}
    with httpcore2.ConnectionPool(network_backend=guard, **options) as pool:
        for _ in range(MAX_REDIRECTS + 1):
            checked = _checked_url(url)
            try:
                page = _get(pool, checked, guard.deadline)
            except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
                raise OutsideError(f"{checked.host} could not be reached: {error or 'it took too long'}.") from error
            if isinstance(page, Page):
                return page
            url = page
    raise OutsideError(f"{checked.host} redirects more than {MAX_REDIRECTS} times.")


def _checked_url(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError, ValueError):
        raise OutsideError("This is no web address.") from None
    if parsed.scheme not in PORTS:
        raise OutsideError("Only addresses that begin with https:// or http:// are fetched.")
    if parsed.userinfo:
        raise OutsideError("An address with a user name or a password is not fetched.")
    if parsed.port not in (None, PORTS[parsed.scheme]):
        raise OutsideError(f"Only the standard port of {parsed.scheme} is fetched from, not port {parsed.port}.")
    if not _NAME.fullmatch(parsed.raw_host.decode("ascii").lower()):
        raise OutsideError(f"“{parsed.host}” is no public host name.")
    return parsed


def _get(pool: httpcore2.ConnectionPool, url: httpx2.URL, deadline: "_Deadline") -> Page | str:
    """Returns the page, or the address that it redirects to."""
    target = httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=PORTS[url.scheme], target=url.raw_path or b"/"
    )
    headers = {
        "Host": url.raw_host.decode("ascii"),
        "User-Agent": f"Broadsheet (+{settings.CONTACT})",
        "Accept": "text/html",
        "Accept-Encoding": "identity",
    }
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), STEP_SECONDS)
    with pool.stream("GET", target, headers=headers, extensions={"timeout": timeouts}) as response:
        location = next((value for name, value in response.headers if name.lower() == b"location"), b"")
        if 300 <= response.status < 400 and location:
            return _joined(url, location)
        if response.status != 200:
            raise OutsideError(f"{url.host} answered with the status {response.status}.")
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            deadline.remaining(STEP_SECONDS)
            if len(body) >= MAX_BYTES:
                break
        return Page(str(url), bytes(body[:MAX_BYTES]))


def _joined(url: httpx2.URL, location: bytes) -> str:
    try:
        return str(url.join(location.decode("ascii")))
    except (UnicodeDecodeError, httpx2.InvalidURL, ValueError):
        raise OutsideError(f"{url.host} redirects to something that is no web address.") from None


class _Deadline:
    """The moment by which a fetch must have ended, however slowly the other side sends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._end = clock, clock() + MAX_SECONDS

    def remaining(self, timeout: float | None) -> float:
        """Returns the seconds that one step may take. Raises ReadTimeout if there are none left."""
        left = self._end - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("it took too long")
        return left if timeout is None else min(left, timeout)


class _Guard(httpcore2.NetworkBackend):
    """Connects to hosts by addresses that it has resolved and checked."""

    def __init__(self, resolve, connector: httpcore2.NetworkBackend, deadline: _Deadline) -> None:
        self._resolve, self._connector, self.deadline = resolve, connector, deadline

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        error = httpcore2.ConnectError("it has no address")
        for address in self._addresses(host, port):
            seconds = self.deadline.remaining(timeout)
            try:
                stream = self._connector.connect_tcp(address, port, seconds, local_address, socket_options)
                return _TimedStream(stream, self.deadline)
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
