"""The only HTTP client of the importers. It fetches from an allow-list of hosts and keeps to their rate limits."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import stamina
from django.conf import settings

from papers.lengths import MAX_URL

ALLOWED_HOSTS = {
    *("arxiv.org", "export.arxiv.org", "oaipmh.arxiv.org"),
    *("huggingface.co", "cdn-uploads.huggingface.co"),
    "api.github.com",
}
# Minimum seconds between two requests to the hosts of a domain. https://info.arxiv.org/help/api/tou.html asks for three
# seconds, https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api for serial requests,
# and https://huggingface.co/docs/hub/rate-limits allows 500 in five minutes.
REQUEST_INTERVALS = {"arxiv.org": 3.0, "github.com": 1.0, "huggingface.co": 1.0}
SITE_INTERVAL = 1.0  # of a site that is followed and is none of these, unless it is on this machine
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
MAX_BODY_BYTES = 50 * 1024 * 1024
MAX_ATTEMPTS = 3
MAX_PAGES = 1_000  # of one address
# Of `RateLimit`, such as `"api";r=0;t=42` (https://huggingface.co/docs/hub/rate-limits): requests left, and seconds.
_RATE_LIMIT = re.compile(r"\br=(\d{1,9})\b.*?\bt=(\d{1,9})\b")


class FetchError(Exception):
    """A request failed. The message names the URL and the reason."""


class NotAccessible(FetchError):
    """The server answered 403, 404, 410 or 451 (`status`), so that another attempt is useless."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class TemporaryError(FetchError):
    """The request failed for a reason that may be gone at a later attempt: a rate limit, a server or network error."""


@dataclass(frozen=True)
class Response:
    """A successful response.

    `body` is None after 304 Not Modified. `next_url` is the target of a header `Link: …; rel="next"`, or None.
    """

    body: bytes | None
    etag: str
    next_url: str | None


