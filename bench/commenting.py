"""Comments that are made up: long chains of answers and a random tree, with formulas and votes."""

from datetime import timedelta
from random import Random

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from papers import audit
from papers.models import Comment, CommentVote, Paper

_PEOPLE, _DEPTH, _TOP, _VOTES = 200, 50, 0.35, 20
TEXT = (
    "Step {n} needs $\\sum_{{i=1}}^n x_i^2 \\le \\frac{{1}}{{n}}$, **not** `x < {n}`, as in table {n}.\n\n"
    "- Was the seed fixed?\n- What does $\\alpha_{{{n}}}$ mean?\n\nWith twice the data I would expect a smaller gain, "
    "since the second half repeats much of what the first one says."
)


def discuss(pk: int, number: int) -> Paper:
    """Replace the comments on this paper by this many, and return the paper. The first ones are a chain of answers."""
    Paper.objects.filter(pk=pk).update(imported_comments=0)
    paper, people, random = Paper.objects.get(pk=pk), _people(), Random(number)
    paper.comments.all().delete()
    comments = []
    for n, key in enumerate(_keys(number)):
        parent = _parent(comments, random, n)
        depth = parent.depth + 1 if parent else 0
        author, text = random.choice(people), TEXT.format(n=n)
        comments.append(Comment(pk=key, paper=paper, author=author, parent=parent, depth=depth, text=text))
    Comment.objects.bulk_create(comments)
    votes = [(comment, random.sample(people, int(_VOTES * random.random() ** 3))) for comment in comments]
    CommentVote.objects.bulk_create(
        CommentVote(user=user, comment=comment) for comment, users in votes for user in users
    )
    audit.repair()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return paper


def touch_best() -> None:
    """Change what is shown of the comments that stand first on their papers' pages."""
    first = Comment.objects.filter(parent=None).order_by("paper", "-score", "pk").distinct("paper")
    Comment.objects.touch(list(first.values_list("pk", flat=True)))


def _parent(comments: list[Comment], random: Random, n: int) -> Comment | None:
    if 0 < n <= _DEPTH:
        return comments[-1]
    return None if not comments or random.random() < _TOP else random.choice(comments)


def _keys(number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('papers_comment', 'id')) FROM generate_series(1, %s)", [number]
        )
        return [key for (key,) in cursor]


def _people() -> list:
    user_model, joined = get_user_model(), timezone.now() - timedelta(days=90)
    names = [f"commenter-{place}" for place in range(_PEOPLE)]
    people = [user_model(username=name, email=f"{name}@example.org", date_joined=joined) for name in names]
    user_model.objects.bulk_create(people, ignore_conflicts=True)
    return list(user_model.objects.filter(username__in=names))
