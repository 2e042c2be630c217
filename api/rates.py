"""How many requests of the API a person or a network may make, and the headers that say what is left of them."""

import math
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from lib import throttle
from lib.limits import network_of
from lib.refusals import TooMany
from lib.throttle import Limit, Quota

PERIOD = timedelta(minutes=5)
OF_NETWORK, OF_PERSON = Limit("api network", 500, PERIOD), Limit("api person", 1_000, PERIOD)
SCOPES = {OF_NETWORK: "without a token, from one network", OF_PERSON: "with tokens of one person"}


def count(request: HttpRequest) -> None:
    """Count this request for its person or, if it has no token, for its network. Raises TooMany past the limit.

    What is left is `request.api_quota` from then on, for the headers of the answer.
    """
    user = request.user
    use = (OF_PERSON, str(user.pk)) if user.is_authenticated else (OF_NETWORK, network_of(request))
    [request.api_quota] = throttle.count(use)
    if (wait := request.api_quota.wait) is not None:
        raise TooMany("Too many requests from you or your network. The header Retry-After says when to go on.", wait)


def add_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Let the answer say what is left of the limit for which its request was counted, if it was."""
    if quota := getattr(request, "api_quota", None):
        for name, value in _headers(quota).items():
            response.headers[name] = value


def _headers(quota: Quota) -> dict[str, str]:
    """Returns the headers that the Hub's client reads (draft-ietf-httpapi-ratelimit-headers-09).

    `t` is the number of seconds after which the next request is allowed, or else all of them are again.
    """
    seconds = math.ceil((quota.full_in if quota.wait is None else quota.wait).total_seconds())
    window = round(quota.limit.period.total_seconds())
    return {
        "RateLimit": f'"api";r={quota.left};t={seconds}',
        "RateLimit-Policy": f'"fixed window";"api";q={quota.limit.amount};w={window}',
    }
