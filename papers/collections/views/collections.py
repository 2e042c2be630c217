"""Collections: the list of them, their pages, and the pages on which they are created, edited and deleted."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib import keyset
from lib.http import form_page
from lib.pages import page
from lib.refusals import Refusal
from lib.rewriting import rewritten
from lib.verbs import verb
from papers import lists
from papers.collections import markdown
from papers.collections.forms import CollectionForm, NewCollectionForm
from papers.collections.lists import bookmarks as bookmark_list
from papers.collections.lists import collection as collection_list
from papers.lists.list import Order, one_of
from papers.models import Collection, CollectionFollow, Item

PAGE_SIZE = 50
ORDERS = {
    "followed": Order("Most followed", ("follower_count", "id")),
    "newest": Order("Newest", ("created_at", "id")),
}


def collections(request: HttpRequest) -> HttpResponse:
    """The public collections that have papers."""
    order = one_of(ORDERS, request.GET.get("sort", "followed"), "order")
    listed = Collection.objects.listed().filter(paper_count__gt=0).select_related("user", "organisation")
    found = keyset.page(listed, ORDERS[order].columns, request.GET.get("older", ""), PAGE_SIZE)
    context = {"found": found, "order": order, "orders": ORDERS, "section": "collections"}
    version = [collection.shown for collection in found.rows]
    write = partial(markdown.public, found, order)
    return page(request, "papers/collections/index.html", context, version=(version, found.cursor), markdown=write)


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The collections that the reader may change: their own, and those of organisations."""
    kept = (
        Collection.objects.kept_by(request.user).select_related("user", "organisation").order_by("-updated_at", "-id")
    )
    write = partial(markdown.mine, kept)
    return page(request, "papers/collections/mine.html", {"collections": kept}, markdown=write)


def collection(request: HttpRequest, key: str) -> HttpResponse:
    """A collection's papers in its order, each with its note."""
    found = get_readable(request, key)
    list_ = collection_list(key, found)
    follow = None if found.is_private else CollectionFollow.objects.state(request.user, found)
    return lists.page(
        request,
        list_.private() if found.is_private else list_,
        "papers/collections/collection.html",
        version=(found.shown, follow),
        title=found.name,
        above=partial(rewritten, found.description),
        section="collections",
        collection=found,
        may_keep=found.is_kept_by(request.user),
        follow=None if found.user == request.user else follow,
    )


@login_required
def bookmarks(request: HttpRequest) -> HttpResponse:
    return lists.page(request, bookmark_list(), "papers/collections/bookmarks.html", section="bookmarks")


@login_required
def new(request: HttpRequest) -> HttpResponse:
    form = NewCollectionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        return redirect(form.save())
    return render(request, "papers/collections/new.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@transaction.atomic
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Name, description and visibility; a form that others overtook says what is different now."""
    found = get_readable(request, key)
    if request.method == "POST":
        found.lock()
    found.demand(request.user)
    form = CollectionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            found.edit(request.user, **form.values())
            return redirect(found)
        except Refusal as refusal:
            form.refuse(refusal)
    others = Collection.objects.kept_by(request.user).exclude(pk=found.pk).order_by("name")
    context = {"form": form, "collection": Collection.objects.get(pk=found.pk), "others": others}
    return form_page(request, "papers/collections/edit.html", context, form.status)


@verb
def merge(request: HttpRequest, key: str) -> HttpResponse:
    """Move all its papers into another collection, and delete it."""
    source, target = get_readable(request, key), get_readable(request, request.POST.get("into", ""))
    moved = Item.objects.merge(request.user, source, target)
    messages.success(request, f"“{source}” was merged into this collection, with {moved} papers.")
    return redirect(target)


@verb
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """Delete a collection; nothing happens if the reader keeps none at this address, so a second time is no error."""
    if found := Collection.objects.kept_by(request.user).filter(key=key).first():
        found.end(request.user)
        messages.success(request, f"Deleted “{found}”.")
    return redirect("papers:my_collections")


def get_readable(request: HttpRequest, key: str) -> Collection:
    """The collection with this key. Raises Http404 if the reader may not read it."""
    readable = Collection.objects.open_to(request.user).select_related("user", "organisation")
    return get_object_or_404(readable, key=key)


def get_kept(request: HttpRequest, key: str) -> Collection:
    """The same, for a page that only those see who may change it. Raises NotAllowed for others."""
    found = get_readable(request, key)
    found.demand(request.user)
    return found
