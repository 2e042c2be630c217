"""Errors of the API as JSON, wherever they arise."""

import json
from http import HTTPStatus

from anyascii import anyascii
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from lib.http import refused
from lib.refusals import BadInput, Refusal

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
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["X-Error-Message"] = anyascii(" ".join(message.split()))
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"


def handle(api: NinjaAPI) -> None:
    """Let what operations raise become what `JsonErrorMiddleware` writes. Django answers all other exceptions."""
    api.add_exception_handler(Refusal, lambda request, error: refused(HttpResponse(), error))
    api.add_exception_handler(ValidationError, lambda request, error: refused(HttpResponse(), _bad_input(error)))
    api.add_exception_handler(Http404, lambda request, error: HttpResponse(status=404))
    api.add_exception_handler(HttpError, _of_ninja)
    api.add_exception_handler(Exception, _raise)


def _bad_input(error: ValidationError) -> BadInput:
    """What is wrong with each parameter, in a sentence: "limit: Input should be less than or equal to 100."."""
    problems = {_name(row["loc"]): row["msg"].removeprefix("Value error, ").rstrip(".") for row in error.errors}
    return BadInput(" ".join(f"{name}: {problem}." for name, problem in problems.items()))


def _name(location: tuple) -> str:
    """The parameter or the member of a body at this location; ninja puts where it is sent before it."""
    return str(next((part for part in reversed(location) if isinstance(part, str)), "body"))


def _of_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    response = HttpResponse(status=error.status_code)
    response.message = error.message
    return response


def _raise(request: HttpRequest, error: Exception) -> None:
    raise error
