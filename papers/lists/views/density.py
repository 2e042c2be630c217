"""How dense a browser shows lists: "comfortable", or "compact" without abstracts, which a cookie of a year keeps."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt

from lib.pages import DENSITY_COOKIE
from lib.redirects import next_path
from lib.verbs import posts_only

_YEAR = 365 * 24 * 3_600
_COOKIE = {"httponly": True, "secure": settings.HTTPS, "samesite": "Lax"}


@csrf_exempt  # pages for people who are not signed in hold no token, and nothing but this cookie is changed
def choose(request: HttpRequest, density: str) -> HttpResponse:
    if request.method != "POST":
        return posts_only(request)
    response = HttpResponseRedirect(next_path(request))
    if density == "compact":
        response.set_cookie(DENSITY_COOKIE, density, max_age=_YEAR, **_COOKIE)
    elif density == "comfortable":
        response.set_cookie(DENSITY_COOKIE, "", max_age=0, **_COOKIE)
    else:
        raise Http404
    return response
