"""The comments of the demo, which stand under their papers at hours after the papers were listed."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from papers.models import Comment, CommentVote, Content, Paper

DISCUSSION = json.loads((Path(__file__).parent / "discussion.json").read_text())
_CONTENT = ("text", "outcome", "ran", "hardware", "duration")

type _Planned = tuple[datetime, Paper, dict, dict | None]  # when, on what, a comment of the file, and its parent


def discuss(people: dict[str, User]) -> None:
    """Post, edit, retract and upvote the comments, in the order of their times, none of which is in the future.

    Their upvotes are not counted yet.
    """
    papers = {paper.arxiv_id: paper for paper in Paper.objects.filter(arxiv_id__in=DISCUSSION)}
    planned = [entry for arxiv_id, comments in DISCUSSION.items() for entry in _plan(papers[arxiv_id], comments)]
    posted, votes, chance = {}, [], random.Random("Discussion")
    for created_at, paper, data, parent in sorted(planned, key=lambda entry: entry[0]):
        comment = posted[id(data)] = _post(people[data["by"]], paper, data, posted.get(id(parent)), created_at)
        others = [user for name, user in people.items() if name != data["by"]]
        voters = chance.sample(others, data.get("votes", 0))
        votes += [CommentVote(user=user, comment=comment) for user in voters]
    CommentVote.objects.bulk_create(votes)
    for _, paper, data, _ in planned:
        if "retracted" in data:
            comment = posted[id(data)]
            comment.retract(comment.author)
            Comment.objects.touch([comment.pk], retracted_at=_at(paper, data["retracted"]))


def _plan(paper: Paper, comments: list[dict], parent: dict | None = None) -> Iterator[_Planned]:
    for data in comments:
        yield _at(paper, data["hours"]), paper, data, parent
        yield from _plan(paper, data.get("replies", []), data)


def _post(author: User, paper: Paper, data: dict, parent: Comment | None, created_at: datetime) -> Comment:
    content = Content(**{key: data[key] for key in _CONTENT if key in data})
    comment = Comment.objects.post(author, paper, content, parent)
    Comment.objects.touch([comment.pk], created_at=created_at)
    if edited := data.get("edited"):
        comment.edit(author, Content(edited["text"]), 0)
        edited_at = _at(paper, edited["hours"])
        comment.revisions.update(replaced_at=edited_at)
        Comment.objects.touch([comment.pk], edited_at=edited_at)
    return comment


def _at(paper: Paper, hours: float) -> datetime:
    """The time this many hours after the paper was listed, or now if that is later."""
    return min(paper.listed_at + timedelta(hours=hours), timezone.now())
