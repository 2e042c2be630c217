"""The decorator of views that change state."""

from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from lib.redirects import next_path, sign_in_first


def posts_only(request: HttpRequest) -> HttpResponse:
    """Returns the page for a request with another method than POST."""
    return HttpResponseNotAllowed(["POST"], render_to_string("405.html", request=request))


def verb(view):
    """Decorate a view that changes state: it takes POST only, requires sign-in, and then a CSRF token.

    Sign-in comes first because pages for people who are not signed in are cached and so hold no token.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method != "POST":
            return posts_only(request)
        if request.user.is_authenticated:
            return protected(request, *args, **kwargs)
        return sign_in_first(request, next_path(request))

    return guarded
