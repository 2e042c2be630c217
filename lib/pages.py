"""Responses with the caching rules of the site: ETags, Cache-Control, and bodies that this process keeps."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, get_max_age, patch_cache_control, patch_vary_headers
from django.utils.encoding import force_bytes

from lib import compressed, old_copies
from lib.accept import HTML, MARKDOWN, prefers_markdown
from lib.release import digest

PUBLIC_SECONDS = 60
ERROR_SECONDS = old_copies.SECONDS  # for so long shared caches may give a page if the site answers with an error
# "compact", of readers who want lists without abstracts. Over https it is of this very host, as the others are.
DENSITY_COOKIE = "__Host-density" if settings.HTTPS else "density"
# The headers that answers of all may depend on. What has an Authorization header is never taken from a cache of ours.
VARYING = {"", "accept", "accept-encoding", "authorization", "cookie", "hx-request", "hx-current-url"}
# Those that change pages. The cookie of forms' tokens does not: Django sends it anew with each page that has a token.
_OUR_COOKIES = {settings.SESSION_COOKIE_NAME, settings.MESSAGES_COOKIE_NAME, DENSITY_COOKIE}
SOURCES = ("accounts", "api", "config", "inbox", "lib", "moderation", "orgs", "papers", "static", "templates")


def page(
    request: HttpRequest,
    template: str,
    context: dict,
    *,
    version: object = None,
    seconds: int = PUBLIC_SECONDS,
    markdown: Callable[[], str] | None = None,
) -> HttpResponse:
    """Render a page with the caching rules of the site.

    `version` is anything whose repr identifies all that the page shows. With it, a matching If-None-Match of a reader
    who is not signed in costs no template. Shared caches may keep the page for this many `seconds`; 0 is for pages that
    can become hidden at any moment. `markdown` writes what the page says as Markdown, for requests that prefer it.
    """
    if markdown and prefers_markdown(request.META):
        response = markdown_page(request, markdown, version=version, seconds=seconds)
    elif version is None or not _is_for_all(request):
        response = cached(request, render(request, template, context), seconds)
    else:

        def draw() -> bytes:
            return render(request, template, context).content

        response = versioned(request, draw, f"{HTML}; charset=utf-8", version=(template, version), seconds=seconds)
    if markdown:
        patch_vary_headers(response, ["Accept"])
    return response


def markdown_page(
    request: HttpRequest, write: Callable[[], str], *, version: object = None, seconds: int = PUBLIC_SECONDS
) -> HttpResponse:
    """A page as Markdown with the caching rules of the site; `version` and `seconds` are as in `page`."""
    content_type = f"{MARKDOWN}; charset=utf-8"
    if version is None or not _is_for_all(request):
        return cached(request, HttpResponse(write(), content_type), seconds=seconds)
    version = (MARKDOWN, version)
    return versioned(request, lambda: write().encode(), content_type, version=version, seconds=seconds)


def versioned(
    request: HttpRequest,
    make: Callable[[], bytes],
    content_type: str,
    *,
    version: object,
    seconds: int | None = PUBLIC_SECONDS,
) -> HttpResponse:
    """Returns a response with the body that `make` returns, or a 304 without calling it if the ETag matches.

    `version` is anything whose repr identifies the content. The body is kept by this process only if all readers who
    are not signed in get the same. `seconds` is None for content of one person, who may be identified without sign-in.
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
    """Returns the response with headers that say who may cache it.

    Readers who are not signed in all get the same, so shared caches may keep that for this many seconds. A response for
    somebody signed in is private, and so is one with None for `seconds`. Errors get no headers here, so that
    `lib.headers` forbids to cache them.
    """
    if response.status_code >= 400:
        return response
    if _is_for_all(request, seconds) and seconds:
        _share(response, seconds)
    elif _is_for_all(request, seconds):
        patch_cache_control(response, public=True, no_cache=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Encoding", "Cookie", "HX-Request"])
    return response


def document(
    request: HttpRequest,
    content_type: str,
    version: object,
    write: Callable[[], str | bytes],
    *,
    seconds: int = PUBLIC_SECONDS,
) -> HttpResponse:
    """Returns a document that is no page and is the same for everybody, signed in or not, with any query string.

    Shared caches keep it for this many `seconds`, and so does this process under the name of the view and `version`
    (anything with a repr); `write` writes it again for another version. The ETag depends on the text alone.
    """
    key = _hashed((request.resolver_match.view_name, version))
    body = compressed.body(key, lambda: force_bytes(write()), seconds)
    etag = _etag(request, hashlib.blake2b(body).digest())
    response = get_conditional_response(request, etag=etag) or compressed.response(request, body)
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:  # which no cache may keep
        return response
    response.headers["Content-Type"] = content_type
    response.headers["ETag"] = etag
    _share(response, seconds)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def has_our_cookie(environ: dict) -> bool:
    """Returns whether a request has a cookie of ours that changes pages, or one with a similar name."""
    return any(name in environ.get("HTTP_COOKIE", "") for name in _OUR_COOKIES)


def is_shared(response: HttpResponse) -> bool:
    """Returns whether a cache of ours may keep the response for a while, for each value of the headers VARYING."""
    if response.status_code not in (200, 304) or response.cookies:
        return False
    if not set(response.headers.get("Vary", "").lower().split(", ")) <= VARYING:
        return False
    rules = response.headers.get("Cache-Control", "").split(", ")
    return "public" in rules and "no-cache" not in rules and bool(get_max_age(response))


def _share(response: HttpResponse, seconds: int) -> None:
    """Let shared caches keep the response for this many seconds, and longer until there is a new one, or on errors."""
    stale = {"stale_while_revalidate": 10 * seconds, "stale_if_error": ERROR_SECONDS}
    patch_cache_control(response, public=True, max_age=seconds, **stale)


def _is_for_all(request: HttpRequest, seconds: int | None = 0) -> bool:
    """Returns whether every reader who is not signed in gets this response. Cookies of a CDN or a proxy are ignored."""
    is_for_one = _OUR_COOKIES & request.COOKIES.keys() or "CSRF_COOKIE_NEEDS_UPDATE" in request.META
    return seconds is not None and request.user.is_anonymous and not is_for_one


def _etag(request: HttpRequest, version: object) -> str:
    year = timezone.now().year  # pages show dates of this year without the year
    return f'W/"{_hashed((digest(*SOURCES), year, request.get_full_path(), bool(request.htmx), version))}"'


def _hashed(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=12).hexdigest()
