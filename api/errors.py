"""Errors of the API as JSON, wherever they arise."""

import json
from http import HTTPStatus

from anyascii import anyascii
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from api import messages
from lib.http import refused
from lib.refusals import BadInput, Refusal

PREFIX = "/api/"
# The messages for a status that has no other.
_PLAIN = {
    400: "The request can't be read.",
    404: "Not found, or you may not see it.",
    405: "This address does not accept this method. The header Allow lists those that it accepts.",
    413: "The body is too long.",
    500: "Something went wrong here. Try again in a moment.",
}


class JsonErrorMiddleware:
    """Turns each error below PREFIX into `{"error": …}`, with the same text in `X-Error-Message`, in ASCII."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 400 and request.path.startswith(PREFIX):
            write_error(response, getattr(response, "message", ""))
        return response


def write_error(response: HttpResponse, message: str = "") -> None:
    """Make the response say this message as the API's errors do, with the status and the headers that it has.

    Without a message, it says what its status means.
    """
    message = message or _PLAIN.get(response.status_code, HTTPStatus(response.status_code).phrase)
    response.content = json.dumps({"error": message}, ensure_ascii=False)
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["X-Error-Message"] = anyascii(" ".join(message.split()))
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"


def handle(api: NinjaAPI) -> None:
    """Turn what operations raise into responses, whose body `JsonErrorMiddleware` writes. Django handles the rest."""
    api.add_exception_handler(Refusal, lambda request, error: refused(HttpResponse(), error))
    api.add_exception_handler(ValidationError, lambda request, error: refused(HttpResponse(), _bad_input(error)))
    api.add_exception_handler(Http404, lambda request, error: HttpResponse(status=404))
    api.add_exception_handler(HttpError, _of_ninja)
    api.add_exception_handler(Exception, _raise)


def _bad_input(error: ValidationError) -> BadInput:
    """What is wrong with each parameter, in a sentence: "limit: This must be at most 100."."""
    problems = {_name(row["loc"]): messages.sentence(row) for row in error.errors}
    return BadInput(" ".join(f"{name}: {problem}" for name, problem in problems.items()))


def _name(location: tuple) -> str:
    """The parameter at this location, or the member of a body as "item.id".

    ninja puts before it where it is sent, and before what is in a body also the name of our function's argument.
    """
    place, *steps = location
    names = [step for step in steps[1 if place == "body" else 0 :] if isinstance(step, str)]
    return ".".join(names) or place


def _of_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    response = HttpResponse(status=error.status_code)
    # A status 400 is the parser's, whose own words are ninja's.
    response.message = "Send a JSON object in UTF-8." if error.status_code == HTTPStatus.BAD_REQUEST else error.message
    return response


def _raise(request: HttpRequest, error: Exception) -> None:
    raise error
