"""What of an import exists on this site: papers, collections, and targets of follows, looked up by few statements."""

from collections.abc import Callable, Iterable

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from lib.refusals import BadInput, Gone
from orgs.models import Organisation
from papers.intake.recognised import Recognised
from papers.models import Collection, CollectionFollow, Intake, OrganisationFollow, Paper, PaperFollow, PersonFollow
from papers.models import follow as follow_models


def papers(found: Recognised) -> dict[str, int]:
    """Returns the ids of all papers of the import that are on this site, by their arXiv ids. One statement."""
    groups = [found.papers.entries, found.votes, *(group.entries for group in found.collections)]
    arxiv_ids = {entry.id for entries in groups for entry in entries}
    return dict(Paper.objects.filter(arxiv_id__in=arxiv_ids).values_list("arxiv_id", "pk"))


def collection(intake: Intake) -> Collection | None:
    """Returns the collection that the papers go into; None for the bookmarks and for a new collection.

    Raises Gone if it was deleted, or if the person may not change it any more.
    """
    if not intake.target_key:
        return None
    kept = Collection.objects.kept_by(intake.user).select_related("user", "organisation")
    if found := kept.filter(key=intake.target_key).first():
        return found
    raise Gone("The collection that you wanted to import into was deleted, or you can’t change it any more.")


def collections(user, names: Iterable[str]) -> dict[str, Collection]:
    """Returns the person's own collections that have one of these names, by the name in lower case."""
    lowered = {name.lower() for name in names}
    own = {collection.name.lower(): collection for collection in Collection.objects.filter(user=user)}
    return {name: collection for name, collection in own.items() if name in lowered}


def follows(user, kind: str, names: list[str]) -> dict[str, object]:
    """Returns the targets of this kind of follows by those of the names that they have. One statement at most."""
    model = follow_models.kinds()[kind]
    if model in _TARGETS:
        return _TARGETS[model](user, names)
    return {name: target for name in names if (target := _text_target(model, name))}


def _text_target(model: type[follow_models.Follow], name: str) -> str | None:
    try:
        return model.find(name)
    except BadInput:
        return None


_TARGETS: dict[type[follow_models.Follow], Callable] = {
    OrganisationFollow: lambda user, names: _named(Organisation.objects.filter(slug__in=names), "slug"),
    PersonFollow: lambda user, names: _named(
        User.objects.filter(username__in=names, is_active=True).exclude(pk=user.pk), "username"
    ),
    CollectionFollow: lambda user, names: _named(
        Collection.objects.open_to(AnonymousUser()).filter(key__in=names), "key"
    ),
    PaperFollow: lambda user, names: _named(Paper.objects.filter(arxiv_id__in=names).defer("abstract"), "arxiv_id"),
}


def _named(rows: Iterable, column: str) -> dict[str, object]:
    return {getattr(row, column): row for row in rows}
