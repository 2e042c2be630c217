from collections.abc import Mapping
from typing import NamedTuple

from django.db import models

from lib.fields import LineField
from papers.lengths import MAX_AVATAR


class OriginValues(NamedTuple):
    """What an import says beside a paper; what it does not say is empty."""

    discussion_id: str = ""
    submitter_username: str = ""
    submitter_name: str = ""
    submitter_avatar: str = ""
    code_added_by: str = ""


class OriginManager(models.Manager):
    def keep(self, origins: Mapping[int, OriginValues]) -> None:
        """Store what an import says, by papers' keys."""
        rows = [Origin(pk=pk, **values._asdict()) for pk, values in sorted(origins.items())]
        fields = list(OriginValues._fields)
        self.bulk_create(rows, update_conflicts=True, unique_fields=["paper"], update_fields=fields)


class Origin(models.Model):
    """What the latest import from the Hub, or a mirror of it, says beside a paper.

    `discussion_id` is the source's id of the discussion. The submitter is the person who submitted the paper at the
    source, who has no account here; `submitter_avatar` is an address or a path there, which no page here shows.
    `code_added_by` says how the source came by the code link, such as "user" or "auto".
    """

    paper = models.OneToOneField("papers.Paper", models.CASCADE, primary_key=True, related_name="origin")
    discussion_id = LineField(max_length=64, blank=True)
    submitter_username = LineField(max_length=96, blank=True)
    submitter_name = LineField(max_length=120, blank=True)
    submitter_avatar = LineField(max_length=MAX_AVATAR, blank=True)
    code_added_by = LineField(max_length=20, blank=True)

    objects = OriginManager()

    def __str__(self) -> str:
        return f"{self.submitter_username} {self.discussion_id}"

    @property
    def values(self) -> OriginValues:
        return OriginValues(*(getattr(self, name) for name in OriginValues._fields))
