"""Comments for tests, by the verb that readers use."""

from papers.models import Comment, Content


def post(author, paper, text="Good.", parent=None, **values) -> Comment:
    return Comment.objects.post(author, paper, Content(text, **values), parent)


def synthetic(author, paper, count: int, parent=None, **values) -> list[Comment]:
    """So many comments at once, none of which is counted by the paper."""
    depth = parent.depth + 1 if parent else 0
    rows = [
        Comment(paper=paper, author=author, parent=parent, depth=depth, text=f"Number {n}.", **values)
        for n in range(count)
    ]
    Comment.objects.bulk_create(rows)
    if parent:
        Comment.objects.touch([parent.pk], reply_count=parent.reply_count + count)
    return rows
