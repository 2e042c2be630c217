"""The headers of all answers of the API: for scripts of other sites, for caches, and about the limit of requests."""

from django.http import HttpRequest, HttpResponse

from api import rates
from api.errors import PREFIX

EXPOSED = ", ".join(["ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Error-Message"])
# Scripts of other sites may read, with a token of their user if they have one, but not write.
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
# No answer depends on these, so nothing may read them: neither sessions nor the keys of ETags.
_IGNORED = ("HTTP_COOKIE", "HTTP_HX_REQUEST")


class ApiHeadersMiddleware:
    """Lets scripts of other sites read what is below PREFIX, without the reader's cookies, which count nowhere here.

    An answer therefore depends on the token and on the compression alone, which is what its `Vary` says.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        for name in _IGNORED:
            request.META.pop(name, None)
        request.content_type = "application/json"  # whatever it says, so that nothing reads the body as a form
        response = self.get_response(request)
        response.headers["Vary"] = "Accept-Encoding, Authorization"
        if request.method in ("GET", "HEAD", "OPTIONS") or response.status_code >= 400:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if request.method == "OPTIONS":
            _add(response, _PREFLIGHT)
        if quota := getattr(request, "api_quota", None):
            _add(response, rates.headers(quota))
        return response


def _add(response: HttpResponse, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        response.headers[name] = value
