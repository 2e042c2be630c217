"""Redirects to pages of this site only: back to where a form came from, and to sign-in."""

import re

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

_ID = re.compile(r"[a-z]+-[0-9]+")


def local_path(request: HttpRequest, address: str) -> str:
    """Returns the path, query and fragment of an address of this site, or "" for any other address.

    Every address that a request contains must pass this function before a response redirects to it.
    """
    path = address.removeprefix(f"{request.scheme}://{request.get_host()}")
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, None) else ""


def next_path(request: HttpRequest, at: str = "") -> str:
    """Returns the path of the page that a form came from: its field `next`, or else LOGIN_REDIRECT_URL.

    The fragment is `at`, the id of an element, or else the form's field `at`.
    """
    path = local_path(request, request.POST.get("next", "")) or settings.LOGIN_REDIRECT_URL
    at = at or request.POST.get("at", "")
    return f"{path.split('#')[0]}#{at}" if _ID.fullmatch(at) else path


def referer_path(request: HttpRequest) -> str:
    """Returns the path of the page whose link was followed, or LOGIN_REDIRECT_URL if it is not on this site."""
    return local_path(request, request.headers.get("Referer", "")) or settings.LOGIN_REDIRECT_URL


def redirect_back(request: HttpRequest, at: str = "") -> HttpResponse:
    """Redirect to `next_path`, which Django's `redirect()` might take for the name of a view."""
    return HttpResponseRedirect(next_path(request, at))


def was_suspended(request: HttpRequest) -> bool:
    """Returns whether the session ended because its person is suspended, as the sign-in page says."""
    person = getattr(request.session, "person", None)  # set by accounts.sessions
    return bool(person and person.is_suspended)


def sign_in_first(request: HttpRequest, then: str, purpose: str = "do that") -> HttpResponse:
    """Redirect to sign-in, which names the purpose, such as "upvote a paper", and from there to the path `then`."""
    if not was_suspended(request):
        messages.info(request, f"Sign in to {purpose}. You then return to the page that you came from.")
    sign_in = redirect_to_login(then)
    return HttpResponseClientRedirect(sign_in.url) if request.htmx else sign_in
