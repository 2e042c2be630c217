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


def section(request: HttpRequest, paper: Paper, order: str = "best", cursor: str = "") -> tuple[dict, tuple]:
    """The context of a paper's comments with the form for another one, and a value for the ETag of their page."""
    context, version = _thread(request, paper, None, order, cursor)
    missing, follow = _missing(paper), PaperFollow.objects.state(request.user, paper)
    context |= {
        "missing": missing,
        "follow": follow,
        "source": rows.SOURCE,
        "source_url": identifiers.hub_url(paper.arxiv_id),
        "comment_form": CommentForm(auto_id="id_new_%s"),
    }
    return context, (version, missing, follow)


def _thread(request: HttpRequest, paper: Paper, root: Comment | None, order: str, cursor: str) -> tuple[dict, tuple]:
    """The context of a page of a thread, and a value for its ETag: the paper's revision grows with each comment."""
    shown = thread.read(request.user, paper, root, order=order, cursor=cursor)
    keys = rows.draw(shown.walk(), request.user, moderates=acts_as_moderator(request))
    return {"thread": shown, "orders": thread.ORDERS}, (paper.revision, paper.title, keys, shown.cursor)


def _place(request: HttpRequest) -> tuple[str, str]:
    """The order and the cursor that the address has."""
    return request.GET.get("sort", "best"), request.GET.get("older", "")


def _missing(paper: Paper) -> int:
    """How many comments the source of the paper has counted that are not here."""
    imported = paper.imported_comments and Comment.objects.imported().filter(paper=paper, retracted_at=None).count()
    return max(0, paper.imported_comments - imported)


def comments(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """All comments on a paper, in any order, a page at a time."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    context, version = section(request, paper, *_place(request))
    context["paper"] = paper
    return page(request, "papers/discussion/comments.html", context, version=version, seconds=FRESH)


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment with its answers, under the one that it answers. One that was retracted says so."""
    root = get_object_or_404(Comment.objects.seen_by(request.user), pk=pk)
    parent = root.parent_id and Comment.objects.seen_by(request.user).get(pk=root.parent_id)
    nodes = {"root": Node(root), "parent": Node(parent) if parent else None}
    above = [node for node in nodes.values() if node]
    keys = rows.draw(above, request.user, moderates=acts_as_moderator(request))
    context, version = _thread(request, root.paper, root, *_place(request))
    context |= nodes | {"paper": root.paper}
    return page(request, "papers/discussion/comment.html", context, version=(keys, version), seconds=FRESH)


def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a comment said before, and when that changed, the latest change first."""
    comment = get_object_or_404(Comment.objects.standing().seen_by(request.user), pk=pk)
    versions = [comment, *comment.revisions.order_by("-id")[: CHANGES + 1]]
    changes = [Change(old, new) for new, old in pairwise(versions)]
    context = {"comment": comment, "paper": comment.paper, "changes": changes[:CHANGES]}
    context["is_cut"] = len(changes) > CHANGES
    version = (comment.author_name, comment.paper.title, comment.revision)
    return page(request, "papers/discussion/history.html", context, version=version, seconds=FRESH)
