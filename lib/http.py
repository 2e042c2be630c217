"""The responses to refusals: a page with the status that HTTP has for each of them."""

import logging
import math
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.csrf import csrf_failure

from lib import outage, storable, unavailable
from lib.failures import is_failure
from lib.refusals import BadInput, Busy, Conflict, Gone, NotAllowed, Refusal, TooMany
from lib.statements import is_about_nothing, is_collision, is_out_of_time
from lib.unavailable import LATE, NO_DATABASE, Reason

logger = logging.getLogger(__name__)


class RefusalMiddleware:
    """Answers a request that cannot be served with a page that says why.

    These are a Refusal, text that PostgreSQL cannot store, a database that does not answer, a statement that takes too
    long, one about a row that was deleted after the view had read it, and one that collided with another transaction.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            storable.check(request)
        except BadInput as refusal:
            return refuse(request, refusal)
        response = self.get_response(request)
        _log(request, getattr(response, "refusal", None))
        return response

    def process_exception(self, request, exception):
        reason = _no_answer(exception)
        if reason is LATE:
            message = LATE.message if request.method in ("GET", "HEAD") else f"{LATE.message} {LATE.advice}"
            return unavailable.because(LATE, refuse(request, Busy(message)))
        if reason:
            return unavailable.page(reason)
        if is_about_nothing(exception):
            logger.error("A row that was referred to is missing", exc_info=exception)
            return refuse(request, Gone("Nothing was changed, because something has just been deleted."))
        if is_collision(exception):
            logger.error("Two transactions have collided", exc_info=exception)
            return refuse(request, Conflict("Nothing was changed, because of another change at the same moment."))
        return refuse(request, exception) if isinstance(exception, Refusal) else None


def _no_answer(error: BaseException | None) -> Reason | None:
    """Returns why the database has not answered, and logs the error, if that is what the error says."""
    if is_out_of_time(error):
        logger.error("A statement took too long", exc_info=error)
        return LATE
    if is_failure(error):
        outage.log(error)
        return NO_DATABASE
    return None


def _log(request: HttpRequest, refusal: Refusal | None) -> None:
    """Log that somebody who is signed in may not do something, or did it too often. The line has their id, no name."""
    if isinstance(refusal, NotAllowed | TooMany) and request.user.is_authenticated:
        kind, view = type(refusal).__name__, request.resolver_match and request.resolver_match.view_name
        logger.warning("Refused %s to person %s: %s", view, request.user.pk, kind)


def refuse_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without a valid token, which another site may have sent: Django's, with a line in the log."""
    response = csrf_failure(request, reason)
    response.refusal = NotAllowed(reason)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of exceptions that nobody has answered, also those of middleware. Its page needs no database."""
    if reason := _no_answer(sys.exception()):
        return unavailable.page(reason)
    return HttpResponse(render_to_string("500.html", {"request": request}), status=500)


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page that says why something is not done."""
    return refused(render(request, f"{_status_of(refusal)}.html", {"message": str(refusal)}), refusal)


_STATUS = {BadInput: 400, NotAllowed: 403, Gone: 404, Conflict: 409, TooMany: 429, Busy: 503}


def _status_of(refusal: Refusal) -> int:
    return next(status for kind, status in _STATUS.items() if isinstance(refusal, kind))


def form_page(request: HttpRequest, template: str, context: dict, status: int | None = None) -> HttpResponse:
    """The page with the `form` of the context (`lib.forms.Refusable`), with the status of what is wrong with the form.

    That is the status that HTTP has for its refusal, or else `status`: by default, 400 if it has errors.
    """
    form = context["form"]
    response = render(request, template, context, status=status or (400 if form.errors else 200))
    return refused(response, form.refusal) if form.refusal else response


def refused(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    """The response with the status that HTTP has for this refusal, and with the time to wait where there is one."""
    response.status_code, response.message, response.refusal = _status_of(refusal), str(refusal), refusal
    if isinstance(refusal, TooMany | Busy):
        response.headers["Retry-After"] = str(math.ceil(refusal.wait.total_seconds()))
    return response
