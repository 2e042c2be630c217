"""Finding what a request wants to change. All raise Gone for what is not here, or not for this person."""

from collections.abc import Mapping

from django.forms import BaseForm

from api.refs import primary_key
from lib.refusals import BadInput, Gone
from papers import identifiers
from papers.models import Collection, Comment, Paper, RemovedPaper

_EMPTY = "This must not be empty."


def paper(arxiv_id: str) -> Paper:
    """Raises NotAllowed for a paper that moderators have removed or merged, with their reason."""
    found = Paper.objects.filter(arxiv_id=arxiv_id).first()
    if found is None:
        RemovedPaper.objects.demand_none(arxiv_id)
        raise Gone("This paper is not on this site.")
    return found


def comment(arxiv_id: str, id: str) -> Comment:
    [pk] = primary_key(id)
    found = Comment.objects.select_related("paper", "author").filter(pk=pk, paper__arxiv_id=arxiv_id).first()
    if found is None:
        raise Gone("This paper has no such comment.")
    return found


def collection(user, key: str) -> Collection:
    readable = Collection.objects.open_to(user).select_related("user", "organisation")
    found = readable.filter(key=key).first()
    if found is None:
        raise Gone("There is no such collection.")
    return found


def arxiv_id(text: str) -> str:
    """Returns the id that the text names. Raises BadInput if it names none."""
    try:
        return identifiers.parse(text)[0]
    except ValueError as error:
        raise BadInput(f"{error}.") from None


def cleaned(form: BaseForm, names: Mapping[str, str]) -> dict:
    """Returns the values of a page's form. Raises BadInput with the first thing that is wrong with them.

    `names`: the members of the request's body by the fields of the form whose names differ.
    """
    if not form.is_valid():
        field, [first, *_] = next(iter(form.errors.as_data().items()))
        words = _EMPTY if first.code == "required" else " ".join(first.messages)
        raise BadInput(words if field == "__all__" else f"{names.get(field, field)}: {words}")
    return form.cleaned_data
