"""Errors of the API as JSON, wherever they arise."""

import json
from http import HTTPStatus

from anyascii import anyascii
from django.http import HttpRequest, HttpResponse

PREFIX = "/api/"


class JsonErrorMiddleware:
    """Turns each error below PREFIX into `{"error": …}`, with the same text in `X-Error-Message`, in ASCII."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 400 and request.path.startswith(PREFIX):
            write_error(response, getattr(response, "message", "") or HTTPStatus(response.status_code).phrase)
        return response


def write_error(response: HttpResponse, message: str) -> None:
    """Make the response say this message as the API's errors do, with the status and the headers that it has."""
    response.content = json.dumps({"error": message}, ensure_ascii=False)
    response.headers["Content-Type"] = "application/json"
    response.headers["X-Error-Message"] = anyascii(" ".join(message.split()))
