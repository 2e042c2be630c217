"""The export of all data of a user: an archive of JSON files, BibTeX files of papers, and the profile picture."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse

from lib import template_mail
from lib.env import DATA
from orgs.models import Event
from papers.lists import exports
from papers.models import (
    Affiliation,
    AuthorFollow,
    CollectionFollow,
    Comment,
    CommentRevision,
    CommentVote,
    DataExport,
    Item,
    OrganisationFollow,
    Paper,
    PaperFollow,
    PersonFollow,
    TopicFollow,
)
from papers.models.dataexport import stored
from papers.models.mark import PaperMark, marks

User = get_user_model()
CHUNK_SIZE = 1_000

_PROFILE_FIELDS = ["username", "name", "email", "about", "links", "date_joined", "last_login"]
_PRIVACY_FIELDS = ["shows_submissions", "shows_votes", "shows_collections", "shows_memberships"]
_PAPER = {"arxiv_id": F("paper__arxiv_id"), "title": F("paper__title")}
_CONTENT = ["text", "outcome", "ran", "hardware", "duration"]
_COMMENT_TIMES = ["created_at", "edited_at", "retracted_at", "hidden_at"]


def _marked(kind: type[PaperMark], person) -> QuerySet:
    marked = kind.objects.filter(user=person).order_by("created_at", "paper")
    return marked.values("created_at", *kind.takeout_columns, **_PAPER)


def _followed(follows: QuerySet, name: str) -> QuerySet:
    return follows.order_by("created_at").values("created_at", what=F(name))


def _comment_address(column: str) -> Concat:
    """Return the URL of the comment whose id is in this column."""
    path = reverse("papers:comment", args=[0]).removesuffix("0")
    return Concat(Value(settings.BASE_URL + path), column, output_field=TextField())


def _comments(person) -> QuerySet:
    """Return the person's comments as they are now, also retracted and hidden ones."""
    own = Comment.objects.filter(author=person).order_by("pk")
    return own.values(*_CONTENT, *_COMMENT_TIMES, "hidden_reason", address=_comment_address("pk"), **_PAPER)


def _former_comments(person) -> QuerySet:
    """Return what the person's comments said before they were edited."""
    former = CommentRevision.objects.filter(comment__author=person).order_by("pk")
    return former.values(*_CONTENT, "written_at", "replaced_at", address=_comment_address("comment"))


def _upvoted_comments(person) -> QuerySet:
    """Return the addresses of the comments that the person upvoted, without what others wrote."""
    votes = CommentVote.objects.filter(user=person).order_by("created_at", "comment")
    return votes.values("created_at", address=_comment_address("comment"))


