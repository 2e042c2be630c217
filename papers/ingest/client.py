"""The one way by which anything here is fetched from another site: politely, and from known hosts only."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import stamina
from django.conf import settings

HOSTS = {"huggingface.co", "arxiv.org", "export.arxiv.org", "oaipmh.arxiv.org", "api.github.com"}
# Seconds between requests to all hosts of a site together. https://info.arxiv.org/help/api/tou.html says three, and
# https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api one after the other.
PAUSES = {"arxiv.org": 3.0, "github.com": 1.0}
LIMIT = 50 * 1024 * 1024  # bytes of a body
ATTEMPTS = 3


class FetchError(Exception):
    """What was asked of another site did not come; the text says why, in words."""


class Refused(FetchError):
    """… and will not: it is not there, or not for us."""


class NotNow(FetchError):
    """… and a later try may have it."""


@dataclass(frozen=True)
class Answer:
    """`body` is None if it still is the one of the ETag that was sent; `following` is the address of the next page."""

    body: bytes | None
    etag: str
    following: str | None


class Client:
    """Fetches from `HOSTS` over https, one request at a time.

    `patience` is the longest time in seconds that it waits for its turn or goes on trying: two minutes for a command,
    less where a reader waits. `transport` (as httpx2 understands it), `clock` and `sleep` are for tests.
    """

    def __init__(self, transport=None, *, patience=120.0, clock=time.monotonic, sleep=time.sleep) -> None:
        self._patience, self._clock, self._sleep = patience, clock, sleep
        self._next_turn: dict[str, float] = {}
        self._lock = threading.Lock()
        self._http = httpx2.Client(
            transport=transport,
            timeout=min(20, patience),
            follow_redirects=True,
            headers={"User-Agent": f"Broadsheet (+{settings.CONTACT})"},
            event_hooks={"request": [self._before]},
        )

    def fetch(self, url: str) -> bytes:
        """The body of one answer. Raises FetchError."""
        return self.ask(url).body

    def pages(self, url: str) -> Iterator[tuple[str, bytes]]:
        """(address, body) of the answer and of all that follow it by `Link: …; rel="next"`. Raises FetchError."""
        seen = set()
        while url and url not in seen:
            seen.add(url)
            answer = self.ask(url)
            yield url, answer.body
            url = answer.following

    def ask(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        """One answer. Raises FetchError. An `Authorization` goes to this host alone, whatever leads elsewhere."""
        for attempt in stamina.retry_context(on=NotNow, attempts=ATTEMPTS, timeout=self._patience):
            with attempt:
                if not self._lock.acquire(timeout=self._patience):
                    raise NotNow(f"{url} is not fetched: others are being fetched already")
                try:
                    return self._ask(url, headers)
                finally:
                    self._lock.release()
        raise AssertionError("stamina returns or raises")

    def _ask(self, url: str, headers: dict[str, str] | None) -> Answer:
        try:
            with self._http.stream("GET", url, headers=headers) as response:
                self._judge(response)
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > LIMIT:
                        raise FetchError(f"{url} sends more than {LIMIT:,} bytes")
                following = response.links.get("next", {}).get("url")
                return Answer(
                    None if response.status_code == 304 else bytes(body),
                    response.headers.get("ETag", ""),
                    following and str(response.url.join(following)),
                )
        except httpx2.TransportError as error:
            raise NotNow(f"{url} could not be fetched: {error}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise FetchError(f"{url} could not be fetched: {error}") from error

    def _before(self, request: httpx2.Request) -> None:
        """Before every request, those of redirects too: may it go there, and is it our turn?"""
        url = request.url
        if url.scheme != "https" or url.host not in HOSTS or url.port is not None or url.userinfo:
            raise FetchError(f"{url} is not fetched: only https addresses of {', '.join(sorted(HOSTS))} are")
        site = _site(url)
        wait = self._next_turn.get(site, 0) - self._clock()
        if wait > self._patience:
            raise NotNow(f"{url.host} asks us to come back in {wait:.0f} seconds")
        if wait > 0:
            self._sleep(wait)
        self._next_turn[site] = self._clock() + PAUSES.get(site, 0)

    def _judge(self, response: httpx2.Response) -> None:
        status, headers = response.status_code, response.headers
        if response.is_success or (status == 304 and "If-None-Match" in response.request.headers):
            return
        words = f"{response.url} answered {status} {response.reason_phrase}"
        if status == 429 or response.is_server_error or (status == 403 and _has_a_limit(headers)):
            site = _site(response.url)
            self._next_turn[site] = max(self._next_turn.get(site, 0), self._clock() + _pause(headers))
            raise NotNow(words)
        raise (Refused if status in (403, 404, 410, 451) else FetchError)(words)


def _site(url: httpx2.URL) -> str:
    return ".".join(url.host.split(".")[-2:])


def _has_a_limit(headers: httpx2.Headers) -> bool:
    """How GitHub says “too many” (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api)."""
    return "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"


def _pause(headers: httpx2.Headers) -> float:
    """Seconds that we are asked to wait: RFC 9110, 10.2.3, or GitHub's moment at which its limit begins anew."""
    reset = headers.get("X-RateLimit-Reset", "")
    if "Retry-After" in headers or headers.get("X-RateLimit-Remaining") != "0" or not reset.isdecimal():
        return _seconds(headers.get("Retry-After", "0"))
    return max(0.0, float(reset[:12]) - datetime.now(UTC).timestamp())


def _seconds(retry_after: str) -> float:
    """A number of seconds or a date (RFC 9110, 10.2.3); 0 for anything else."""
    if retry_after.isdecimal() and len(retry_after) < 10:
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
