"""The decorator of pages behind links in mails, which need no account."""

from functools import wraps

from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt


def by_link(view):
    """Open a view to whoever has its link from a mail. There is no session involved, so no CSRF token either.

    The link is a secret: no cache keeps the page, and neither other sites nor search engines learn its address.
    """

    @csrf_exempt
    @never_cache
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped
