"""The methods of HTTP that this site knows, whatever an address takes: a verb takes POST alone (`lib.verbs`)."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]


class MethodMiddleware:
    """Answers OPTIONS, and refuses other methods with 405: views would answer all of them with the whole page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(_METHODS)})
        if request.method not in _METHODS:
            return HttpResponseNotAllowed(_METHODS, content_type="text/plain")
        return self.get_response(request)
