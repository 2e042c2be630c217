"""Who may come in without signing in: whoever has a link from a mail, and strangers who ask for one."""

from functools import wraps

from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from lib.verbs import posts_only


def by_link(view):
    """A view that a link from a mail opens. Whoever has the link may, so there is no session that needs protection.

    The link is a secret: no cache keeps its page, and neither another site nor a search engine learns of it.
    """

    @csrf_exempt
    @never_cache
    @wraps(view)
    def opened(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return opened


def verb_by_link(view):
    """Of such a page, what changes state: POST only, since scanners of mail follow every link."""

    @by_link
    @wraps(view)
    def guarded(request, *args, **kwargs):
        return view(request, *args, **kwargs) if request.method == "POST" else posts_only(request)

    return guarded


def for_strangers(view):
    """A view whose form strangers send without a CSRF token.

    Their pages are the same for everybody and so carry none; and all that a stranger can bring about from another site
    is what anybody can bring about from anywhere: a mail that asks, throttled. For who is signed in more happens, so
    their form is protected as ever.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        return (protected if request.user.is_authenticated else view)(request, *args, **kwargs)

    return guarded
