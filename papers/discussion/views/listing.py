"""The page of a list of comments, and the page of the newest ones."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse

from accounts.factors import acts_as_moderator
from lib import keyset
from lib.pages import page
from papers.discussion import comment_lists, markdown, rows
from papers.discussion.comment_lists import CommentList
from papers.discussion.thread import Node

PAGE_SIZE = 50  # comments


def comment_list(
    request: HttpRequest,
    list_: CommentList,
    template: str,
    *,
    version: object = None,
    above: Callable[[], str] = str,
    **context,
) -> HttpResponse:
    """The page of this list. `version`, for the ETag, changes whenever the page does, apart from its rows.

    `above` writes what stands above the comments on the page as Markdown.

    No shared cache may keep it, since a comment that is retracted is to be gone at once.
    """
    found = list_.page(request.user, request.GET.get("older", ""), PAGE_SIZE)
    nodes = [Node(comment) for comment in found.rows]
    keys = rows.draw(nodes, request.user, moderates=acts_as_moderator(request))
    papers = [(row.paper.title, row.parent and (row.parent_id, row.parent.author_name)) for row in found.rows]
    context |= {"list": list_, "nodes": nodes, "cursor": found.cursor}
    version = list_.title, keys, papers, found.cursor, version
    write = partial(_markdown, list_, found, above)
    return page(request, template, context, version=version, seconds=0, markdown=write)


def _markdown(list_: CommentList, found: keyset.Page, above: Callable[[], str]) -> str:
    return markdown.newest(list_.title, found.rows, list_.key, found.cursor, above=above())


def newest(request: HttpRequest) -> HttpResponse:
    """The newest comments on all papers."""
    return comment_list(request, comment_lists.newest(), "papers/discussion/newest.html")
