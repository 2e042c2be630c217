"""What views need of HTTP: bad input answered, verbs guarded, public pages cached."""

import gzip
import hashlib
import ipaddress
import logging
import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django_htmx.http import HttpResponseClientRedirect

from lib import throttle
from lib.refusals import BadInput, Busy, Refusal, TooMany
from lib.release import digest
from lib.statements import is_out_of_time
from lib.throttle import Limit

TOO_OFTEN = "Too many requests came from you or your network in a short time. Wait a little, then try again."
_ID = re.compile(r"[a-z]+-[0-9]+")

logger = logging.getLogger(__name__)


class RefusalMiddleware:
    """Turns a Refusal, NUL bytes anywhere in a request's address, and a statement that is out of time into a page that
    helps."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_input(request, "The address holds a NUL character, which no address of this site does.")
        if any("\0" in value for value in request.COOKIES.values()):
            request.COOKIES.clear()  # nobody's session
        return self.get_response(request)

    def process_exception(self, request, exception):
        if is_out_of_time(exception):
            logger.error("A statement took too long for %s", request.get_full_path(), exc_info=exception)
            return refuse(request, Busy("The site could not answer this in time. Try again in a little while."))
        return refuse(request, exception) if isinstance(exception, Refusal) else None


def bad_input(request: HttpRequest, message: str, status: int = 400) -> HttpResponse:
    return render(request, "400.html", {"message": message}, status=status)


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page that says why something is not done, with the status that HTTP has for it."""
    status = status_of(refusal)
    if isinstance(refusal, TooMany | Busy):
        response = render(request, f"{status}.html", {"message": str(refusal)}, status=status)
        response.headers["Retry-After"] = str(math.ceil(refusal.wait.total_seconds()))
        return response
    return bad_input(request, str(refusal), status)


_STATUS = {BadInput: 400, TooMany: 429, Busy: 503}


def status_of(refusal: Refusal) -> int:
    return next(status for kind, status in _STATUS.items() if isinstance(refusal, kind))


def client_ip(request: HttpRequest) -> str:
    """The network address that the request came from: the one that our own proxy added, or else the connection's.

    What stands before the proxy's own entry in X-Forwarded-For was written by the client and is not believed.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and len(forwarded) >= settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        with suppress(ValueError):
            return str(ipaddress.ip_address(forwarded[-settings.ALLAUTH_TRUSTED_PROXY_COUNT].strip()))
    return request.META["REMOTE_ADDR"]


def limited(name: str, *, person: int, network: int, period: timedelta):
    """Decorate a view that may be requested so often in a period by one person and from one network.

    Who is not signed in is counted by the network alone. More than that raises TooMany.
    """
    of_person, of_network = Limit(f"{name} person", person, period), Limit(f"{name} network", network, period)

    def decorate(view):
        @wraps(view)
        def counted(request, *args, **kwargs):
            uses = [(of_network, throttle.network(client_ip(request)))]
            if request.user.is_authenticated:
                uses.append((of_person, str(request.user.pk)))
            throttle.demand(*uses, message=TOO_OFTEN)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def here(request: HttpRequest, at: str = "") -> str:
    """Where a form came from: its `next`, if that is an address of this site; there at this id, or else at that of the
    button that was pressed (its `at`)."""
    wanted, at = request.POST.get("next", ""), at or request.POST.get("at", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        wanted = settings.LOGIN_REDIRECT_URL
    return f"{wanted.split('#')[0]}#{at}" if _ID.fullmatch(at) else wanted


def came_from(request: HttpRequest) -> str:
    """The page of this site whose link was followed."""
    wanted = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return settings.LOGIN_REDIRECT_URL
    parts = urlsplit(wanted)
    return parts._replace(scheme="", netloc="").geturl()


def sign_in_first(request: HttpRequest, then: str) -> HttpResponse:
    """To sign-in, and from there on to where the reader wants to be."""
    messages.info(request, "Sign in to do that. You will come back to where you were.")
    sign_in = redirect_to_login(then)
    return HttpResponseClientRedirect(sign_in.url) if request.htmx else sign_in


def posts_only(request: HttpRequest) -> HttpResponse:
    return HttpResponseNotAllowed(["POST"], render_to_string("405.html", request=request))


def verb(view):
    """A view that changes state: POST only, signed in only (strangers are led to sign-in and back), CSRF-safe.

    A stranger's page is the same for everybody and so carries no token; hence sign-in is asked for first.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method != "POST":
            return posts_only(request)
        if request.user.is_authenticated:
            return protected(request, *args, **kwargs)
        return sign_in_first(request, here(request))

    return guarded


