"""Comments on the Hub's paper pages: `GET /api/papers/{id}?field=comments`, whose answer is one paper with `comments`.

They become comments of external people here, who have a name and a link but no account. The Hub's HTML, reactions and
pictures are not imported.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F
from django.template.defaultfilters import pluralize
from django.utils import timezone

from papers import identifiers
from papers.ingest.client import Client, NotAccessible
from papers.ingest.hub import expect, load
from papers.ingest.problem import UNUSABLE, NotFound, Problem, reason
from papers.ingest.record import CommentRecord
from papers.ingest.save import ImportCounts
from papers.models import Comment, Paper
from papers.sites import HUB

MAX_COMMENTS = 10_000  # of a paper, so that the deepest thread fits into the column of depths


@dataclass(frozen=True, slots=True)
class PaperComments:
    """The comments of one answer, each after the one that it replies to, and otherwise the oldest first.

    `ids` are those of all comments that are not hidden at the source, also of those that cannot be used.
    """

    arxiv_id: str
    comments: tuple[CommentRecord, ...]
    ids: frozenset[str]


@dataclass(frozen=True)
class CommentCounts(ImportCounts):
    """The counts of comments. `papers` is the number of answers, `recounted` that of papers with another number."""

    papers: int = 0
    recounted: int = 0

    @property
    def records(self) -> int:
        return self.papers

    @property
    def changes(self) -> int:
        return super().changes + self.recounted

    def __str__(self) -> str:
        return f"{self.papers:,} paper{pluralize(self.papers)}: {super().__str__()} comments"


def recent(day: date) -> list[str]:
    """Return the ids of the papers that were listed on this day or later and have comments at the Hub, newest first."""
    papers = Paper.objects.since(day).filter(imported_comments__gt=0)
    return list(papers.order_by("-listed_at", "-pk").values_list("arxiv_id", flat=True))


def fetch(arxiv_ids: Iterable[str], client: Client) -> Iterator[PaperComments | Problem]:
    """Yield the comments of these papers, with one request for each that is here. Raises FetchError."""
    for arxiv_id in arxiv_ids:
        url = f"{HUB}/api/papers/{arxiv_id}?field=comments"
        try:
            _check_is_here(arxiv_id)
            body = client.get(url).body
        except (NotFound, NotAccessible) as error:
            yield Problem(arxiv_id, None, str(error))
        else:
            yield from parse(body, url)


def parse(data: bytes, source: str) -> Iterator[PaperComments | Problem]:
    """Yield a Problem for each comment that cannot be used, and then the others. A bad answer yields one Problem."""
    try:
        answer = expect(dict, load(data), "paper")
        arxiv_id, _ = identifiers.parse(str(answer.get("id")))
        _check_is_here(arxiv_id)
        rows = expect(list, answer.get("comments"), "comments")
    except ValueError as error:  # such as RecordError
        yield Problem(source, None, str(error))
    else:
        yield from _read(arxiv_id, rows, source)


def _check_is_here(arxiv_id: str) -> None:
    if not Paper.objects.filter(arxiv_id=arxiv_id).exists():
        raise NotFound(f"{arxiv_id} is not a paper of this site")


def _read(arxiv_id: str, rows: list, source: str) -> Iterator[PaperComments | Problem]:
    comments: dict[str, CommentRecord] = {}
    ids, position = set(), 0
    waiting = [(row, None) for row in reversed(rows)]
    while waiting:
        row, parent_id = waiting.pop()
        position += 1
        if position > MAX_COMMENTS:
            yield Problem(source, None, f"more than {MAX_COMMENTS:,} comments")
            return
        try:
            if (data := _shown_data(row)) is not None:
                ids.add(str(row.get("id")))
                record = _record(row, data, comments, parent_id)
                parent_id = record.source_id
                comments.setdefault(parent_id, record)
        except UNUSABLE as error:
            yield Problem(source, position, reason(error))
        waiting += [(reply, parent_id) for reply in reversed(_replies(row))]
    yield PaperComments(arxiv_id, tuple(_in_order(comments)), frozenset(ids))


def _shown_data(row) -> dict | None:
    """Return the `data` of a comment, or None if it is hidden or the row is something else. Raises RecordError."""
    data = expect(dict, expect(dict, row, "comment").get("data"), "data")
    return data if row.get("type", "comment") == "comment" and not data.get("hidden") else None


def _record(row: dict, data: dict, comments: dict[str, CommentRecord], parent_id: str | None) -> CommentRecord:
    """Return the record of a reply to the comment `parent_id`, or to an earlier one that it names itself."""
    named, latest = str(data.get("parentCommentId")), expect(dict, data.get("latest"), "latest")
    author = expect(dict, row.get("author"), "author")
    return CommentRecord.from_source(
        source_id=row.get("id"),
        author=(author.get("name"), author.get("fullname") or author.get("name")),
        text=latest.get("raw"),
        created_at=row.get("createdAt"),
        edited_at=latest.get("updatedAt") if data.get("edited") else None,
        parent_id=named if named in comments else parent_id,
    )


def _replies(row) -> list:
    """Return the replies to a comment. What is hidden or cannot be used has replies, too."""
    replies = row.get("replies") if isinstance(row, dict) else None
    return replies if isinstance(replies, list) else []


def _in_order(comments: dict[str, CommentRecord]) -> list[CommentRecord]:
    """Return the comments, which come after their parents already, by time and still after their parents."""
    times: dict = {}
    for source_id, record in comments.items():
        times[source_id] = max(record.created_at, times.get(record.parent_id, record.created_at))
    return sorted(comments.values(), key=lambda record: times[record.source_id])


def save(answers: Iterable[PaperComments], *, dry_run: bool = False) -> CommentCounts:
    """Make the imported comments of each paper those of its answer, in a transaction a paper; a dry run only counts.

    * A comment that the answer does not have, or has as hidden, is retracted, and its text is deleted.
    * A reply stays under the comment under which it was first imported.
    * `imported_comments` is the number of comments of the answer and of those at other sites than the Hub, and
      `comment_count` moves by the difference.
    * Nobody is notified.
    """
    return sum((_save(answer, dry_run) for answer in answers), CommentCounts())


@transaction.atomic
def _save(answer: PaperComments, dry_run: bool) -> CommentCounts:
    papers = Paper.objects.filter(arxiv_id=answer.arxiv_id)
    if not papers.lock():  # deleted meanwhile
        return CommentCounts()
    paper = papers.get()
    imported = Comment.objects.imported().filter(paper=paper)
    imported.lock()
    comments = {comment.source_id: comment for comment in imported}
    gone = [comment for comment in comments.values() if comment.source_id not in answer.ids]
    old = [record for record in answer.comments if record.source_id in comments]
    new = [record for record in answer.comments if record.source_id not in comments]
    changed = sum(_update(comments[record.source_id], record) for record in old)
    _create(paper, new, comments)
    number = len(answer.ids) + sum(paper.site_counts.values_list("comments", flat=True))
    counts = CommentCounts(
        new=len(new),
        changed=changed + _retract(gone),
        unchanged=len(old) - changed,
        papers=1,
        recounted=int(number != paper.imported_comments),
    )
    if counts.changes:
        added = number - F("imported_comments")
        Paper.objects.touch([paper.pk], imported_comments=number, comment_count=F("comment_count") + added)
    if dry_run:
        transaction.set_rollback(True)
    return counts


def _values(record: CommentRecord) -> dict:
    user_name, name = record.author
    return {
        "text": record.text,
        "source_name": name,
        "source_url": f"{HUB}/{user_name}",
        "created_at": record.created_at,
        "edited_at": record.edited_at,
        "retracted_at": None,
    }


def _update(comment: Comment, record: CommentRecord) -> int:
    """Make the comment that of the record, and return 1 if that changes it, else 0."""
    values = _values(record)
    is_same = all(getattr(comment, field) == value for field, value in values.items())
    return 0 if is_same else Comment.objects.touch([comment.pk], **values)


def _create(paper: Paper, records: list[CommentRecord], comments: dict[str, Comment]) -> None:
    """Create the comments by one statement. `comments` are the stored ones, which they may answer, too."""
    new: dict[str, Comment] = {}
    for pk, record in zip(_reserved_ids(len(records)), records, strict=True):
        parent = comments.get(record.parent_id) or new.get(record.parent_id)
        new[record.source_id] = Comment(
            pk=pk,
            paper=paper,
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
            source_id=record.source_id,
            **_values(record),
        )
        if parent:
            parent.reply_count += 1
    Comment.objects.bulk_create(new.values())
    for parent in {comment.parent for comment in new.values()}.intersection(comments.values()):
        Comment.objects.touch([parent.pk], reply_count=parent.reply_count)


def _reserved_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('papers_comment', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [pk for (pk,) in cursor]


def _retract(comments: list[Comment]) -> int:
    """Retract those of the comments that are not retracted yet, and return their number."""
    pks = [comment.pk for comment in comments if comment.retracted_at is None]
    return Comment.objects.touch(pks, retracted_at=timezone.now(), text="")
