"""Lists of papers and of comments as feeds, the page of feeds, and their OPML file."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.models.securityevent import EventKind
from accounts.securitylog import record
from lib.pages import PUBLIC_SECONDS, page, versioned
from lib.verbs import verb
from papers.discussion.comment_lists import CommentList
from papers.lists import catalogue
from papers.lists.list import FEED_FORMATS, List, Privacy
from papers.lists.pages import counted_query
from papers.lists.query import query_string
from papers.models import FeedKey
from papers.syndication import comment_feeds
from papers.syndication import feeds as feed_documents
from papers.syndication import opml as opml_document
from papers.syndication.formats import FORMATS


def feed(request: HttpRequest, path: str, format: str) -> HttpResponse:
    """Answer with the feed of the list at this path, for the user whose key is in the address, or else `request.user`.

    It has no Last-Modified, since a paper that leaves the list changes the feed without being its latest change.
    """
    query = counted_query(request)
    if not query.is_canonical:
        return HttpResponseRedirect(request.path + query_string(query.params))
    viewer, list_, writer = _viewer(request), catalogue.find(f"/{path}"), FORMATS[format]
    listing = feed_documents.listing_for(list_, query, viewer)

    def draw() -> bytes:
        return writer.write(feed_documents.build(list_, listing, f"/{path}", request.get_full_path(), viewer))

    version, seconds = feed_documents.version(list_, listing, viewer), _seconds(request, list_)
    return for_readers(versioned(request, draw, writer.content_type, version=version, seconds=seconds))


def comments(request: HttpRequest, make: Callable[..., CommentList], format: str, **arguments) -> HttpResponse:
    """Answer with the feed of the list of comments that `make` returns for the arguments of the address.

    No shared cache may keep it, since a comment that is retracted is to be gone at once.
    """
    if format not in FORMATS:
        raise Http404
    list_, writer = make(**arguments), FORMATS[format]
    rows = comment_feeds.newest(list_, request.user)

    def draw() -> bytes:
        return writer.write(comment_feeds.build(list_, rows, request.get_full_path()))

    version = comment_feeds.version(list_, rows)
    return for_readers(versioned(request, draw, writer.content_type, version=version, seconds=0))


def for_readers(response: HttpResponse) -> HttpResponse:
    """Return the response with the headers that all feeds have."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Access-Control-Allow-Origin"] = "*"  # for scripts of other sites, which send no cookies
    return response


def _viewer(request: HttpRequest):
    if "key" not in request.GET:
        return request.user
    viewer = FeedKey.objects.reader(request.GET["key"])
    if viewer is None:
        raise Http404
    return viewer


def _seconds(request: HttpRequest, list_: List) -> int | None:
    """Return how long shared caches may keep the feed, or None for private ones."""
    if list_.privacy is Privacy.PRIVATE or "key" in request.GET:
        return None
    return PUBLIC_SECONDS if list_.privacy is Privacy.PUBLIC else 0


def feeds(request: HttpRequest) -> HttpResponse:
    """Show how feeds work, and the addresses of the user's own."""
    if request.user.is_anonymous:
        return page(request, "papers/syndication/feeds.html", {"formats": FEED_FORMATS}, version=())
    key = FeedKey.objects.of(request.user)
    context = {"formats": FEED_FORMATS, "groups": opml_document.groups(request.user, key), "key": key}
    return page(request, "papers/syndication/feeds.html", context)


@never_cache
@login_required
def opml(request: HttpRequest) -> HttpResponse:
    """Answer with the user's feeds as OPML, or redirect to the page that makes a key if there is none."""
    key = FeedKey.objects.of(request.user)
    if not key:
        return redirect("papers:feeds")
    headers = {"Content-Disposition": 'attachment; filename="broadsheet.opml"'}
    text = opml_document.write(request.user, key, timezone.now())
    return HttpResponse(text, content_type="text/x-opml; charset=utf-8", headers=headers)


@verb
def renew(request: HttpRequest) -> HttpResponse:
    """Replace the key that the page showed, or make a first one. Repeating the request changes nothing."""
    key = request.POST.get("key", "")
    if not key:
        FeedKey.objects.make(request.user)
    elif FeedKey.objects.replace(request.user, key):
        record(request, request.user, EventKind.FEED_KEY_RENEWED)
        messages.success(request, "Your private feeds have new addresses. The old ones no longer work.")
    return redirect("papers:feeds")
