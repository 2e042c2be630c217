from collections.abc import Iterator

from django.urls import reverse

from inbox.models.kind import How, Kind, Told, register
from inbox.notifications import kept_papers
from lib.markup import plain
from lib.text import quoted
from papers.signals import papers_revised


@register
class Version(Kind):
    key = "version"
    title = "A paper that I keep has a new version"
    signal = papers_revised
    default = How.DAILY

    def told(self, papers: list[int]) -> Iterator[Told]:
        for user, paper in kept_papers.of(papers):
            facts = {"title": paper.title, "arxiv_id": paper.arxiv_id, "version": paper.version}
            yield Told(user, paper.arxiv_id, facts)

    def line(self, facts: dict) -> str:
        return f"“{plain(facts['title'])}” has a new version, v{facts['version']}."

    def subject(self, facts: dict) -> str:
        return f"New version of {quoted(plain(facts['title']))}"

    def link(self, facts: dict) -> str:
        return reverse("papers:paper", args=[facts["arxiv_id"]])
