"""What stands beside the lists by time on wide screens."""

from django.core.cache import caches
from django.template.defaultfilters import pluralize

from papers.models import Collection, Day, OrganisationEntry, Paper
from papers.period import Period, today

_SECONDS = 60  # that this process keeps it
_LIMIT = 5

type Links = list[tuple[str, str, str]]  # address, name, and a count in words


def rail() -> dict[str, Links]:
    """The week's best papers, active organisations and new collections, by their headings."""
    return caches["pages"].get_or_set("rail", _read, _SECONDS)


def _read() -> dict[str, Links]:
    week = Period.around("week", Day.objects.latest_date() or today())
    papers = Paper.objects.between(week.start, week.end).order_by("-vote_count", "-listed_at", "-id")
    active = OrganisationEntry.objects.filter(recent_count__gt=0).select_related("organisation")
    collections = Collection.objects.listed().filter(paper_count__gt=0).order_by("-created_at", "-id")
    return {
        "Best of the week": [
            (paper.path, paper.title, _count(paper.vote_count, "upvote")) for paper in papers[:_LIMIT]
        ],
        "Active organisations": [
            (entry.organisation.get_absolute_url(), entry.organisation.name, _count(entry.recent_count, "recent paper"))
            for entry in active.order_by("-verified", "-recent_count", "-organisation")[:_LIMIT]
        ],
        "New collections": [
            (collection.get_absolute_url(), collection.name, _count(collection.paper_count, "paper"))
            for collection in collections[:_LIMIT]
        ],
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{pluralize(number)}"
