"""Pages of comments: those on a paper, one with its answers, and its history."""

from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.factors import acts_as_moderator
from lib.pages import page
from papers import identifiers
from papers.discussion import rows, thread
from papers.discussion.changes import Change
from papers.discussion.forms import CommentForm
from papers.discussion.thread import Node
from papers.models import Comment, Paper, PaperFollow

FRESH = 0  # seconds for shared caches: what is retracted or hidden must be gone at once
CHANGES = 50  # of one comment that its history shows


def section(request: HttpRequest, paper: Paper, root: Comment | None = None, **options) -> tuple[dict, tuple]:
    """The context of a thread, and a value for the ETag of its page; `options` are those of `thread.read`."""
    shown = thread.read(request.user, paper, root, **options)
    keys = rows.draw(shown.walk(), request.user, moderates=acts_as_moderator(request))
    missing, follow = _missing(paper), PaperFollow.objects.state(request.user, paper)
    context = {
        "thread": shown,
        "orders": thread.ORDERS,
        "missing": missing,
        "follow": follow,
        "source": rows.SOURCE,
        "source_url": identifiers.hub_url(paper.arxiv_id),
        "comment_form": CommentForm(auto_id=f"id_{root.pk if root else 'new'}_%s"),
    }
    return context, (keys, shown.cursor, missing, follow)


def _missing(paper: Paper) -> int:
    """How many comments the source of the paper has counted that are not here."""
    imported = paper.imported_comments and Comment.objects.imported().filter(paper=paper, retracted_at=None).count()
    return max(0, paper.imported_comments - imported)


def comments(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """All comments on a paper, in any order, a page at a time."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    order, cursor = request.GET.get("sort", "best"), request.GET.get("older", "")
    context, version = section(request, paper, order=order, cursor=cursor)
    context["paper"], version = paper, (paper.title, version)
    return page(request, "papers/discussion/comments.html", context, version=version, seconds=FRESH)


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment with its answers, under the one that it answers."""
    root = get_object_or_404(Comment.objects.thread().seen_by(request.user), pk=pk)
    parent = root.parent_id and Comment.objects.seen_by(request.user).get(pk=root.parent_id)
    nodes = {"root": Node(root), "parent": Node(parent) if parent else None}
    above = [node for node in nodes.values() if node]
    keys = rows.draw(above, request.user, moderates=acts_as_moderator(request))
    order, cursor = request.GET.get("sort", "best"), request.GET.get("older", "")
    context, version = section(request, root.paper, root, order=order, cursor=cursor)
    context |= nodes | {"paper": root.paper}
    version = (root.paper.title, keys, version)
    return page(request, "papers/discussion/comment.html", context, version=version, seconds=FRESH)


def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a comment said before, and when that changed, the latest change first."""
    comment = get_object_or_404(Comment.objects.standing().seen_by(request.user), pk=pk)
    versions = [comment, *comment.revisions.order_by("-id")[:CHANGES]]
    changes = [Change(old, new) for new, old in pairwise(versions)]
    context = {"comment": comment, "paper": comment.paper, "changes": changes, "most": CHANGES}
    version = (comment.author_name, comment.paper.title, comment.revision)
    return page(request, "papers/discussion/history.html", context, version=version, seconds=FRESH)
