from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from inbox.kinds import How, Kind, Told
from papers import following
from papers.models import Paper
from papers.period import today
from papers.signals import papers_listed

FRESH = timedelta(days=2)  # an archive that is imported is no news
NAMED = 3


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
        for user, keys, whys in following.readers(papers):
            yield Told(user, today().isoformat(), {"papers": keys, "whys": whys})

    def line(self, facts: dict) -> str:
        papers, whys = len(facts["papers"]), facts["whys"]
        named = whys[:NAMED] + ([f"{len(whys) - NAMED} more"] if len(whys) > NAMED else [])
        return f"{papers} new paper{'s' if papers > 1 else ''} from what you follow: {' · '.join(named)}"

    def link(self, facts: dict) -> str:
        return reverse("papers:following")
