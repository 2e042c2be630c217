"""The HTML of comments, cached for all viewers who see the same."""

import hashlib
from collections.abc import Iterable

from django.core.cache import caches
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import mark_safe

from lib.markup import markdown
from papers.discussion.thread import Node
from papers.models import Comment

SOURCE = "huggingface.co"  # from which comments are imported


def marks(comment: Comment) -> list[str]:
    """What its author is besides, as far as everybody may see it."""
    author = comment.author
    if comment.source_name:
        return [f"from {SOURCE}"]
    if author is None or not author.is_active:
        return []
    membership = comment.membership if author.shows_memberships else None
    is_submitter = comment.paper.submitted_by_id == author.pk and author.shows_submissions
    found = {"author": comment.by_author, "submitter": is_submitter, "moderator": author.is_moderator}
    return [mark for mark, applies in found.items() if applies] + [membership] * bool(membership)


def draw(nodes: Iterable[Node], viewer, *, moderates: bool = False) -> list[str]:
    """Set the HTML of these nodes. Returns their keys, which change whenever what this viewer sees of them may.

    What is deferred of a comment (`Comment.objects.for_rows`) is read if its HTML is not cached.
    """
    cache, nodes = caches["cards"], list(nodes)
    keys = [_key(node.comment, viewer, moderates) for node in nodes]
    rows, drawn = cache.get_many(keys), {}
    missing = {key: node.comment for key, node in zip(keys, nodes, strict=True) if key not in rows}
    deferred = [comment.pk for comment in missing.values() if comment.get_deferred_fields()]
    complete = Comment.objects.seen_by(viewer).in_bulk(deferred) if deferred else {}
    for key, comment in missing.items():
        row = complete.get(comment.pk, comment)
        drawn[_key(row, viewer, moderates)] = rows[key] = _html(row, viewer, moderates)
    cache.set_many(drawn)
    for key, node in zip(keys, nodes, strict=True):
        node.html = mark_safe(rows[key])
    return keys


def _key(comment: Comment, viewer, moderates: bool) -> str:
    author = comment.author
    person = author and (author.username, str(author), author.is_active)
    viewed = (comment.voted, _is_own(comment, viewer), moderates, bool(comment.paper.locked_reason))
    shown = (comment.pk, comment.revision, person, marks(comment), viewed)
    return "comment." + hashlib.blake2b(repr(shown).encode(), digest_size=12).hexdigest()


def _html(comment: Comment, viewer, moderates: bool) -> str:
    people = {name.lower(): reverse("papers:person", args=[name]) for name in comment.mentioned}
    context = {
        "comment": comment,
        "marks": marks(comment),
        "is_own": _is_own(comment, viewer),
        "moderates": moderates,
        "text": markdown(comment.text, people),
    }
    return get_template("papers/discussion/comment_row.html").render(context)


def _is_own(comment: Comment, viewer) -> bool:
    return comment.author_id is not None and comment.author_id == viewer.pk
