"""The feed of a list of comments. The number of upvotes is not in it.

The id of an entry is made from the path of the comment, as that of a feed is: it is the same on every host.
"""

from django.conf import settings
from django.utils.html import format_html, format_html_join

from lib.markup import markdown, markdown_line
from lib.text import one_line
from lib.xml import writable
from papers.discussion.comment_lists import CommentList
from papers.models import Comment, Paper
from papers.syndication.formats import MAX_ENTRIES, Entry, Feed, non_empty_lines, urn


def newest(list_: CommentList, viewer) -> list[Comment]:
    """Return the comments that the feed has, by one statement."""
    return list_.page(viewer, "", MAX_ENTRIES).rows


def version(list_: CommentList, comments: list[Comment]) -> tuple:
    """Return all that the feed depends on, for its ETag."""
    rows = [
        (row.pk, row.content, row.edited_at, row.author_name, row.source_url, row.paper.title, _answered(row))
        for row in comments
    ]
    return settings.BASE_URL, list_.title, rows


def build(list_: CommentList, comments: list[Comment], address: str) -> Feed:
    """Return the feed of these comments of the list, by the feed's own address. No statements."""
    title = writable(one_line(f"{list_.title} · Broadsheet"))
    base, entries = settings.BASE_URL, [_entry(comment) for comment in comments]
    return Feed(urn(list_.key), title, base + list_.key, base + address, entries, "Comments by readers of Broadsheet.")


def _entry(comment: Comment) -> Entry:
    path, title = comment.get_absolute_url(), f"{comment.author_name or 'A comment'} on “{_title(comment.paper)}”"
    return Entry(
        id=urn(path),
        title=one_line(writable(title)),
        url=settings.BASE_URL + path,
        published=comment.created_at,
        updated=comment.edited_at or comment.created_at,
        html=_html(comment),
        related=comment.source_url,
        authors=non_empty_lines([comment.author_name]),
    )


def _title(paper: Paper) -> str:
    return paper.plain_title


def _html(comment: Comment) -> str:
    """Return what the comment is about and whom it answers, the answers of a report, and the text."""
    answers = {
        "I ran it": comment.get_outcome_display(),
        "What was run": comment.ran and markdown_line(comment.ran),
        "Hardware": comment.hardware,
        "Time": comment.duration,
    }
    items = format_html_join("", "<li>{}: {}</li>", ((name, answer) for name, answer in answers.items() if answer))
    paper, answered = comment.paper, _answered(comment)
    paragraphs = [
        format_html('<p>On <a href="{}">{}</a>', settings.BASE_URL + paper.get_absolute_url(), _title(paper)),
        format_html(', in reply to <a href="{}">{}</a>.</p>', *answered) if answered else ".</p>",
        format_html("<ul>{}</ul>", items) if items else "",
        markdown(comment.text, plain=True),
    ]
    return writable("".join(paragraphs))


def _answered(comment: Comment) -> tuple[str, str] | None:
    """Return the absolute URL of the comment that this one answers, and the name of its author."""
    parent = comment.parent
    return parent and (settings.BASE_URL + parent.get_absolute_url(), parent.author_name or "a deleted account")
