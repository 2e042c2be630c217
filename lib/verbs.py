"""The decorators of views that change state."""

from collections.abc import Callable
from functools import partial, wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.csrf import CsrfViewMiddleware
from django.template.loader import render_to_string
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from lib.redirects import next_path, sign_in_first, was_suspended
from lib.refusals import NotAllowed


def posts_only(request: HttpRequest) -> HttpResponse:
    """Returns the page for a request with another method than POST."""
    return HttpResponseNotAllowed(["POST"], render_to_string("405.html", request=request))


def verb(view=None, *, purpose: Callable[..., str] | None = None):
    """Decorate a view that changes state: it takes POST only, requires sign-in, and then a CSRF token.

    Sign-in comes first because pages for people who are not signed in are cached and so hold no token. `purpose` takes
    what the view takes, and returns what the sign-in page says the sign-in is for. It must name nothing that a stranger
    may not read.
    """
    if view is None:
        return partial(verb, purpose=purpose)
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method != "POST":
            return posts_only(request)
        if request.user.is_authenticated:
            return protected(request, *args, **kwargs)
        return sign_in_first(request, next_path(request), purpose(request, *args, **kwargs) if purpose else "do that")

    return guarded


class _CsrfNote(CsrfViewMiddleware):
    """Lets a request without a valid token through to the view, and notes it in `request.refusal`."""

    def _reject(self, request, reason):
        request.refusal = NotAllowed("You signed in or out in another window. Check this, then post it again.")


_SIGNED_OUT = "You are signed out. Sign in in another tab, then post this again."
_SUSPENDED = "Your account is suspended. Sign in in another tab to read why."
_checked = decorator_from_middleware(_CsrfNote)


def form_verb(view):
    """Decorate a view with a form whose text would be a pity to lose. It takes GET and POST.

    A POST without sign-in or without a CSRF token arrives, too, with a `request.refusal` instead of None, so that the
    view can show the form again with what was typed; it must not change anything then.
    """
    protected = _checked(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        request.refusal = None
        if request.user.is_authenticated:
            return protected(request, *args, **kwargs)
        if request.method != "POST":
            return sign_in_first(request, request.get_full_path())
        request.refusal = NotAllowed(_SUSPENDED if was_suspended(request) else _SIGNED_OUT)
        return view(request, *args, **kwargs)

    return guarded
