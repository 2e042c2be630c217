from django.db.models import QuerySet

from accounts.models import User
from inbox.models import Notification
from inbox.models.kind import register
from inbox.notifications.comment_notification import CommentNotification, answered
from lib.markup import mentions
from papers.models import Comment
from papers.signals import people_mentioned


@register
class Mention(CommentNotification):
    key = "mention"
    title = "someone mentions me in a comment"
    signal = people_mentioned
    sentence = "{people} mentioned you in a comment on {title}."
    headline = "You were mentioned in a comment on {title}"

    def recipients(self, comment: Comment, people: list[int]) -> QuerySet:
        """Those of these people whom the comment still names and who were not notified of it before an edit."""
        notified = Notification.objects.filter(user__in=people, facts__comments__contains=[[comment.pk]])
        named = User.objects.named(mentions(comment.text)).filter(pk__in=people).exclude(pk__in=answered(comment))
        return named.exclude(pk__in=notified.values("user")).values_list("pk", flat=True)
