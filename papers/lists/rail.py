"""What stands beside the lists by time on wide screens: the week's best papers, active organisations, new collections."""

from django.core.cache import caches

from papers.models import Collection, OrganisationEntry, Paper

_SECONDS = 60  # that this process keeps it
_LIMIT = 5


def rail() -> dict[str, list[tuple]]:
    """Papers, organisations and collections, each as its address, its name and a count."""
    return caches["pages"].get_or_set("rail", _read, _SECONDS)


def _read() -> dict[str, list[tuple]]:
    papers = Paper.objects.of_latest("week").order_by("-vote_count", "-listed_at", "-id")
    entries = OrganisationEntry.objects.filter(recent_count__gt=0).select_related("organisation")
    organisations = entries.order_by("-verified", "-recent_count", "-organisation")
    collections = Collection.objects.listed().filter(paper_count__gt=0).order_by("-created_at", "-id")
    return {
        "papers": [(paper.path, paper.title, paper.vote_count) for paper in papers[:_LIMIT]],
        "organisations": [
            (entry.organisation.get_absolute_url(), entry.organisation.name, entry.recent_count)
            for entry in organisations[:_LIMIT]
        ],
        "collections": [
            (collection.get_absolute_url(), collection.name, collection.paper_count)
            for collection in collections[:_LIMIT]
        ],
    }
