"""What language models wrote about papers."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.moderators import demand_moderator
from lib.conflicts import merge
from lib.fields import LineField
from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from lib.text import one_line
from papers.lengths import MAX_MODEL, MAX_SUMMARY
from papers.models.correction import Correction
from papers.models.links import LinkSource
from papers.models.paper import Paper


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

    @property
    def is_shown(self) -> bool:
        """Whether `AiTextQuerySet.shown` has it."""
        has_text = bool(self.summary and (self.model or self.is_by_author))
        return settings.SHOW_AI_TEXT and has_text and self.hidden_at is None

    @property
    def is_by_author(self) -> bool:
        return self.source == LinkSource.AUTHOR

    @property
    def writer(self) -> str:
        """Whose text it is, as the log of corrections says it."""
        return "by an author" if self.is_by_author else f"by {self.model}"

    @transaction.atomic
    def replace(self, actor, summary: str, base: dict[str, str]) -> None:
        """Put an author's summary in the place of the text; the same text again changes nothing.

        `base` has the digest of the summary that the form began with (`lib.conflicts`). Raises NotAllowed for anybody
        but authors, and for a text that moderators have hidden, BadInput, Gone, and Conflict if somebody else has
        changed the text meanwhile.
        """
        self._lock(actor)
        self.paper.author_claims.demand(actor)
        self._demand_not_hidden_by_moderators(actor)
        summary, stored = one_line(summary), {"summary": self.summary}
        if not summary:
            raise BadInput("Write a summary. To show none, hide it.")
        if len(summary) > MAX_SUMMARY:
            raise BadInput(f"A summary has at most {MAX_SUMMARY:,} characters; this one has {len(summary):,}.")
        changed, conflicts, _ = merge({"summary": summary}, stored, base)
        if conflicts:
            raise Conflict("The summary was changed at the same time. Compare, then save again.")
        if changed and summary != self.summary:
            former = self.writer
            self.write(summary, self.paper.version, timezone.now())
            self._store(actor, {"summary": [former, self.writer]})

    @transaction.atomic
    def restore(self, actor) -> None:
        """Bring back the language model's text, as the latest import has it, instead of an author's.

        Raises NotAllowed for anybody but authors, and Gone.
        """
        self._lock(actor)
        self.paper.author_claims.demand(actor)
        if self.is_by_author:
            former = self.writer
            self.put_back()
            self._store(actor, {"summary": [former, self.writer]})

    @transaction.atomic
    def hide(self, actor) -> None:
        """Show the text to nobody; doing it again changes nothing.

        Raises NotAllowed for anybody but authors and moderators, and Gone.
        """
        self._lock(actor)
        source = self._source_of(actor)
        if not self.hidden_source or source.outranks(self.hidden_source):
            was_shown = not self.hidden_source
            self.hidden_at, self.hidden_source = timezone.now(), source
            self._store(actor, {"summary_state": ["shown", "hidden"]} if was_shown else {})

    @transaction.atomic
    def show(self, actor) -> None:
        """Show the text again; doing it again changes nothing.

        Raises NotAllowed for anybody but authors and moderators, and for authors if moderators have hidden it, and
        Gone.
        """
        self._lock(actor)
        self._source_of(actor)
        self._demand_not_hidden_by_moderators(actor)
        if self.hidden_source:
            self.hidden_at, self.hidden_source = None, ""
            self._store(actor, {"summary_state": ["hidden", "shown"]})

    def write(self, summary: str, version: int, made_at: datetime) -> None:
        """Take the values of an author's summary, without storing them."""
        self.imported = _as_json(self.import_text)
        self.summary, self.version, self.made_at = summary, version, made_at
        self.model, self.source = "", LinkSource.AUTHOR

    def put_back(self) -> None:
        """Take the values of the latest import, without storing them."""
        for name, value in _columns(self.import_text).items():
            setattr(self, name, value)
        self.source, self.imported = LinkSource.IMPORT, None

    def _lock(self, actor) -> None:
        """Lock the actor and the paper, and read both rows anew. Raises NotAllowed and Gone."""
        actor.lock()
        self.paper.lock()
        try:
            self.refresh_from_db(fields=[field.name for field in self._meta.concrete_fields if field.name != "paper"])
        except AiText.DoesNotExist:
            raise Gone("This paper no longer has a summary.") from None

    def _source_of(self, actor) -> LinkSource:
        if self.paper.author_claims.granted_to(actor).exists():
            return LinkSource.AUTHOR
        demand_moderator(actor)
        return LinkSource.MODERATOR

    def _demand_not_hidden_by_moderators(self, actor) -> None:
        if self.hidden_source == LinkSource.MODERATOR and not actor.is_moderator:
            raise NotAllowed("Moderators have hidden this summary. If that is wrong, write to them.")

    def _store(self, actor, changes: dict) -> None:
        self.save()
        Paper.objects.touch([self.paper_id])
        if changes:
            Correction.objects.log(actor, self.paper, changes)


def _columns(text: ImportedText) -> dict:
    return text._asdict() | {"keywords": list(text.keywords)}


def _as_json(text: ImportedText) -> dict:
    return _columns(text) | {"made_at": text.made_at.isoformat()}
