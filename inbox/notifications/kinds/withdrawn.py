from collections.abc import Iterator

from inbox.models.kind import NotificationData, NotificationKind, register
from inbox.notifications import kept_papers
from lib.tex import plain
from lib.text import quoted
from papers.signals import papers_withdrawn


@register
class Withdrawn(NotificationKind):
    key = "withdrawn"
    title = "a paper that I bookmarked or collected is withdrawn"
    signal = papers_withdrawn

    def notifications(self, papers: list[int]) -> Iterator[NotificationData]:
        for user_id, paper in kept_papers.by_user(papers):
            yield NotificationData(user_id, paper.arxiv_id, {"title": paper.title, "arxiv_id": paper.arxiv_id})

    def text(self, facts: dict) -> str:
        return f"“{plain(facts['title'])}” was withdrawn."

    def mail_subject(self, facts: dict) -> str:
        return f"Withdrawn: {quoted(plain(facts['title']))}"
