from django.db import models

from lib.fields import LineField
from moderation.subjects import KINDS, Kind


class AboutQuerySet(models.QuerySet):
    def about(self, kind: Kind, pk: int):
        """Those about the row of this kind with this id."""
        return self.filter(kind=kind.key, subject_id=pk)


class About(models.Model):
    """What is about something of a Kind. It stands when that is deleted, and `label` says what it was about."""

    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    label = LineField(max_length=200)

    class Meta:
        abstract = True

    @property
    def subject_kind(self) -> Kind:
        return KINDS[self.kind]

    def subject(self) -> models.Model | None:
        """The row that it is about, or None if it was deleted."""
        return self.subject_kind.find(self.subject_id)
