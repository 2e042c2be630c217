"""Decorators of views that need no account: verbs behind links in mails, and forms that anybody may send."""

from functools import wraps

from django.views.decorators.csrf import csrf_exempt, csrf_protect

from lib.secret_links import by_link
from lib.verbs import posts_only


def verb_by_link(view):
    """Like `lib.secret_links.by_link`, for a view that changes state.

    It takes POST only, since mail scanners open every link.
    """

    @by_link
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        return view(request, *args, **kwargs) if request.method == "POST" else posts_only(request)

    return wrapped


def for_strangers(view):
    """Accept a form without a CSRF token from whoever is not signed in; from others the token is required.

    The pages of strangers are the same for everybody and hold no token. The worst that another site can make a
    stranger send is what anybody can send from anywhere: a request for a confirmation mail, which is throttled.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        return (protected if request.user.is_authenticated else view)(request, *args, **kwargs)

    return wrapped
