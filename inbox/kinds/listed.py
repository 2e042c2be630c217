from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from inbox.kinds import How, Kind, Told
from lib.markup import plain
from lib.text import byline
from papers.following import matches
from papers.models import Paper
from papers.period import today
from papers.signals import papers_listed

FRESH = timedelta(days=2)  # an archive that is imported is no news
NAMED = 3  # of what one follows
TOLD = 10  # papers


class Listed(Kind):
    """One a day, which grows."""

    title = "Something that I follow brings in new papers"
    signal = papers_listed
    default = How.DAILY

    def note(self, papers: list[int]) -> dict | None:
        fresh = Paper.objects.filter(pk__in=papers, listed_at__gt=timezone.now() - FRESH, withdrawn_at=None)
        keys = list(fresh.values_list("pk", flat=True))
        return {"papers": keys} if keys else None

    def told(self, papers: list[int]) -> Iterator[Told]:
        titles = {paper.pk: f"{paper.arxiv_id} {paper.title}" for paper in Paper.objects.filter(pk__in=papers)}
        for user, keys, whys in matches.readers(papers):
            yield Told(user, today().isoformat(), {"papers": [titles[key] for key in keys], "whys": whys})

    def line(self, facts: dict) -> str:
        papers, whys = len(facts["papers"]), facts["whys"]
        return f"{papers} new paper{'s' if papers > 1 else ''} from what you follow: {byline(whys[:NAMED], len(whys))}"

    def link(self, facts: dict) -> str:
        return reverse("papers:following")

    def links(self, facts: dict) -> list[tuple[str, str]]:
        told = (paper.split(" ", 1) for paper in facts["papers"][:TOLD])
        return [(plain(title), reverse("papers:paper", args=[arxiv_id])) for arxiv_id, title in told]
