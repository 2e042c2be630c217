"""Any list as a feed, and the page that explains them and has one's own."""

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
from papers.lists import catalogue
from papers.lists.list import FEED_FORMATS, List, Privacy
from papers.lists.pages import limit_searches
from papers.lists.query import query_of, query_string
from papers.models import FeedKey
from papers.syndication import feeds as syndication
from papers.syndication import opml as outline


def feed(request: HttpRequest, path: str, form: str) -> HttpResponse:
    """The list at this path, for the reader whose key is in the address, or else for who is signed in.

    There is no Last-Modified: a paper that leaves a list changes it, and takes its moment along.
    """
    query = query_of(request)
    if not query.is_canonical:
        return HttpResponseRedirect(request.path + query_string(query.params))
    if query.is_filtered:
        limit_searches(request)
    viewer, list_, written = _viewer(request), catalogue.find(f"/{path}"), syndication.FORMS[form]
    listing = syndication.read(list_, query, viewer)

    def draw() -> bytes:
        return written.write(syndication.make(list_, listing, request.get_full_path(), viewer))

    version, seconds = syndication.version(list_, listing, viewer), _seconds(request, list_)
    response = versioned(request, draw, written.content_type, version=version, seconds=seconds)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Access-Control-Allow-Origin"] = "*"  # to scripts of other sites, which come as strangers
    return response


def _viewer(request: HttpRequest):
    if "key" not in request.GET:
        return request.user
    viewer = FeedKey.objects.reader(request.GET["key"])
    if viewer is None:
        raise Http404
    return viewer


def _seconds(request: HttpRequest, list_: List) -> int | None:
    """How long caches may keep it; none but the reader's own may, if it needs a key."""
    if list_.privacy is Privacy.PRIVATE or "key" in request.GET:
        return None
    return PUBLIC_SECONDS if list_.privacy is Privacy.PUBLIC else 0


def feeds(request: HttpRequest) -> HttpResponse:
    """What feeds there are, and the addresses of one's own."""
    if request.user.is_anonymous:
        return page(request, "papers/syndication/feeds.html", {"forms": FEED_FORMATS}, version=())
    key = FeedKey.objects.of(request.user)
    context = {"forms": FEED_FORMATS, "groups": outline.groups(request.user, key), "key": key}
    return page(request, "papers/syndication/feeds.html", context)


@never_cache
@login_required
def opml(request: HttpRequest) -> HttpResponse:
    """All of one's own for a feed reader to take over; who has no key is led to the page that makes one."""
    key = FeedKey.objects.of(request.user)
    if not key:
        return redirect("papers:feeds")
    headers = {"Content-Disposition": 'attachment; filename="broadsheet.opml"'}
    text = outline.write(request.user, key, timezone.now())
    return HttpResponse(text, content_type="text/x-opml; charset=utf-8", headers=headers)


@verb
def renew(request: HttpRequest) -> HttpResponse:
    """A new key in the place of the one that the page showed, or a first one; a second time changes nothing."""
    key = request.POST.get("key", "")
    if not key:
        FeedKey.objects.make(request.user)
    elif FeedKey.objects.replace(request.user, key):
        record(request, request.user, EventKind.FEED_KEY_RENEWED)
        messages.success(request, "Your own feeds have new addresses now. The old ones open nothing any more.")
    return redirect("papers:feeds")
