from collections.abc import Iterable, Iterator

from django.urls import reverse

from inbox.models.kind import NotificationData, NotificationKind
from lib.tex import plain
from lib.text import byline, quoted
from papers.models import Comment

NAMES_SHOWN = 2


def answered(comment: Comment) -> list[int]:
    """The user (id) whose comment this one answers. Empty if there is none or it is the author's own or imported."""
    if comment.parent is None or comment.parent.author_id in {None, comment.author_id}:
        return []
    return [comment.parent.author_id]


class CommentNotification(NotificationKind):
    """The base of the kinds that are about comments.

    A kind defines `recipients`; `sentence`, the text, with {people} and {title}; and `headline`, the subject of a mail,
    with {title}. The facts do not contain the text of a comment, because its author may retract it.
    """

    sentence: str
    headline: str

    def payload(self, comment: Comment, **arguments) -> dict | None:
        return {"comment": comment.pk, **arguments}

    def notifications(self, comment: int, **arguments) -> Iterator[NotificationData]:
        """None for a comment that was retracted, hidden or deleted meanwhile, or whose author was deactivated."""
        standing = Comment.objects.standing().filter(pk=comment, author__is_active=True)
        for row in standing.select_related("author", "paper", "parent"):
            facts = {"title": row.paper.title, "arxiv_id": row.paper.arxiv_id, "comments": [[row.pk, str(row.author)]]}
            for user_id in self.recipients(row, **arguments):
                yield NotificationData(user_id, self.subject(row), facts)

    def recipients(self, comment: Comment, **arguments) -> Iterable[int]:
        """The users (ids) who get one. A person gets one notification of a comment, and its author gets none."""
        raise NotImplementedError

    def subject(self, comment: Comment) -> str:
        return comment.paper.arxiv_id

    def text(self, facts: dict) -> str:
        names = list(dict.fromkeys(name for _, name in facts["comments"]))
        people = byline(names[:NAMES_SHOWN], len(names))
        return self.sentence.format(people=people, title=f"“{plain(facts['title'])}”")

    def link(self, facts: dict) -> str:
        """The page of the first of the comments."""
        return reverse("papers:comment", args=[facts["comments"][0][0]])

    def mail_subject(self, facts: dict) -> str:
        return self.headline.format(title=quoted(plain(facts["title"])))
