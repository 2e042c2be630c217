"""Posting and editing comments within the limits of `papers.discussion.limits`, for pages and the API."""

from papers.discussion.limits import count_comment, count_edit
from papers.models import Comment, Content, Paper


def count(actor, content: Content) -> None:
    """Count a comment that the actor is about to post. Raises TooMany, and what `Content.check` does.

    That is not for a transaction: a refusal that followed would undo the count.
    """
    content.check(actor)  # so that what is refused does not count
    count_comment(actor)


def post(actor, paper: Paper, content: Content, parent: Comment | None = None) -> Comment:
    """Write a comment or a report on the paper, or an answer. Raises TooMany, and what `Comment.objects.post` does."""
    count(actor, content)
    return Comment.objects.post(actor, paper, content, parent)


def edit(actor, comment: Comment, content: Content, edit_count: int) -> None:
    """Replace the content of a comment. Raises TooMany, and what `Comment.edit` does."""
    count_edit(actor)
    comment.edit(actor, content, edit_count)
