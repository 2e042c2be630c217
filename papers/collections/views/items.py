"""What is in a collection: putting a paper in from any row, and arranging what is there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from lib import keyset
from lib.redirects import next_path, redirect_back, referer_path, sign_in_first
from lib.refusals import BadInput
from lib.verbs import verb
from orgs.models import Organisation
from orgs.roles import KEEP
from papers import identifiers
from papers.collections.forms import NoteForm
from papers.collections.views.collections import get_kept, get_readable
from papers.models import Collection, Item, Paper
from papers.models.item import KEPT_DAYS

ROWS = 100  # of a page that arranges


def choose(request: HttpRequest, ref) -> HttpResponse:
    """Collections that the user keeps, and which of them have this paper, for the panel at its button or as a page."""
    if not request.user.is_authenticated:
        return sign_in_first(request, referer_path(request), "add papers to collections")
    return _choice(request, get_object_or_404(Paper, arxiv_id=ref[0]), referer_path(request))


@verb
def put_in(request: HttpRequest, ref) -> HttpResponse:
    paper, collection = _both(request, ref)
    Item.objects.add(request.user, collection, [paper.pk])
    return _answer(request, paper, f"Added to “{collection}”.")


@verb
def take_out(request: HttpRequest, ref) -> HttpResponse:
    paper, collection = _both(request, ref)
    Item.objects.remove(request.user, collection, [paper.pk])
    return _answer(request, paper, f"Removed from “{collection}”.")


@verb
def begin(request: HttpRequest, ref) -> HttpResponse:
    """A new collection, with this paper in it."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    owner = request.user
    if slug := request.POST.get("owner", ""):
        owner = get_object_or_404(Organisation.objects.allowing(request.user, KEEP), slug=slug)
    collection = Collection.objects.begin(request.user, owner, request.POST.get("name", ""))
    Item.objects.add(request.user, collection, [paper.pk])
    return _answer(request, paper, f"Added to “{collection}”.")


def _both(request: HttpRequest, ref) -> tuple[Paper, Collection]:
    return get_object_or_404(Paper, arxiv_id=ref[0]), get_readable(request, request.POST.get("collection", ""))


def _answer(request: HttpRequest, paper: Paper, confirmation: str) -> HttpResponse:
    """Answer with the panel, which shows what was done, or lead back to a page that says it."""
    if request.htmx:
        return _choice(request, paper, next_path(request), confirmation)
    messages.success(request, confirmation)
    return redirect_back(request)


def _choice(request: HttpRequest, paper: Paper, back: str, change: str = "") -> HttpResponse:
    """The panel or the page. `change` says what was done."""
    kept = Collection.objects.kept_by(request.user).holding(paper).select_related("organisation")
    collections = list(kept.order_by("name"))
    paper.collected = any(collection.holds for collection in collections)
    context = {
        "paper": paper,
        "collections": collections,
        "organisations": Organisation.objects.allowing(request.user, KEEP),
        "back": back,
        "change": change,
    }
    return render(
        request, "papers/collections/collect.html#panel" if request.htmx else "papers/collections/collect.html", context
    )


@login_required
def arrange(request: HttpRequest, key: str) -> HttpResponse:
    """Its papers in short rows, to be moved, annotated and removed."""
    collection = get_kept(request, key)
    cursor = request.GET.get("older", "")
    papers = Paper.objects.collected_in(collection).only("arxiv_id", "title", "withdrawn_at")
    found = keyset.page(papers, ("place", "id"), cursor, ROWS)
    context = {
        "collection": collection,
        "rows": _with_neighbours(papers, found.rows, is_first=not cursor),
        "older": found.cursor,
        "removed": collection.items.removed().select_related("paper").order_by("-removed_at")[:ROWS],
        "others": Collection.objects.kept_by(request.user).exclude(pk=collection.pk).order_by("name"),
        "days": KEPT_DAYS,
    }
    return render(request, "papers/collections/arrange.html", context)


def _with_neighbours(papers, rows: list[Paper], *, is_first: bool) -> list[tuple[Paper | None, Paper, Paper | None]]:
    """Each paper with the one above it and the one below it."""
    if not rows:
        return []
    before = None if is_first else papers.filter(place__gt=rows[0].place).order_by("place").first()
    after = papers.filter(place__lt=rows[-1].place).order_by("-place").first()
    around = [before, *rows, after]
    return list(zip(around, rows, around[2:], strict=False))


@verb
def add(request: HttpRequest, key: str) -> HttpResponse:
    """A paper by anything that names it; one that is not here yet can be submitted first."""
    collection = get_readable(request, key)
    try:
        arxiv_id, _ = identifiers.parse(request.POST.get("what", ""))
        paper = Paper.objects.get(arxiv_id=arxiv_id)
    except ValueError as error:
        messages.error(request, str(error))
    except Paper.DoesNotExist:
        messages.error(request, f"{arxiv_id} is not listed yet. Submit it first, then add it.")
    else:
        Item.objects.add(request.user, collection, [paper.pk])
    return redirect_back(request)


@verb
def move(request: HttpRequest, key: str, ref) -> HttpResponse:
    """`to` the top or the bottom, or `above` or `below` another paper; where there is none, it stands there already."""
    collection, paper = get_readable(request, key), get_object_or_404(Paper, arxiv_id=ref[0])
    data = request.POST
    if data.get("to") in {"top", "bottom"}:
        Item.objects.move(request.user, collection, paper.pk, data["to"])
    elif where := next((name for name in ("above", "below") if data.get(name)), None):
        other = Paper.objects.filter(arxiv_id=data[where]).first()
        Item.objects.move(request.user, collection, paper.pk, where, other and other.pk)
    elif not {"above", "below"} & data.keys():
        raise BadInput("Nothing was moved: the form has no target.")
    return redirect_back(request, f"row-{paper.pk}")


@verb
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take the selected papers out; they can be put back."""
    Item.objects.remove(request.user, get_readable(request, key), _selected(request))
    return redirect_back(request)


@verb
def restore(request: HttpRequest, key: str) -> HttpResponse:
    """Put the selected papers, which were removed, back to their places."""
    Item.objects.add(request.user, get_readable(request, key), _selected(request))
    return redirect_back(request)


@verb
def transfer(request: HttpRequest, key: str) -> HttpResponse:
    """Move the selected papers to another collection, with their notes."""
    source, target = get_readable(request, key), get_readable(request, request.POST.get("into", ""))
    moved = Item.objects.transfer(request.user, source, target, _selected(request))
    if moved:
        messages.success(request, f"Moved to “{target}”: {moved}.")
    return redirect_back(request)


def _selected(request: HttpRequest) -> list[int]:
    return list(Paper.objects.filter(arxiv_id__in=request.POST.getlist("paper")).values_list("pk", flat=True))


@verb
def note(request: HttpRequest, key: str, ref) -> HttpResponse:
    """Write the note on a paper; a form that others overtook says what they wrote."""
    collection, paper = get_kept(request, key), get_object_or_404(Paper, arxiv_id=ref[0])
    form = NoteForm(request.POST)
    if form.is_valid():
        now = Item.objects.write_note(request.user, collection, paper.pk, **form.cleaned_data)
        if now is None:
            return redirect_back(request, f"row-{paper.pk}")
        form.overtake(now)
    context = {"form": form, "collection": collection, "paper": paper, "back": next_path(request)}
    return render(request, "papers/collections/note.html", context, status=form.status)
