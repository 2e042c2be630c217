"""The moderation of the demo: a flag that is dismissed, and one that is open.

Nobody has claimed a paper: its people are invented, and its papers have real authors.
"""

from accounts.models import User
from moderation.decisions import DECISIONS
from moderation.models import Action, Flag
from moderation.reasons import Reason
from moderation.seen import Seen
from moderation.subjects import KINDS
from papers.models import Comment


def moderate(people: dict[str, User]) -> None:
    """Let Grace moderate, who is no moderator afterwards, since the passwords of the demo are printed."""
    grace = people["grace"]
    _appoint(grace, True)
    comment = _flag(people["ivan"], "heidi", "2207.05221", Reason.MISLEADING, "I doubt the formula.")
    seen = Seen(flag=Flag.objects.latest("pk").pk)
    reason = {"reason": "Being in doubt is what the discussion is for."}
    Action.objects.take(grace, DECISIONS["dismiss"], comment.pk, KINDS["comment"], reason, seen)
    _flag(people["frank"], "dave", "2505.17120", Reason.OFF_TOPIC, "Its first answer would fit better elsewhere.")
    _appoint(grace, False)


def _appoint(user: User, is_moderator: bool) -> None:
    """There is no superuser who could do it."""
    user.is_appointed_moderator = is_moderator
    user.save(update_fields=["is_appointed_moderator"])


def _flag(user: User, author: str, arxiv_id: str, reason: Reason, words: str) -> Comment:
    """The author's first comment on the paper, which this user has flagged."""
    comments = Comment.objects.filter(paper__arxiv_id=arxiv_id, author__username=author)
    comment = comments.order_by("pk")[0]
    Flag.objects.make(user, KINDS["comment"], comment.pk, reason, words)
    return comment
