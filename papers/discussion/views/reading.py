"""Pages of comments: those on a paper, one with its answers, and its history."""

from functools import cache, partial
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString

from accounts.factors import acts_as_moderator
from lib.pages import page
from papers.discussion import markdown, rows, thread
from papers.discussion.changes import Change
from papers.discussion.forms import CommentForm
from papers.discussion.other_sites import OtherSite, other_sites
from papers.discussion.thread import Node, Thread
from papers.models import Comment, Paper, PaperFollow
from papers.models.follow import FollowState
from papers.paper.removed import below_paper

FRESH = 0  # seconds for shared caches: what is retracted or hidden must be gone at once
CHANGES = 50  # of one comment that its history shows


def section(
    request: HttpRequest, paper: Paper, shown: Thread, follow: FollowState, sites: list[OtherSite]
) -> tuple[dict, tuple]:
    """The context of these comments on a paper with the form for another one, and a value for the ETag of their page.

    `sites`: where there are further comments.
    """
    context, version = _drawn(request, paper, shown)
    context |= {
        "other_sites": sites,
        "follow": follow,
        "comment_form": _comment_form,
        "new_fields": _new_fields,
    }
    return context, (version, sites, follow)


def _comment_form() -> CommentForm:
    return CommentForm(auto_id="id_new_%s")


@cache
def _new_fields() -> SafeString:
    """The HTML of the empty fields of the form, which is the same for everybody."""
    return _comment_form().render()


def _drawn(request: HttpRequest, paper: Paper, shown: Thread) -> tuple[dict, tuple]:
    """The context of a page of a thread, and a value for its ETag: the paper's revision grows with each comment."""
    moderates = bool(shown.nodes) and acts_as_moderator(request)
    keys = rows.draw(shown.walk(), request.user, moderates=moderates)
    return {"thread": shown, "orders": thread.ORDERS}, (paper.revision, paper.title, keys, shown.cursor)


def _read(request: HttpRequest, paper: Paper, root: Comment | None = None) -> Thread:
    """A page of a thread, in the order and from the place that the address has."""
    order, cursor = request.GET.get("sort", "best"), request.GET.get("older", "")
    return thread.read(request.user, paper, root, order=order, cursor=cursor)


@below_paper
def comments(request: HttpRequest, ref: tuple[str, int | None]) -> HttpResponse:
    """All comments on a paper, in any order, a page at a time."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    follow = PaperFollow.objects.state(request.user, paper)
    shown = _read(request, paper)
    context, version = section(request, paper, shown, follow, _other_sites(paper))
    context["paper"] = paper
    write = partial(markdown.page, request.user, paper, shown)
    return page(request, "papers/discussion/comments.html", context, version=version, seconds=FRESH, markdown=write)


def _other_sites(paper: Paper) -> list[OtherSite]:
    if not paper.imported_comments:
        return []
    imported = paper.comments.imported().filter(retracted_at=None).count()
    return other_sites(paper, imported, dict(paper.site_counts.values_list("site", "comments")))


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment with its answers, under the one that it answers. One that was retracted says so."""
    root = get_object_or_404(Comment.objects.seen_by(request.user), pk=pk)
    parent = root.parent_id and Comment.objects.seen_by(request.user).get(pk=root.parent_id)
    nodes = {"root": Node(root), "parent": Node(parent) if parent else None}
    above = [node for node in nodes.values() if node]
    keys = rows.draw(above, request.user, moderates=acts_as_moderator(request))
    shown = _read(request, root.paper, root)
    context, version = _drawn(request, root.paper, shown)
    context |= nodes | {"paper": root.paper}
    write, template = partial(markdown.comment, request.user, root, parent, shown), "papers/discussion/comment.html"
    return page(request, template, context, version=(keys, version), seconds=FRESH, markdown=write)


def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a comment said before, and when that changed, the latest change first."""
    comment = get_object_or_404(Comment.objects.standing().seen_by(request.user), pk=pk)
    versions = [comment, *comment.revisions.order_by("-id")[: CHANGES + 1]]
    changes = [Change(old, new) for new, old in pairwise(versions)]
    context = {"comment": comment, "paper": comment.paper, "changes": changes[:CHANGES]}
    context["is_cut"] = len(changes) > CHANGES
    version = (comment.author_name, comment.paper.title, comment.revision)
    write = partial(markdown.history, comment, context["changes"])
    return page(request, "papers/discussion/history.html", context, version=version, seconds=FRESH, markdown=write)
