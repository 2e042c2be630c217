"""Collections: making one, putting papers in and taking them out, and notes on them."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from api.bodies import Body
from api.models import Scope
from api.refs import VISIBLE, CollectionKey, PaperId
from api.routers import collections as router
from api.rows.directories import collections
from api.writing import found
from api.writing.operation import Change, json_answer, writes
from lib.refusals import Conflict, Gone
from orgs.models import Organisation
from orgs.roles import KEEP
from papers.models import Collection, Item
from papers.models.collection import Visibility

FIRST = 100  # papers of a collection that an answer has


class NewCollection(Body):
    title: str = Field(json_schema_extra={"maxLength": 120, "pattern": VISIBLE})
    namespace: str = Field("", max_length=96, description="You by default: your user name, or that of an organisation.")
    description: str = Field("", max_length=4_000, description="Markdown and formulas.")
    private: bool = Field(True, strict=True)
    visibility: Literal[*Visibility.values] | None = Field(None, description="Not at the Hub: instead of `private`.")


class PaperItem(Body):
    type: Literal["paper"] = "paper"
    id: PaperId


class PutIn(Body):
    item: PaperItem
    note: str | None = Field(None, max_length=2_000)


class TakeOut(Body):
    item: PaperItem


class Note(Body):
    item: PaperItem
    note: str = Field(max_length=2_000, description="Markdown and formulas.")
    was: str | None = Field(None, description="The note that you replace. Without it, any note is replaced.")


class ChangedCollection(Schema):
    """A collection with its first papers, as the list of collections has it."""

    slug: str
    title: str
    url: str
    owner: dict[str, Any]
    description: str
    private: bool
    visibility: Literal[*Visibility.values]
    numItems: int = Field(ge=0)
    items: list[dict[str, Any]]
    position: int
    lastUpdated: str


@writes(router, "/collections", Scope.KEEP, ChangedCollection)
def make_collection(request: HttpRequest, data: NewCollection) -> Change:
    """Make a collection. If you have one with this title already, it is returned as it is."""
    user, owner = request.user, _owner(request.user, data.namespace)
    values = {
        "description": data.description,
        "visibility": data.visibility or (Visibility.PRIVATE if data.private else Visibility.PUBLIC),
    }
    return lambda: _changed(Collection.objects.begin(user, owner, data.title, **values))


@writes(router, "/collections/{slug}/items", Scope.KEEP, ChangedCollection)
def add_to_collection(request: HttpRequest, slug: CollectionKey, data: PutIn) -> Change:
    """Put a paper at the end of a collection, with a note if you send one."""
    collection, paper = found.collection(request.user, slug), _paper(data.item)

    def add() -> HttpResponse:
        Item.objects.add(request.user, collection, [paper.pk])
        if data.note is not None:
            _write_note(request.user, collection, paper, data.note, None)
        return _changed(collection)

    return add


@writes(router, "/collections/{slug}/items/remove", Scope.KEEP, ChangedCollection)
def remove_from_collection(request: HttpRequest, slug: CollectionKey, data: TakeOut) -> Change:
    """Take a paper out of a collection. Its note is kept for a while, in which it can be put back."""
    collection, paper = found.collection(request.user, slug), _paper(data.item)

    def remove() -> HttpResponse:
        Item.objects.remove(request.user, collection, [paper.pk])
        return _changed(collection)

    return remove


@writes(router, "/collections/{slug}/items/note", Scope.KEEP, ChangedCollection)
def write_note(request: HttpRequest, slug: CollectionKey, data: Note) -> Change:
    """Write the note on a paper of a collection."""
    collection, paper = found.collection(request.user, slug), _paper(data.item)

    def write() -> HttpResponse:
        _write_note(request.user, collection, paper, data.note, data.was)
        return _changed(collection)

    return write


def _paper(item: PaperItem):
    return found.paper(found.arxiv_id(item.id))


def _owner(user, namespace: str):
    """Returns whose collection it will be. Raises Gone for an organisation whose collections the user can't change."""
    if namespace.lower() in ("", user.username.lower()):
        return user
    owner = Organisation.objects.allowing(user, KEEP).filter(slug=namespace).first()
    if owner is None:
        raise Gone(f"You can't manage collections of “{namespace}”.")
    return owner


def _write_note(user, collection: Collection, paper, note: str, was: str | None) -> None:
    """Write the note, within a transaction. Raises Gone if the paper is not in it, and Conflict for another note."""
    collection.lock_to_change(user)
    now = collection.items.kept().filter(paper=paper).values_list("note", flat=True).first()
    if now is None:
        raise Gone("This paper is not in the collection.")
    if Item.objects.write_note(user, collection, paper.pk, note, now if was is None else was) is not None:
        raise Conflict(f"The note is now “{now}”. To replace it, send this text as `was`.")


def _changed(collection: Collection) -> HttpResponse:
    row = Collection.objects.select_related("user", "organisation").get(pk=collection.pk)
    return json_answer(collections([row], FIRST)[0] | {"position": 0})
