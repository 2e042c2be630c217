"""Comments as JSON, in the Hub's shape, with what the page says of them."""

from django.urls import reverse

from api.rows.people import deleted, imported, user
from api.rows.values import absolute, moment, object_id, present
from lib.markup import markdown
from papers.discussion import thread
from papers.discussion.rows import marks
from papers.discussion.thread import Node, Thread
from papers.models import Comment, Paper


def read(viewer, paper: Paper, root: Comment | None = None, *, order: str = "best", cursor: str = "") -> Thread:
    """A page of comments with their texts. Four statements, or one if there are none; see `thread.read`."""
    found = thread.read(viewer, paper, root, order=order, cursor=cursor)
    nodes = list(found.walk())
    complete = Comment.objects.seen_by(viewer).in_bulk([node.comment.pk for node in nodes]) if nodes else {}
    for node in nodes:
        node.comment = complete[node.comment.pk]
    return found


def version(found: Thread) -> tuple:
    """A value for ETags that changes whenever these comments look different to the viewer."""
    shown = [(row.pk, row.revision, _author(row), marks(row), row.voted) for row in (n.comment for n in found.walk())]
    return found.cursor, shown


def comments(found: Thread) -> list[dict]:
    """The comments of a page, each with its replies."""
    return [_comment(node) for node in found.nodes]


def one(viewer, comment: Comment) -> dict:
    """The comment as it is stored now, without its replies. One statement."""
    row = Comment.objects.seen_by(viewer).get(pk=comment.pk)
    return _comment(Node(row, has_more=row.reply_count > 0))


def _comment(node: Node) -> dict:
    row, author = node.comment, _author(node.comment)
    return present(
        {
            "id": object_id(row.pk),
            "author": author,
            "createdAt": moment(row.created_at),
            "type": "comment",
            "data": _data(row, author),
            "replies": [_comment(reply) for reply in node.replies],
            "hasMoreReplies": node.has_more,
            "url": absolute(row.get_absolute_url()),
            "marks": marks(row),
            "reproduction": _reproduction(row) if row.outcome and row.is_standing else None,
        }
    )


def _data(row: Comment, author: dict) -> dict:
    text = row.text if row.is_standing else ""
    people = {name.lower(): absolute(reverse("papers:person", args=[name])) for name in row.mentioned}
    return present(
        {
            "edited": row.edit_count > 0,
            "hidden": not row.is_standing,
            "hiddenReason": row.hidden_reason if row.hidden_at and not row.retracted_at else None,
            "numEdits": row.edit_count,
            "editors": [author["user"]],
            "editorAvatarUrls": [author["avatarUrl"]],
            "latest": {
                "raw": text,
                "html": markdown(text, people),
                "updatedAt": moment(row.edited_at or row.created_at),
                "author": author,
            },
            "reactions": [{"reaction": "👍", "users": [], "count": row.vote_count}] if row.vote_count else [],
            "isReport": False,
            "parentCommentId": object_id(row.parent_id) if row.parent_id else None,
        }
    )


def _author(row: Comment) -> dict:
    if row.source_name:
        return imported(row.source_name, row.source_url.rstrip("/").rpartition("/")[2])
    return user(row.author) if row.author and row.author.is_active else deleted(row.author)


def _reproduction(row: Comment) -> dict:
    return {"outcome": row.outcome, "ran": row.ran, "hardware": row.hardware, "duration": row.duration}
