"""The second factor that staff must have: an authenticator app or a passkey, and a session that was proved with it."""

from functools import wraps

from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.shortcuts import render

from lib.http import came_from

_KEY = "second_factor"  # in a session: the id of the authenticator that was last used or added in it


def remember(request: HttpRequest, authenticator: Authenticator) -> None:
    """From now on this session is one that was proved with a second factor."""
    request.session[_KEY] = authenticator.pk


def is_proved(request: HttpRequest) -> bool:
    """Whether this session was proved with a second factor which the account still has."""
    return request.user.authenticator_set.filter(pk=request.session.get(_KEY)).exists()


def acts_as_moderator(request: HttpRequest) -> bool:
    """Whether the reader is a moderator who has proved a second factor in this session.

    Outside the pages that only moderators have, this is the rule for what moderators may do more than others.
    """
    return request.user.is_authenticated and request.user.is_moderator and is_proved(request)


def second_factor_required(view):
    """Decorate a view for staff. Whoever has not proved a second factor gets a page that leads to it, and a 403."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if is_proved(request):
            return view(request, *args, **kwargs)
        types = set(request.user.authenticator_set.values_list("type", flat=True))
        back = request.get_full_path() if request.method == "GET" else came_from(request)
        return render(request, "accounts/second_factor.html", {"types": types, "next": back}, status=403)

    return guarded
