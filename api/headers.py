"""The headers of all answers of the API: for scripts of other sites, for caches, and about the limit of requests."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from api import rates
from api.errors import PREFIX, write_error

EXPOSED = ", ".join(["ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Error-Message"])
# Scripts of other sites may read, with a token of their user if they have one, but not write.
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
# No answer depends on these, so nothing may read them: neither sessions nor the keys of ETags.
_IGNORED = ("HTTP_COOKIE", "HTTP_HX_REQUEST")
_FOR_PROGRAMS = (PREFIX, "/mcp")
_READING = {"GET", "HEAD", "OPTIONS"}


class ApiHeadersMiddleware:
    """Lets scripts of other sites read what is below PREFIX, without the reader's cookies, which count nowhere here.

    An answer therefore depends on the token and on the compression alone, which is what its `Vary` says. HEAD is
    answered as GET, whose body the server leaves out, and OPTIONS with the methods that the address takes. A request by
    plain http to an https site is refused, since a redirect would hide that its token went over the network as it is.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.HTTPS and not request.is_secure() and request.path.startswith(_FOR_PROGRAMS):
            return _without_https()
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        for name in _IGNORED:
            request.META.pop(name, None)
        method = request.method
        if method == "HEAD":
            request.method = "GET"
        request.content_type = "application/json"  # whatever it says, so that nothing reads the body as a form
        response = _options(request) if method == "OPTIONS" else self.get_response(request)
        request.method = method
        response.headers["Vary"] = "Accept-Encoding, Authorization"
        if method in _READING or response.status_code >= 400:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        rates.add_headers(request, response)
        return response


def _options(request: HttpRequest) -> HttpResponse:
    """The answer to OPTIONS: the methods that this address takes, and what scripts of other sites may request."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return _not_found()
    methods = {"GET", "HEAD", "OPTIONS"}
    if match.app_name == "ninja":  # whose views refuse a method that they do not have, and say which they have
        refusal = match.func(request, *match.args, **match.kwargs)
        allowed = set(refusal.headers["Allow"].split(", "))
        methods = allowed | {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())
    response = HttpResponse(status=204, headers={"Allow": ", ".join(sorted(methods))})
    for name, value in _PREFLIGHT.items():
        response.headers[name] = value
    return response


def _without_https() -> HttpResponse:
    response = HttpResponse(status=403)
    write_error(response, "Use https. If this request had a token, revoke it and make another one.")
    return response


def _not_found() -> HttpResponse:
    response = HttpResponse(status=404)
    write_error(response)
    return response
