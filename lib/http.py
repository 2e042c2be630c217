"""What views need of HTTP: bad input answered, verbs guarded and limited, public pages cached."""

import hashlib
import ipaddress
import logging
import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django_htmx.http import HttpResponseClientRedirect

from lib import compressed, storable, throttle
from lib.refusals import BadInput, Busy, Conflict, Gone, NotAllowed, Refusal, TooMany
from lib.release import digest
from lib.statements import is_out_of_time
from lib.throttle import Limit

TOO_OFTEN = "Too many requests came from you or your network in a short time. Wait a little, then try again."
_ID = re.compile(r"[a-z]+-[0-9]+")

logger = logging.getLogger(__name__)


class RefusalMiddleware:
    """Answers a Refusal, text that the database cannot keep, and a statement out of time with a page that says why."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            storable.check(request)
        except BadInput as refusal:
            return refuse(request, refusal)
        return self.get_response(request)

    def process_exception(self, request, exception):
        if is_out_of_time(exception):
            logger.error("A statement took too long for %s", request.get_full_path(), exc_info=exception)
            return refuse(request, Busy("The site could not answer this in time. Try again in a little while."))
        return refuse(request, exception) if isinstance(exception, Refusal) else None


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page that says why something is not done."""
    return refused(render(request, f"{_status_of(refusal)}.html", {"message": str(refusal)}), refusal)


_STATUS = {BadInput: 400, NotAllowed: 403, Gone: 404, Conflict: 409, TooMany: 429, Busy: 503}


def _status_of(refusal: Refusal) -> int:
    return next(status for kind, status in _STATUS.items() if isinstance(refusal, kind))


def refused(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    """The response with the status that HTTP has for this refusal, and with the time to wait where there is one."""
    response.status_code = _status_of(refusal)
    if isinstance(refusal, TooMany | Busy):
        response.headers["Retry-After"] = str(math.ceil(refusal.wait.total_seconds()))
    return response


def client_ip(request: HttpRequest) -> str:
    """The network address that the request came from: the one that our own proxy added, or else the connection's.

    What stands before the proxy's own entry in X-Forwarded-For was written by the client and is not believed.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and len(forwarded) >= settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        with suppress(ValueError):
            return str(ipaddress.ip_address(forwarded[-settings.ALLAUTH_TRUSTED_PROXY_COUNT].strip()))
    return request.META["REMOTE_ADDR"]


def network_of(request: HttpRequest) -> str:
    """The network that limits count the request for."""
    return throttle.network(client_ip(request))


def request_limit(name: str, *, person: int, network: int, period: timedelta) -> Callable[[HttpRequest], None]:
    """Returns a function that counts a request for its person and its network, and raises TooMany past one of both.

    Who is not signed in is counted by the network alone.
    """
    of_person, of_network = Limit(f"{name} person", person, period), Limit(f"{name} network", network, period)

    def count(request: HttpRequest) -> None:
        uses = [(of_network, network_of(request))]
        if request.user.is_authenticated:
            uses.append((of_person, str(request.user.pk)))
        throttle.demand(*uses, message=TOO_OFTEN)

    return count


def limited(name: str, *, person: int, network: int, period: timedelta):
    """Decorate a view that may be requested so often in a period by one person and from one network."""
    count = request_limit(name, person=person, network=network, period=period)

    def decorate(view):
        @wraps(view)
        def counted(request, *args, **kwargs):
            count(request)
            return view(request, *args, **kwargs)

        return counted

    return decorate


_count_upload = request_limit("upload", person=60, network=600, period=timedelta(hours=1))


def uploads_limited(view):
    """Decorate a view whose form takes pictures: each request that brings one counts."""

    @wraps(view)
    def counted(request, *args, **kwargs):
        if request.FILES:
            _count_upload(request)
        return view(request, *args, **kwargs)

    return counted


def local_path(request: HttpRequest, address: str) -> str:
    """The path, query and fragment of an address of this site; "" for any other address.

    Every address that came with a request goes through here before anybody is led to it.
    """
    path = address.removeprefix(f"{request.scheme}://{request.get_host()}")
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, None) else ""


def here(request: HttpRequest, at: str = "") -> str:
    """Where a form came from: its `next`, if that is an address of this site; there at this id, or else at that of the
    button that was pressed (its `at`)."""
    path = local_path(request, request.POST.get("next", "")) or settings.LOGIN_REDIRECT_URL
    at = at or request.POST.get("at", "")
    return f"{path.split('#')[0]}#{at}" if _ID.fullmatch(at) else path


def came_from(request: HttpRequest) -> str:
    """The page of this site whose link was followed."""
    return local_path(request, request.headers.get("Referer", "")) or settings.LOGIN_REDIRECT_URL


def redirect_back(request: HttpRequest, at: str = "") -> HttpResponse:
    """To where the form came from (`here`), which `redirect()` might take for the name of a view."""
    return HttpResponseRedirect(here(request, at))


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
        is_for_all = _is_for_all(request, seconds)
        response = compressed.response(request, compressed.body(etag, make)) if is_for_all else HttpResponse(make())
        response.headers["Content-Type"] = content_type
    response.headers["ETag"] = etag
    return cached(request, response, seconds)


def cached(request: HttpRequest, response: HttpResponse, seconds: int | None = PUBLIC_SECONDS) -> HttpResponse:
    """The response with the caching rules of the house.

    What a stranger gets is the same for all strangers: shared caches may keep it for a minute. What somebody signed in
    gets stays with that reader, and so does, with None for the seconds, what is one person's. Errors are kept by
    nobody, as `lib.headers` says of all that says nothing itself.
    """
    if response.status_code >= 400:
        return response
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
    """What is no page and the same for everybody, whoever is signed in and whatever the query string.

    For so many `seconds` shared caches keep it, and so does this process under the name of its address and `version`
    (anything with a repr): for another one it is written anew. The ETag changes with the text alone.
    """
    key = _hashed((request.resolver_match.view_name, version))
    body = compressed.body(key, lambda: write().encode(), seconds)
    etag = _etag(request, hashlib.blake2b(body).digest())
    response = get_conditional_response(request, etag=etag) or compressed.response(request, body)
    response.headers["Content-Type"] = content_type
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=seconds, stale_while_revalidate=10 * seconds)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _is_for_all(request: HttpRequest, seconds: int | None = 0) -> bool:
    """Whether this is what all strangers get. Cookies of a CDN or a proxy make nobody less of a stranger."""
    ours = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.MESSAGES_COOKIE_NAME}
    return seconds is not None and request.user.is_anonymous and not ours & request.COOKIES.keys()


def _etag(request: HttpRequest, version: object) -> str:
    year = timezone.now().year  # dates leave out the current one
    return f'W/"{_hashed((digest(*ROOMS), year, request.get_full_path(), bool(request.htmx), version))}"'


def _hashed(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=12).hexdigest()