# The rows of each JSON file by its name. Apps above add theirs.
FILES: dict[str, Callable[[User], QuerySet]] = {
    "profile": lambda person: User.objects.filter(pk=person.pk).values(*_PROFILE_FIELDS, *_PRIVACY_FIELDS),
    "addresses": lambda person: person.emailaddress_set.values("email", "verified", "primary"),
    "connections": lambda person: person.socialaccount_set.values("provider", "uid", "date_joined", "last_login"),
    "passkeys_and_codes": lambda person: person.authenticator_set.values("type", "created_at", "last_used_at"),
    "sessions": lambda person: person.usersession_set.values("ip", "user_agent", "created_at", "last_seen_at"),
    "security_log": lambda person: person.security_events.order_by("pk").values(
        "kind", "detail", "network", "browser", "count", "created_at"
    ),
    "memberships": lambda person: person.memberships.values("role", "created_at", slug=F("organisation__slug")),
    "submissions": lambda person: person.submitted_papers.values("arxiv_id", "title", "listed_at"),
    "submission_attempts": lambda person: person.submissions.order_by("submitted_at").values(
        "arxiv_id", "submitted_at", "state", "problem"
    ),
    **{kind.takeout_name: partial(_marked, kind) for kind in marks()},
    "held_votes": lambda person: person.held_votes.order_by("held_at").values("state", "held_at", **_PAPER),
    "comments": _comments,
    "former_comments": _former_comments,
    "upvoted_comments": _upvoted_comments,
    "collections": lambda person: person.collections.order_by("pk").values(
        "name", "description", "visibility", "created_at", address=F("key")
    ),
    "collected_papers": lambda person: (
        Item.objects.kept()
        .filter(collection__user=person)
        .order_by("collection", "-position")
        .values("note", "added_at", collection_address=F("collection__key"), **_PAPER)
    ),
    "done_days": lambda person: person.done_days.order_by("date").values("date", "done_at"),
    "followed_organisations": lambda person: _followed(OrganisationFollow.objects.of(person), "organisation__slug"),
    "followed_people": lambda person: _followed(PersonFollow.objects.of(person), "person__username"),
    "followed_collections": lambda person: _followed(CollectionFollow.objects.of(person), "collection__key"),
    "followed_discussions": lambda person: _followed(PaperFollow.objects.of(person), "paper__arxiv_id"),
    "followed_topics": lambda person: _followed(TopicFollow.objects.of(person), "name"),
    "followed_authors": lambda person: _followed(AuthorFollow.objects.of(person), "name"),
    "invitations": lambda person: person.sent_invitations.values("invited", "role", "state", "created_at"),
    "claims": lambda person: person.claims.values("reason", "state", "answer", "created_at"),
    "author_claims": lambda person: person.author_claims.order_by("pk").values(
        "name", "state", "proof", "tried", "message", "reason", "created_at", "decided_at", **_PAPER
    ),
    "corrections": lambda person: person.corrections.order_by("pk").values("changes", "created_at", **_PAPER),
    "artefacts": lambda person: person.artefacts.order_by("pk").values(
        "kind", "name", "url", "added_at", "removed_at", **_PAPER
    ),
    "suggestions": lambda person: (
        Affiliation.objects.filter(suggested_by=person)
        .order_by("since")
        .values("state", "since", "reason", organisation_slug=F("organisation__slug"), **_PAPER)
    ),
    "log_lines": lambda person: (
        Event.objects.filter(actor=person).order_by("pk").values("created_at", "text", slug=F("organisation__slug"))
    ),
    "saved_searches": lambda person: person.saved_filters.values("name", "query", "created_at"),
}
BIBLIOGRAPHIES: dict[str, Callable[[User], QuerySet]] = {
    "upvotes": lambda person: Paper.objects.upvoted_by(person).order_by("voted_at", "pk"),
    "bookmarks": lambda person: Paper.objects.saved_by(person).order_by("saved_at", "pk"),
}


def make(export: DataExport) -> None:
    """Write the archive and send a mail to the user, if active. On an error, mark the export as failed and re-raise."""
    with ExitStack() as on_error:
        on_error.callback(export.fail)
        save(export)
        export.finish()
        on_error.pop_all()
    if not export.user.is_active:
        return
    link = settings.BASE_URL + reverse("papers:fetch_export", args=[export.token])
    context = {"export": export, "link": link}
    template_mail.post("papers/people/export_ready.txt", export.user.email, "Your export is ready", context)


def save(export: DataExport) -> None:
    """Write the archive, and store it when it is complete: until then it is a file of this process without a name."""
    with TemporaryFile(dir=DATA) as file:
        write(export.user, file)
        stored().save(export.file_name, File(file))


def write(person: User, file: BinaryIO) -> None:
    """Write the archive by chunks of rows, so that no list is in memory as a whole."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, rows in FILES.items():
            with archive.open(f"{name}.json", "w", force_zip64=True) as file:
                file.writelines(text.encode() for text in _json(rows(person)))
        for name, papers in BIBLIOGRAPHIES.items():
            keys = papers(person).values_list("pk", flat=True).iterator(CHUNK_SIZE)
            with archive.open(f"{name}.bib", "w", force_zip64=True) as file:
                file.writelines(text.encode() for text in exports.bibliography(keys))
        if person.portrait and person.portrait.storage.exists(person.portrait.name):
            with person.portrait.open() as picture:
                archive.writestr(f"picture{Path(picture.name).suffix}", picture.read())


def _json(rows: QuerySet) -> Iterator[str]:
    separator = "[\n"
    for row in rows.iterator(CHUNK_SIZE):
        yield separator + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        separator = ",\n"
    yield "\n]\n" if separator == ",\n" else "[]\n"
