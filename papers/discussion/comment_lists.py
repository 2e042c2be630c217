"""The lists of comments: all that were written here, those on a paper, and those of a person."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from lib import keyset
from papers.models import Comment, Paper

User = get_user_model()


@dataclass(frozen=True)
class CommentList:
    """A list of comments that stand, the newest first. `key` is the path of its page, `comments` a QuerySet of them."""

    key: str
    title: str
    comments: QuerySet

    def page(self, viewer, cursor: str, size: int) -> keyset.Page:
        """The comments after the cursor, as this viewer sees them, by one statement. Raises BadInput."""
        return keyset.page(self.comments.standing().seen_by(viewer).with_parent(), ("id",), cursor, size)


def newest() -> CommentList:
    """All comments that were written here, and not imported."""
    return CommentList(reverse("papers:newest_comments"), "Comments", Comment.objects.local())


def on_paper(ref: tuple[str, int | None]) -> CommentList:
    """The comments on a paper, imported ones, too. Raises Http404 for a paper that is not here."""
    paper = get_object_or_404(Paper.objects.only("arxiv_id", "title", "withdrawn_at"), arxiv_id=ref[0])
    title = paper.plain_title
    key = reverse("papers:comments", args=[paper.arxiv_id])
    return CommentList(key, f"Comments on {title}", Comment.objects.filter(paper=paper))


def by(person) -> CommentList:
    """The comments of a person. Each is public with the person's name, so that the list cannot be hidden."""
    key = reverse("papers:person_comments", args=[person.username])
    return CommentList(key, f"{person}: comments", Comment.objects.filter(author=person))


def of_person(username: str) -> CommentList:
    """The comments of the person with this user name. Raises Http404 if there is none or the account is deactivated."""
    return by(get_object_or_404(User, username=username, is_active=True))
