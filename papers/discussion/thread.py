"""A page of the comments on a paper, or of the answers to a comment, as a tree."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection

from lib import keyset
from lib.refusals import BadInput
from papers.models import Comment, Paper

PAGE_SIZE = 200  # comments, and the rest of the answers to the last one
LEVELS = 3  # that a page shows
MAX_REPLIES = 20  # of one comment that are shown under it


@dataclass(frozen=True)
class Order:
    """An order of comments: its name, its columns, all descending, and the same in SQL."""

    name: str
    columns: tuple[str, ...]
    sql: str


ORDERS = {
    "best": Order("Best", ("score", "age"), "score DESC, id"),
    "newest": Order("Newest", ("id",), "id DESC"),
    "oldest": Order("Oldest", ("age",), "id"),
}


@dataclass
class Node:
    """A comment of the tree, its HTML, and the answers that are shown under it. `has_more`: there are further ones."""

    comment: Comment
    replies: list["Node"] = field(default_factory=list)
    has_more: bool = False
    html: str = ""

    @property
    def key(self) -> str:
        """The id of the comment, for the ids of elements."""
        return str(self.comment.pk)


@dataclass(frozen=True)
class Thread:
    """The comments of a page at the top of the tree. `cursor` is that of the next page, or "" on the last one."""

    nodes: list[Node]
    order: str
    cursor: str

    def walk(self) -> Iterator[Node]:
        """All nodes of the tree, each before its answers."""
        return _walk(self.nodes)


EMPTY = Thread([], "", "")


def read(viewer, paper: Paper, root: Comment | None = None, *, order: str = "best", cursor: str = "") -> Thread:
    """A page of the comments on the paper, or of the answers to `root`. Three statements, or one if there are none.

    Raises BadInput for an unknown order or a damaged cursor.
    """
    if order not in ORDERS:
        raise BadInput(f"Unknown order “{order[:40]}”. Choose one of: {', '.join(ORDERS)}.")
    columns = ORDERS[order].columns
    rows = Comment.objects.thread().filter(paper=paper, parent=root).with_age()
    page = keyset.page(rows.values_list("id", "score", "age", named=True), columns, cursor, PAGE_SIZE)
    if not page.rows:
        return EMPTY
    replies = _replies([row.id for row in page.rows], ORDERS[order].sql)
    shown, ids = [], []
    for row in page.rows:
        if len(ids) >= PAGE_SIZE:
            break
        shown.append(row)
        ids += [row.id, *_shown_under(row.id, replies)]
    comments = paper.comments.seen_by(viewer).for_rows().in_bulk(ids)
    nodes = [_node(row.id, comments, replies) for row in shown if row.id in comments]
    has_next = page.cursor or len(shown) < len(page.rows)
    return Thread(nodes, order, keyset.cursor_after(shown[-1], columns) if has_next else "")


def _replies(ids: list[int], order: str) -> dict[int, list[int]]:
    """The first answers to these comments, to their answers and so on, by the ids of their parents.

    There is one answer more than is shown, and one level more, if there are so many.
    """
    replies = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_REPLIES.format(order=order), {"ids": ids, "levels": LEVELS, "limit": MAX_REPLIES + 1})
        for pk, parent in cursor:
            replies[parent].append(pk)
    return replies


def _shown_under(pk: int, replies: dict[int, list[int]], level: int = 1) -> Iterator[int]:
    if level < LEVELS:
        for reply in replies[pk][:MAX_REPLIES]:
            yield reply
            yield from _shown_under(reply, replies, level + 1)


def _node(pk: int, comments: dict[int, Comment], replies: dict[int, list[int]], level: int = 1) -> Node:
    most = MAX_REPLIES if level < LEVELS else 0
    shown = [reply for reply in replies[pk][:most] if reply in comments]
    nodes = [_node(reply, comments, replies, level + 1) for reply in shown]
    return Node(comments[pk], nodes, len(replies[pk]) > most)


def _walk(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.replies)


_REPLIES = """
    WITH RECURSIVE tree (id, parent_id, level, place) AS (
        SELECT id, parent_id, 0, 0::bigint FROM papers_comment WHERE id = ANY(%(ids)s)
        UNION ALL
        SELECT reply.id, tree.id, tree.level + 1, reply.place
        FROM tree CROSS JOIN LATERAL (
            SELECT id, row_number() OVER (ORDER BY {order}) AS place FROM papers_comment
            WHERE parent_id = tree.id AND (reply_count > 0 OR retracted_at IS NULL AND hidden_at IS NULL)
            ORDER BY {order}
            LIMIT %(limit)s
        ) reply
        WHERE tree.level < %(levels)s
    )
    SELECT id, parent_id FROM tree WHERE level > 0 ORDER BY level, place
"""
