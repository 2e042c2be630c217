"""Collections: the list of them, each one's page, and the pages that make, edit and end one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib import keyset
from lib.http import page, verb
from lib.refusals import BadInput
from papers import lists
from papers.collections.forms import CollectionForm, NewCollectionForm
from papers.collections.lists import bookmarks as bookmark_list
from papers.collections.lists import collection as collection_list
from papers.models import Collection, CollectionFollow, Item

PAGE_SIZE = 50
ORDERS = {"followed": ("follower_count", "id"), "newest": ("created_at", "id")}
ORDER_NAMES = {"followed": "Most followed", "newest": "Newest"}


def collections(request: HttpRequest) -> HttpResponse:
    """The public ones that have papers."""
    order = request.GET.get("sort", "followed")
    if order not in ORDERS:
        raise BadInput(f"“{order[:40]}” is no order of this list: it has {', '.join(ORDERS)}.")
    listed = Collection.objects.listed().filter(paper_count__gt=0).select_related("user", "organisation")
    found = keyset.page(listed, ORDERS[order], request.GET.get("older", ""), PAGE_SIZE)
    context = {"found": found, "order": order, "orders": ORDER_NAMES, "section": "collections"}
    version = [collection.shown for collection in found.rows]
    return page(request, "papers/collections/index.html", context, version=(version, found.cursor))


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """All that one may change: one's own, and those of one's organisations."""
    kept = (
        Collection.objects.kept_by(request.user).select_related("user", "organisation").order_by("-updated_at", "-id")
    )
    return render(request, "papers/collections/mine.html", {"collections": kept})


def collection(request: HttpRequest, key: str) -> HttpResponse:
    """A collection's papers in its order, each with its note."""
    found = get_readable(request, key)
    list_ = collection_list(key)
    follow = None if found.is_private else CollectionFollow.objects.state(request.user, found)
    return lists.page(
        request,
        list_.private() if found.is_private else list_,
        "papers/collections/collection.html",
        version=(found.shown, follow),
        title=found.name,
        section="collections",
        collection=found,
        may_keep=found.is_kept_by(request.user),
        follow=None if found.user == request.user else follow,
    )


@login_required
def bookmarks(request: HttpRequest) -> HttpResponse:
    return lists.page(request, bookmark_list(), section="bookmarks")


@login_required
def new(request: HttpRequest) -> HttpResponse:
    form = NewCollectionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and "look" not in request.GET:
        return redirect(form.save())
    return render(request, "papers/collections/new.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@transaction.atomic
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Name, description and visibility; who was overtaken is told what is different now."""
    found = get_kept(request, key)
    if request.method == "POST":
        Collection.objects.hold(found)
        found.refresh_from_db()
    form = CollectionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and "look" not in request.GET:
        form.save_by(request.user)
        return redirect(found)
    others = Collection.objects.kept_by(request.user).exclude(pk=found.pk).order_by("name")
    context = {"form": form, "collection": Collection.objects.get(pk=found.pk), "others": others}
    return render(request, "papers/collections/edit.html", context, status=form.status)


@verb
def merge(request: HttpRequest, key: str) -> HttpResponse:
    """All its papers go into another one, and it is no more."""
    source, target = get_kept(request, key), get_kept(request, request.POST.get("into", ""))
    if source == target:
        raise BadInput("A collection can't be merged into itself.")
    moved = Item.objects.merge(source, target, request.user)
    messages.success(request, f"“{source}” was merged into this collection, with {moved} papers.")
    return redirect(target)


@verb
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """Gone is gone; a second time, too."""
    if gone := Collection.objects.kept_by(request.user).filter(key=key).first():
        gone.end(request.user)
        messages.success(request, f"“{gone}” is deleted.")
    return redirect("papers:my_collections")


def get_readable(request: HttpRequest, key: str) -> Collection:
    readable = Collection.objects.open_to(request.user).select_related("user", "organisation")
    return get_object_or_404(readable, key=key)


def get_kept(request: HttpRequest, key: str) -> Collection:
    """Raises PermissionDenied where it may be read and not changed."""
    found = get_readable(request, key)
    if not found.is_kept_by(request.user):
        raise PermissionDenied("Only those who keep this collection may change it.")
    return found
