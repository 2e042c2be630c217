"""Any list as a feed, and the page that explains them and has one's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.models.securityevent import EventKind
from accounts.securitylog import record
from lib.http import PUBLIC_SECONDS, fresh, page, verb
from papers.lists import catalogue, listing
from papers.lists.views.general import searches_limited
from papers.models import FeedKey
from papers.syndication import feeds as syndication
from papers.syndication import opml as outline


@searches_limited
def feed(request: HttpRequest, path: str, form: str) -> HttpResponse:
    """The list at this path, for whom the key in the address says, or else for who is signed in.

    There is no Last-Modified: a paper that leaves a list changes it, and takes its moment along.
    """
    asked = listing.read(request.GET)
    if not asked.is_normal:
        return HttpResponseRedirect(request.path + listing.address(asked.params))
    viewer = _viewer(request)
    source = catalogue.find(f"/{path}", viewer)
    found, written = syndication.read(source, request.GET, viewer), syndication.FORMS[form]
    there = f"/{path}{listing.address(listing.known(asked.params))}".removesuffix("?")

    def draw() -> bytes:
        return written.write(syndication.make(source, found, there, request.get_full_path(), viewer))

    version, seconds = syndication.version(source, found), _seconds(request, source)
    response = fresh(request, draw, written.content_type, version=version, seconds=seconds)
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


def _seconds(request: HttpRequest, source: catalogue.Source) -> int | None:
    """How long caches may keep it; none but the reader's own may what needs a key."""
    if source.is_private or "key" in request.GET:
        return None
    return 0 if source.can_be_hidden else PUBLIC_SECONDS


def feeds(request: HttpRequest) -> HttpResponse:
    """What feeds there are, and the addresses of one's own."""
    if request.user.is_anonymous:
        return page(request, "papers/syndication/feeds.html", {"forms": syndication.FORMS}, version=())
    key = FeedKey.objects.of(request.user)
    context = {"forms": syndication.FORMS, "shelves": outline.shelves(request.user, key), "key": key}
    return page(request, "papers/syndication/feeds.html", context)


@never_cache
@login_required
def opml(request: HttpRequest) -> HttpResponse:
    """All of one's own for a feed reader to take over."""
    headers = {"Content-Disposition": 'attachment; filename="broadsheet.opml"'}
    text = outline.write(request.user, FeedKey.objects.of(request.user), timezone.now())
    return HttpResponse(text, content_type="text/x-opml; charset=utf-8", headers=headers)


@verb
def renew(request: HttpRequest) -> HttpResponse:
    """A new key in the place of the one that the page showed; a second time changes nothing."""
    if FeedKey.objects.replace(request.user, request.POST.get("key", "")):
        record(request, request.user, EventKind.FEED_KEY_RENEWED)
        messages.success(request, "Your own feeds have new addresses now. The old ones open nothing any more.")
    return redirect("papers:feeds")
