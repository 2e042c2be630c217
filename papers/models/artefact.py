"""Models, datasets and demos that belong to papers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lib.fields import LineField, UrlLineField
from papers.models.counts import count_of
from papers.models.links import MAX_URL, LinkSource

MAX_NAME = 200  # characters


class ArtefactKind(models.TextChoices):
    MODEL = "model"
    DATASET = "dataset"
    DEMO = "demo"

    @property
    def counter(self) -> str:
        """The field of Paper that counts those of this kind."""
        return f"{self}_count"


class ArtefactQuerySet(models.QuerySet):
    def kept(self):
        """Those that nobody has removed."""
        return self.filter(removed_at=None)

    def most_liked_first(self):
        """By kind; those whose likes are not known come last."""
        return self.order_by("-kind", models.F("likes").desc(nulls_last=True), "name", "pk")


def artefact_counters() -> dict:
    """The counters of a paper that follow from its artefacts, as expressions."""
    kept = Artefact.objects.kept()
    return {kind.counter: count_of(kept.filter(kind=kind), "paper") for kind in ArtefactKind}


class Artefact(models.Model):
    """A model, dataset or demo that belongs to a paper.

    `name` is such as "organisation/name" at the Hub, and elsewhere the address without its scheme. One that a person
    removed keeps its row with that person's `source`, so that no import brings it back. `likes` and `downloads` are the
    source's, if it has them.
    """

    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="artefacts", db_index=False)
    kind = models.CharField(max_length=7, choices=ArtefactKind)
    name = LineField(max_length=MAX_NAME)
    url = UrlLineField(max_length=MAX_URL)
    likes = models.PositiveIntegerField(null=True, blank=True)
    downloads = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=9, choices=LinkSource, default=LinkSource.IMPORT)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="artefacts", null=True, blank=True
    )
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ArtefactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "url"], name="artefact_once_a_paper"),
            models.CheckConstraint(condition=Q(kind__in=ArtefactKind.values), name="artefact_kind_known"),
            models.CheckConstraint(
                condition=Q(source__in=["moderator", "author", "submitter"])
                | Q(source="import", added_by=None, removed_at=None),
                name="artefact_imported_or_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"
