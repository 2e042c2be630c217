"""What a person writes in a comment or in a report of reproduction, and the rules for it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils import timezone

from lib.fields import LineField
from lib.markup import MAX_LENGTH, markdown, markdown_line
from lib.refusals import BadInput
from lib.text import legible

NEW_ACCOUNT = timedelta(days=7)
NEW_ACCOUNT_LINKS = 2  # in one comment


class Outcome(models.TextChoices):
    """What happened when a reader ran what the paper describes."""

    WORKS = "works", "It works"
    PARTLY = "partly", "It works in part"
    FAILS = "fails", "It does not work"


@dataclass(frozen=True)
class Content:
    """The Markdown of a comment. A report has an `outcome` besides; its `text` says what came out.

    `ran` is the repository, commit or release, `duration` how long it took, both in the person's own words.
    """

    text: str
    outcome: str = ""
    ran: str = ""
    hardware: str = ""
    duration: str = ""

    def __post_init__(self):
        object.__setattr__(self, "text", legible(self.text))

    def check(self, actor) -> None:
        """Raises BadInput for what this person may not post."""
        if not self.text.strip() and not self.outcome:
            raise BadInput("Enter some text.")
        if len(self.text) > MAX_LENGTH:
            raise BadInput(f"A comment has at most {MAX_LENGTH:,} characters; this one has {len(self.text):,}.")
        links = f"{markdown(self.text)} {markdown_line(self.ran)}".count("<a ") if is_new(actor) else 0
        if links > NEW_ACCOUNT_LINKS:
            raise BadInput(
                f"In its first {NEW_ACCOUNT.days} days an account may post {NEW_ACCOUNT_LINKS} links in a comment; "
                f"this one has {links}."
            )


def is_new(user) -> bool:
    """Whether the account is so young that its comments are limited more."""
    return user.date_joined > timezone.now() - NEW_ACCOUNT


class ContentFields(models.Model):
    """The columns of a `Content`."""

    text = models.TextField(blank=True)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    ran = LineField(max_length=300, blank=True)
    hardware = LineField(max_length=200, blank=True)
    duration = LineField(max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def content(self) -> Content:
        return Content(self.text, self.outcome, self.ran, self.hardware, self.duration)
