"""What language models wrote about papers."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from lib.fields import LineField
from papers.models.links import LinkSource

MAX_SUMMARY, MAX_MODEL = 4_000, 120  # characters


class ImportedText(NamedTuple):
    """A text as an import has it, with the version of the paper for which it was made, and the moment of that."""

    summary: str
    keywords: tuple[str, ...]
    model: str
    version: int
    made_at: datetime


class AiTextQuerySet(models.QuerySet):
    def shown(self):
        """Texts that the setting SHOW_AI_TEXT and the authors let show: those that name a model, or are an author's."""
        if not settings.SHOW_AI_TEXT:
            return self.none()
        return self.exclude(summary="").exclude(Q(model="") & ~Q(source=LinkSource.AUTHOR)).filter(hidden_at=None)


class AiTextManager(models.Manager.from_queryset(AiTextQuerySet)):
    def keep(self, texts: Mapping[int, ImportedText]) -> None:
        """Store what an import has, by papers' keys; what an author wrote instead stays, and what is hidden, too."""
        replaced = list(self.filter(pk__in=texts, source=LinkSource.AUTHOR))
        for row in replaced:
            row.imported = _as_json(texts[row.pk])
        self.bulk_update(replaced, ["imported"])
        left = texts.keys() - {row.pk for row in replaced}
        rows = [AiText(pk=pk, **_columns(texts[pk])) for pk in sorted(left)]
        fields = list(ImportedText._fields)
        self.bulk_create(rows, update_conflicts=True, unique_fields=["paper"], update_fields=fields)


class AiText(models.Model):
    """What the language model `model` wrote about this `version` of a paper, or what an author wrote instead.

    `made_at` is when it was made; if the source does not say that, when it came here. `source` is AUTHOR for a text by
    an author, which has no `model`; `imported` is then what an import says, as JSON. Who hid the text is known by
    `hidden_source`, so that no author shows what moderators have hidden.
    """

    paper = models.OneToOneField("papers.Paper", models.CASCADE, primary_key=True, related_name="ai_text")
    summary = models.TextField(blank=True, max_length=MAX_SUMMARY)
    keywords = ArrayField(LineField(max_length=120), default=list, blank=True)
    model = LineField(max_length=MAX_MODEL, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField()
    source = models.CharField(max_length=9, choices=LinkSource, default=LinkSource.IMPORT)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_source = models.CharField(max_length=9, choices=LinkSource, blank=True)
    imported = models.JSONField(null=True, blank=True)

    objects = AiTextManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source="import", imported__isnull=True)
                | Q(source="author", imported__isnull=False, model=""),
                name="ai_text_of_model_or_author",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_source="")
                | Q(hidden_at__isnull=False, hidden_source__in=["author", "moderator"]),
                name="ai_text_hidden_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model or self.get_source_display()}: {self.summary[:60]}"

    @property
    def import_text(self) -> ImportedText:
        """What the latest import had, also if an author has replaced it."""
        if self.imported is None:
            return ImportedText(self.summary, tuple(self.keywords), self.model, self.version, self.made_at)
        values = self.imported
        keywords, made_at = tuple(values["keywords"]), parse_datetime(values["made_at"])
        return ImportedText(**values | {"keywords": keywords, "made_at": made_at})


def _columns(text: ImportedText) -> dict:
    return text._asdict() | {"keywords": list(text.keywords)}


def _as_json(text: ImportedText) -> dict:
    return _columns(text) | {"made_at": text.made_at.isoformat()}
