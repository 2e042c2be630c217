"""Comments as Markdown: nested lists, in which each text is a quotation."""

from collections.abc import Iterable, Mapping

from django.urls import reverse

from lib.commonmark import address, escaped, item, line, link, quotation
from lib.rewriting import rewritten
from papers.discussion.changes import Change
from papers.discussion.rows import marks
from papers.discussion.thread import Node, Thread
from papers.lists.query import query_string
from papers.models import Comment, Paper
from papers.paper.markdown import absolute, blocks, fact

_EMPTY = "There are no comments here."


def page(viewer, paper: Paper, shown: Thread) -> str:
    """The page of the comments on a paper as this viewer sees them."""
    heading = f"# Comments on {escaped(paper.plain_title)}"
    about = [_paper(paper), locked(paper)]
    below = _next_page(reverse("papers:comments", args=[paper.arxiv_id]), shown)
    return blocks([heading, *about, thread(viewer, shown) or _EMPTY, below]) + "\n"


def comment(viewer, root: Comment, parent: Comment | None, shown: Thread) -> str:
    """The page of one comment with this page of its answers, under the one that it answers."""
    node = Node(root, shown.nodes)
    text = thread(viewer, Thread([Node(parent, [node]) if parent else node], shown.order, shown.cursor))
    heading = f"# A comment on {escaped(root.paper.plain_title)}"
    below = _next_page(root.get_absolute_url(), shown)
    return blocks([heading, _paper(root.paper), locked(root.paper), text, below]) + "\n"


def newest(title: str, comments: Iterable[Comment], path: str, cursor: str, *, above: str = "") -> str:
    """The page of a list of comments with this title and path, each with the paper that it is on."""
    rows = "\n\n".join(map(_row, comments)) or _EMPTY
    older = query_string({}, older=cursor)
    below = f"Next page: {address(absolute(path + older))}" if cursor else ""
    return blocks([f"# {line(title)}", above, rows, below]) + "\n"


def _row(comment: Comment) -> str:
    parent = comment.parent
    answer = f", in reply to {address(absolute(parent.get_absolute_url()))}" if parent else ""
    about = f"On {link(comment.paper.plain_title, absolute(comment.paper.path))}{answer}"
    return item(blocks([_heading(comment), about, *_content(comment)]))


def history(comment: Comment, changes: Iterable[Change]) -> str:
    """What the comment had before: ~~what was removed~~ and **what was added** by each change, the latest first."""
    about = f"Comment: {address(absolute(comment.get_absolute_url()))}"
    shown = [blocks([f"## {change.changed_at:%Y-%m-%d %H:%M} UTC", *_changed(change)]) for change in changes]
    return blocks(["# Edit history", about, _paper(comment.paper), *(shown or ["No edits."])]) + "\n"


def _changed(change: Change) -> list[str]:
    answers = "\n".join(fact(name, _replaced(old, new)) for name, old, new in change.answers)
    text = change.text
    if text is None:
        return [answers]
    words = [line(text.before), _replaced(text.old, text.new), line(text.after)]
    return [answers, quotation(" ".join(filter(None, words)))]


def _replaced(old: str, new: str) -> str:
    marked = [f"~~{line(old)}~~" if old.strip() else "", f"**{line(new)}**" if new.strip() else ""]
    return " ".join(filter(None, marked))


def _paper(paper: Paper) -> str:
    return f"Paper: {address(absolute(paper.path))}"


def _next_page(path: str, shown: Thread) -> str:
    older = query_string({"sort": shown.order}, older=shown.cursor)
    return f"Next page: {address(absolute(path + older))}" if shown.cursor else ""


def locked(paper: Paper) -> str:
    return line(f"Moderators have locked this discussion: {paper.locked_reason}") if paper.locked_reason else ""


def thread(viewer, shown: Thread) -> str:
    """The comments of a page of a thread as this viewer sees them. One statement if there are any."""
    pks = [node.comment.pk for node in shown.walk()]
    return _list(shown.nodes, Comment.objects.seen_by(viewer).in_bulk(pks) if pks else {})


def _list(nodes: Iterable[Node], comments: Mapping[int, Comment]) -> str:
    return "\n\n".join(_item(node, comments) for node in nodes if node.comment.pk in comments)


def _item(node: Node, comments: Mapping[int, Comment]) -> str:
    comment = comments[node.comment.pk]
    page = address(absolute(comment.get_absolute_url()))
    more = f"There are further answers: {page}" if node.has_more else ""
    return item(blocks([_heading(comment), *_content(comment), _list(node.replies, comments), more]))


def _heading(comment: Comment) -> str:
    name = comment.author_name or ("A deactivated account" if comment.author else "A deleted account")
    about = [f"{comment.created_at:%Y-%m-%d %H:%M} UTC", f"upvotes: {comment.vote_count}"]
    about += ["edited"] if comment.edited_at and comment.is_standing else []
    about.append(link("comment", absolute(comment.get_absolute_url())))
    shown = " ".join([f"**{escaped(name)}**", *(f"({escaped(mark)})" for mark in marks(comment))])
    return f"{shown}, {', '.join(about)}"


def _content(comment: Comment) -> list[str]:
    if comment.retracted_at:
        return [f"Deleted {'at its source' if comment.source_name else 'by its author'}."]
    if comment.hidden_at:
        return [line(f"Hidden by a moderator: {comment.hidden_reason}")]
    report = {
        "I ran it": comment.get_outcome_display() if comment.outcome else "",
        "What was run": line(comment.ran),
        "Hardware": line(comment.hardware),
        "Time": line(comment.duration),
    }
    facts = "\n".join(fact(name, value) for name, value in report.items() if value)
    return [facts, quotation(rewritten(comment.text)) if comment.text.strip() else ""]
