"""The second factor that moderators and staff need: an app or a passkey, used in the current session."""

from collections.abc import Callable
from functools import wraps

from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest
from django.shortcuts import render

from lib.redirects import referer_path

_KEY = "second_factor"  # in a session: the id of the authenticator that was last used or added in it


def remember(request: HttpRequest, authenticator: Authenticator) -> None:
    """Record in the session that this authenticator was used or added in it."""
    request.session[_KEY] = authenticator.pk


def is_proved(request: HttpRequest) -> bool:
    """Returns whether a second factor was used in this session that the account still has."""
    return request.user.authenticator_set.filter(pk=request.session.get(_KEY)).exists()


def acts_as_moderator(request: HttpRequest) -> bool:
    """Returns whether the person is a moderator who used a second factor in this session.

    Pages for everybody use it to decide what moderators may do in addition.
    """
    return request.user.is_authenticated and request.user.is_moderator and is_proved(request)


def second_factor_required(view):
    """Decorate a view for moderators or staff.

    Without a second factor in the session it answers 403, with links to set one up.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if is_proved(request):
            return view(request, *args, **kwargs)
        types = set(request.user.authenticator_set.values_list("type", flat=True))
        back = request.get_full_path() if request.method == "GET" else referer_path(request)
        return render(request, "accounts/second_factor.html", {"types": types, "next": back}, status=403)

    return guarded


def moderators_prove(view):
    """Decorate a view for several people, of whom moderators must have used a second factor."""
    proved = second_factor_required(view)

    @wraps(view)
    def guarded(request, *args, **kwargs):
        is_moderator = request.user.is_authenticated and request.user.is_moderator
        return (proved if is_moderator else view)(request, *args, **kwargs)

    return guarded


def _found_only_by(is_allowed: Callable[..., bool]):
    """Returns a decorator of views that only some people find, who must have used a second factor."""

    def decorate(view):
        proved = second_factor_required(view)

        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not is_allowed(request.user):
                raise Http404
            return proved(request, *args, **kwargs)

        return guarded

    return decorate


for_moderators = _found_only_by(lambda user: user.is_moderator)
for_superusers = _found_only_by(lambda user: user.is_active and user.is_superuser)
