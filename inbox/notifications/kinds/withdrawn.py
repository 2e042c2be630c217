from collections.abc import Iterator

from django.urls import reverse

from inbox.models.kind import Kind, Told, register
from inbox.notifications import kept_papers
from lib.markup import plain
from lib.text import quoted
from papers.signals import papers_withdrawn


@register
class Withdrawn(Kind):
    key = "withdrawn"
    title = "A paper that I keep is withdrawn"
    signal = papers_withdrawn

    def told(self, papers: list[int]) -> Iterator[Told]:
        for user, paper in kept_papers.of(papers):
            yield Told(user, paper.arxiv_id, {"title": paper.title, "arxiv_id": paper.arxiv_id})

    def line(self, facts: dict) -> str:
        return f"“{plain(facts['title'])}” was withdrawn."

    def subject(self, facts: dict) -> str:
        return f"Withdrawn: {quoted(plain(facts['title']))}"

    def link(self, facts: dict) -> str:
        return reverse("papers:paper", args=[facts["arxiv_id"]])
