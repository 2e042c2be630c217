from django.db.models import QuerySet

from inbox.models.kind import Delivery, register
from inbox.notifications.comment_notification import CommentNotification
from papers.models import Comment, PaperFollow
from papers.signals import comment_posted


@register
class Discussion(CommentNotification):
    key = "discussion"
    title = "a discussion that I follow has a new comment"
    signal = comment_posted
    default = Delivery.DAILY
    sentence = "{people} commented on {title}."
    headline = "New comment on {title}"

    def payload(self, comment: Comment) -> dict | None:
        """None for an answer, of which those who follow the paper are not notified."""
        return None if comment.parent else super().payload(comment)

    def recipients(self, comment: Comment) -> QuerySet:
        follows = PaperFollow.objects.filter(paper=comment.paper).exclude(user=comment.author)
        return follows.exclude(user__username__in=comment.mentioned).values_list("user", flat=True)
