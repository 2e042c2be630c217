from collections.abc import Iterator

from django.urls import reverse

from inbox.models.kind import Delivery, NotificationData, NotificationKind, register
from inbox.notifications import kept_papers
from lib.tex import plain
from lib.text import quoted
from papers.signals import papers_revised


@register
class Version(NotificationKind):
    key = "version"
    title = "a paper that I bookmarked or collected has a new version"
    signal = papers_revised
    default = Delivery.DAILY

    def notifications(self, papers: list[int]) -> Iterator[NotificationData]:
        for user_id, paper in kept_papers.by_user(papers):
            facts = {"title": paper.title, "arxiv_id": paper.arxiv_id, "version": paper.version}
            yield NotificationData(user_id, paper.arxiv_id, facts)

    def text(self, facts: dict) -> str:
        return f"“{plain(facts['title'])}” has a new version, v{facts['version']}."

    def links(self, facts: dict) -> list[tuple[str, str]]:
        return [("What changed", reverse("papers:versions", args=[facts["arxiv_id"]]))]

    def mail_subject(self, facts: dict) -> str:
        return f"New version of {quoted(plain(facts['title']))}"
