from inbox.models.kind import register
from inbox.notifications.comment_notification import CommentNotification, answered
from papers.models import Comment
from papers.signals import comment_posted


@register
class Reply(CommentNotification):
    key = "reply"
    title = "someone replies to my comment"
    signal = comment_posted
    sentence = "{people} replied to your comment on {title}."
    headline = "Reply to your comment on {title}"

    def payload(self, comment: Comment) -> dict | None:
        return super().payload(comment) if answered(comment) else None

    def recipients(self, comment: Comment) -> list[int]:
        return answered(comment)

    def subject(self, comment: Comment) -> str:
        return f"{comment.parent_id}"
