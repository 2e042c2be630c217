"""The responses of a site that cannot answer: it has too much to do, or its database does not answer.

They are made once in each process and need no database; what the server refuses (`busy`) does not even reach Django.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string

from lib.headers import HeadersMiddleware
from lib.refusals import Busy

RETRY_AFTER = str(int(Busy.wait.total_seconds()))
_API = "/api/"  # below which errors are JSON
_MIDDLEWARE = (XFrameOptionsMiddleware, ContentSecurityPolicyMiddleware, SecurityMiddleware, HeadersMiddleware)

type Answer = tuple[str, list[tuple[str, str]], bytes]  # the status, the headers and the body


@dataclass(frozen=True)
class Reason:
    """Why there is no answer: the heading, the message, which scripts show, too, and what the reader can do.

    `notice` is what an old copy says instead.
    """

    title: str
    message: str
    advice: str
    notice: str


_PERHAPS_SAVED = (
    "If you sent something, it may not have been saved: go back to what you typed, and look whether it is there before "
    "you send it again."
)
TOO_MUCH = Reason(
    "The site is too busy",
    "The site is getting more requests than it can handle. Try again in a few seconds.",
    "If you sent something, it was not saved. Go back to what you typed, and send it again.",
    "The site is too busy to update this page.",
)
NO_DATABASE = Reason(
    "The database does not answer",
    "The site cannot reach its database at the moment. Try again in a minute.",
    _PERHAPS_SAVED,
    "The site’s database does not answer at the moment.",
)


LATE = Reason(
    "This took too long",
    "The site could not answer in time. Try again in a moment.",
    _PERHAPS_SAVED,
    "The site could not update this page in time.",
)


def prepare() -> None:
    """Make the responses, so that they are there when the site has no time for it."""
    for reason in (NO_DATABASE, LATE):
        _page(reason)
    for is_api in (False, True):
        _busy(is_api)


def page(reason: Reason) -> HttpResponse:
    """Returns the page for a request that needs the database, for which that did not answer, or not in time."""
    response = HttpResponse(_page(reason), status=503, headers={"Retry-After": RETRY_AFTER})
    response.message = reason.message
    return because(reason, response)


def because(reason: Reason, response: HttpResponse) -> HttpResponse:
    """Let the response say to the front door that it was given for this reason, since an old copy may be better.

    Django does not log it: whoever answers so does.
    """
    response.unavailable, response._has_been_logged = reason, True
    return response


def reason_of(response: HttpResponse) -> Reason | None:
    return getattr(response, "unavailable", None)


def busy(path: str) -> Answer:
    """Returns the answer to a request that the server refuses because too many others wait."""
    return _busy(path.startswith(_API))


@cache
def _busy(is_api: bool) -> Answer:
    response = HttpResponse(status=503, headers={"Retry-After": RETRY_AFTER})
    if is_api:
        response.content = json.dumps({"error": TOO_MUCH.message})
        response.headers["Content-Type"] = "application/json"
        response.headers["X-Error-Message"] = TOO_MUCH.message
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Error-Message"
    else:
        response.content = _page(TOO_MUCH)
    protected = _protected(response)
    return f"{protected.status_code} {protected.reason_phrase}", list(protected.items()), protected.content


def _protected(response: HttpResponse) -> HttpResponse:
    """Returns the response with the headers that the middleware gives to all responses."""
    request = HttpRequest()
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value

    def answer(request: HttpRequest) -> HttpResponse:
        return response

    for middleware in _MIDDLEWARE:
        answer = middleware(answer)
    return answer(request)


@cache
def _page(reason: Reason) -> bytes:
    return render_to_string("unavailable.html", asdict(reason)).encode()