PUBLIC_SECONDS = 60
ROOMS = ("accounts", "config", "inbox", "lib", "orgs", "papers", "static", "templates")


def page(
    request: HttpRequest, template: str, context: dict, *, version: object = None, seconds: int = PUBLIC_SECONDS
) -> HttpResponse:
    """Render a page with the caching rules of the house.

    If `version` (anything whose repr names all that the page shows) is given, a stranger's matching If-None-Match
    costs no template. For so many `seconds` shared caches may keep it; for none, what can be hidden at any moment.
    """
    if version is None or not _is_for_all(request):
        return cached(request, render(request, template, context), seconds)

    def draw() -> bytes:
        return render(request, template, context).content

    return fresh(request, draw, "text/html; charset=utf-8", version=(template, version), seconds=seconds)


def fresh(
    request: HttpRequest,
    make: Callable[[], bytes],
    content_type: str,
    *,
    version: object,
    seconds: int | None = PUBLIC_SECONDS,
) -> HttpResponse:
    """What `make` makes, with the caching rules of the house; a matching If-None-Match makes nothing.

    `version`: anything whose repr names all that it tells. It is kept here only if all strangers get the same.
    `seconds`: None for what is one person's, who need not be signed in.
    """
    etag = _etag(request, version)
    response = get_conditional_response(request, etag=etag)
    if not response:
        response = _kept(request, make, etag) if _is_for_all(request, seconds) else HttpResponse(make())
        response.headers["Content-Type"] = content_type
    response.headers["ETag"] = etag
    return cached(request, response, seconds)


def cached(request: HttpRequest, response: HttpResponse, seconds: int | None = PUBLIC_SECONDS) -> HttpResponse:
    """The response with the caching rules of the house.

    What a stranger gets is the same for all strangers: shared caches may keep it for a minute. What somebody signed in
    gets stays with that reader, and so does, with None for the seconds, what is one person's.
    """
    if _is_for_all(request, seconds) and seconds:
        patch_cache_control(response, public=True, max_age=seconds, stale_while_revalidate=10 * seconds)
    elif _is_for_all(request, seconds):
        patch_cache_control(response, public=True, no_cache=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Encoding", "Cookie", "HX-Request"])
    return response


def document(
    request: HttpRequest, content_type: str, version: object, write: Callable[[], str], *, seconds: int = PUBLIC_SECONDS
) -> HttpResponse:
    """What is no page and the same for everybody, whoever is signed in: written only for those who have not got it.

    `version` is anything whose repr names all that it tells; for so many `seconds` shared caches may keep it. What is
    compressed already is written as bytes.
    """
    etag = _etag(request, (content_type, version))
    response = get_conditional_response(request, etag=etag) or HttpResponse(write(), content_type=content_type)
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=seconds, stale_while_revalidate=10 * seconds)
    return response


def _is_for_all(request: HttpRequest, seconds: int | None = 0) -> bool:
    return seconds is not None and request.user.is_anonymous and not request.COOKIES


def _kept(request: HttpRequest, make: Callable[[], bytes], etag: str) -> HttpResponse:
    """The body under this ETag, made and compressed only if this process has not done so yet.

    It can be compressed once for all, without the padding that hides secrets, since a stranger's page has none.
    """
    body = caches["pages"].get(etag)
    if body is None:
        body = gzip.compress(make(), compresslevel=6)
        caches["pages"].set(etag, body)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(body, headers={"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(body))


def _etag(request: HttpRequest, version: object) -> str:
    year = timezone.now().year  # dates leave out the current one
    told = repr((digest(*ROOMS), year, request.get_full_path(), bool(request.htmx), version))
    return f'W/"{hashlib.blake2b(told.encode(), digest_size=12).hexdigest()}"'
