"""What stands beside the lists by time on wide screens."""

from django.core.cache import caches
from django.template.defaultfilters import pluralize
from django.utils.html import escape

from lib import tex
from papers.models import Collection, Day, OrganisationEntry, Paper
from papers.period import Period, today

_SECONDS = 60  # that this process keeps papers and organisations
_LIMIT = 5

type Links = list[tuple[str, str, str]]  # address, name as HTML, and a count in words


def rail() -> dict[str, Links]:
    """The week's best papers, active organisations and new collections, by their headings.

    Collections are read each time, since one may become private at any moment.
    """
    kept = caches["pages"].get_or_set("rail", _read, _SECONDS)
    collections = Collection.objects.listed().filter(paper_count__gt=0).order_by("-created_at", "-id")[:_LIMIT]
    return kept | {
        "New collections": [
            (collection.get_absolute_url(), escape(collection.name), _count(collection.paper_count, "paper"))
            for collection in collections
        ]
    }


def _read() -> dict[str, Links]:
    week = Period.around("week", Day.objects.latest_date() or today())
    papers = Paper.objects.between(week.start, week.end).order_by("-vote_count", "-listed_at", "-id")
    entries = OrganisationEntry.objects.filter(recent_count__gt=0).select_related("organisation")
    ordered = entries.order_by("-verified", "-recent_count", "-organisation_id")
    active = [(entry.organisation, entry.recent_count) for entry in ordered[:_LIMIT]]
    return {
        "Best of the week": [
            (paper.path, tex.line(tex.read(paper.title)), _standing(paper)) for paper in papers[:_LIMIT]
        ],
        "Active organisations": [
            (org.get_absolute_url(), escape(org.name), _count(recent, "recent paper")) for org, recent in active
        ],
    }


def _standing(paper: Paper) -> str:
    return " · ".join(filter(None, [_count(paper.vote_count, "upvote"), paper.withdrawn_at and "withdrawn"]))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{pluralize(number)}"
