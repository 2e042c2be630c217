from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from inbox.models.kind import Delivery, NotificationData, NotificationKind, register
from lib.tex import plain
from lib.text import byline
from papers.following import matches
from papers.models import Paper
from papers.period import today
from papers.signals import papers_listed

MAX_AGE = timedelta(days=2)  # older papers come from an archive that is imported
REASONS_SHOWN = 3
PAPERS_SHOWN = 10


@register
class Listed(NotificationKind):
    """New papers from what a person follows: one notification a day, which takes up later papers of the day."""

    key = "listed"
    title = "there are new papers from what I follow"
    signal = papers_listed
    default = Delivery.DAILY

    def payload(self, papers: list[int]) -> dict | None:
        new = Paper.objects.filter(pk__in=papers, listed_at__gt=timezone.now() - MAX_AGE, withdrawn_at=None)
        pks = list(new.values_list("pk", flat=True))
        return {"papers": pks} if pks else None

    def notifications(self, papers: list[int]) -> Iterator[NotificationData]:
        titles = {paper.pk: f"{paper.arxiv_id} {paper.title}" for paper in Paper.objects.filter(pk__in=papers)}
        for user_id, pks, reasons in matches.followers(papers):
            facts = {"papers": [titles[pk] for pk in pks], "whys": reasons}
            yield NotificationData(user_id, today().isoformat(), facts)

    def text(self, facts: dict) -> str:
        count, reasons = len(facts["papers"]), facts["whys"]
        shown = byline(reasons[:REASONS_SHOWN], len(reasons))
        return f"{count} new paper{'s' if count > 1 else ''} from what you follow: {shown}"

    def link(self, facts: dict) -> str:
        return reverse("papers:following")

    def links(self, facts: dict) -> list[tuple[str, str]]:
        papers = (paper.split(" ", 1) for paper in facts["papers"][:PAPERS_SHOWN])
        links = [(plain(title), reverse("papers:paper", args=[arxiv_id])) for arxiv_id, title in papers]
        more = len(facts["papers"]) - len(links)
        return [*links, (f"{more} more", self.link(facts))] if more else links