class Client:
    """Sends GET requests to `ALLOWED_HOSTS` over https, and to the site that is followed, one at a time.

    `site` is the address of that site, by default HUB_URL. `max_wait` is the longest time in seconds that it waits for
    the interval between requests, for another request to end, or between the first and the last attempt. Tests replace
    `transport` (of httpx2), `clock` and `sleep`.
    """

    def __init__(self, transport=None, *, site="", max_wait=120.0, clock=time.monotonic, sleep=time.sleep) -> None:
        self._max_wait, self._clock, self._sleep = max_wait, clock, sleep
        self._site = origin(site or settings.HUB_URL)
        self._next_request_at: dict[str, float] = {}
        self._lock = threading.Lock()
        self._http = httpx2.Client(
            transport=transport,
            timeout=min(60, max_wait),
            follow_redirects=True,
            headers={"User-Agent": f"Broadsheet (+{settings.CONTACT})"},
            event_hooks={"request": [self._before_request]},
        )

    def pages(self, url: str) -> Iterator[tuple[str, bytes]]:
        """Yield (URL, body) of a paginated resource, following `Link: …; rel="next"`. Raises FetchError.

        That is also raised after MAX_PAGES, since a site may name pages without end.
        """
        visited = set()
        while url and url not in visited:
            if len(visited) == MAX_PAGES:
                raise FetchError(f"{url} is not fetched: {MAX_PAGES:,} pages came before it")
            visited.add(url)
            response = self.get(url)
            yield url, response.body
            url = response.next_url

    def get(self, url: str, headers: dict[str, str] | None = None, *, max_bytes: int = MAX_BODY_BYTES) -> Response:
        """Return the response, after at most `MAX_ATTEMPTS` attempts. Raises FetchError, also for a longer body.

        An `Authorization` header is not sent to another host that the server redirects to.
        """
        for attempt in stamina.retry_context(on=TemporaryError, attempts=MAX_ATTEMPTS, timeout=self._max_wait):
            with attempt:
                if not self._lock.acquire(timeout=self._max_wait):
                    raise TemporaryError(f"{url} is not fetched: others are being fetched already")
                try:
                    return self._send(url, headers, max_bytes)
                finally:
                    self._lock.release()
        raise AssertionError("stamina returns or raises")

    def _send(self, url: str, headers: dict[str, str] | None, max_bytes: int) -> Response:
        try:
            with self._http.stream("GET", url, headers=headers) as response:
                self._check_status(response)
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > max_bytes:
                        raise FetchError(f"{url} sends more than {max_bytes:,} bytes")
                content = None if response.status_code == 304 else bytes(body)
                return Response(content, response.headers.get("ETag", ""), _next_url(response))
        except httpx2.TransportError as error:
            raise TemporaryError(f"{url} could not be fetched: {error}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise FetchError(f"{url} could not be fetched: {error}") from error

    def _before_request(self, request: httpx2.Request) -> None:
        """Check the URL of a request or redirect against the allow-list, and wait until it may be sent."""
        url = request.url
        if not self._is_allowed(url):
            hosts = ", ".join(sorted({*ALLOWED_HOSTS, self._site.removeprefix("https://")} - {""}))
            raise FetchError(f"{url} is not fetched: only https addresses of {hosts} are")
        domain = _domain(url)
        wait = self._next_request_at.get(domain, 0) - self._clock()
        if wait > self._max_wait:
            raise TemporaryError(f"{url.host} asks us to come back in {wait:.0f} seconds")
        if wait > 0:
            self._sleep(wait)
        self._next_request_at[domain] = self._clock() + self._interval(url)

    def _is_allowed(self, url: httpx2.URL) -> bool:
        is_public = url.scheme == "https" and url.host in ALLOWED_HOSTS and url.port is None
        return not url.userinfo and (is_public or self._is_followed(url))

    def _is_followed(self, url: httpx2.URL) -> bool:
        return bool(self._site) and origin(str(url)) == self._site

    def _interval(self, url: httpx2.URL) -> float:
        is_remote = self._is_followed(url) and url.host not in LOOPBACK
        return REQUEST_INTERVALS.get(_domain(url), SITE_INTERVAL if is_remote else 0)

    def _wait_until(self, url: httpx2.URL, seconds: float) -> None:
        """Send no request to this domain for this many seconds."""
        domain = _domain(url)
        self._next_request_at[domain] = max(self._next_request_at.get(domain, 0), self._clock() + seconds)

    def _check_status(self, response: httpx2.Response) -> None:
        status, headers = response.status_code, response.headers
        if (left := _RATE_LIMIT.search(headers.get("RateLimit", ""))) and left[1] == "0":
            self._wait_until(response.url, float(left[2]))
        if response.is_success or (status == 304 and "If-None-Match" in response.request.headers):
            return
        message = f"{response.url} answered {status} {response.reason_phrase}"
        if status == 429 or response.is_server_error or (status == 403 and _is_rate_limited(headers)):
            self._wait_until(response.url, _retry_delay(headers))
            raise TemporaryError(message)
        raise NotAccessible(message, status) if status in (403, 404, 410, 451) else FetchError(message)


def origin(address: str) -> str:
    """Return the scheme, host and port of an address of the web, such as "https://example.org"; "" if it is none.

    Plain http counts as one for hosts of this machine alone.
    """
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        return ""
    if not url.host or not (url.scheme == "https" or (url.scheme == "http" and url.host in LOOPBACK)):
        return ""
    return f"{url.scheme}://{url.netloc.decode()}"


def _next_url(response: httpx2.Response) -> str | None:
    """Return the address of the next page, if there is one. Raises FetchError for one that is too long to be kept."""
    found = response.links.get("next", {}).get("url")
    url = found and str(response.url.join(found))
    if url and len(url) > MAX_URL:
        raise FetchError(f"{response.url} names a next page whose address has more than {MAX_URL} characters")
    return url


def _domain(url: httpx2.URL) -> str:
    return url.host if url.host in LOOPBACK else ".".join(url.host.split(".")[-2:])


def _is_rate_limited(headers: httpx2.Headers) -> bool:
    """Whether a 403 is a limit (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api)."""
    return "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"


def _retry_delay(headers: httpx2.Headers) -> float:
    """Return the seconds to wait by `Retry-After`, or else until GitHub's `X-RateLimit-Reset`."""
    reset = headers.get("X-RateLimit-Reset", "")
    if "Retry-After" in headers or headers.get("X-RateLimit-Remaining") != "0" or not reset.isdecimal():
        return _parse_retry_after(headers.get("Retry-After", "0"))
    return max(0.0, float(reset[:12]) - datetime.now(UTC).timestamp())


def _parse_retry_after(value: str) -> float:
    """Return the seconds of a `Retry-After` value, a number or a date (RFC 9110, 10.2.3), or 0 if it is neither."""
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
