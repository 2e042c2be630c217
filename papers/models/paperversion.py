from collections.abc import Mapping, Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from lib.fields import LineField
from lib.tex import plain


class PaperVersionManager(models.Manager):
    def keep(self, texts: Mapping[int, Sequence[tuple]]) -> None:
        """Keep the former texts of papers by their keys, each as (version, title, abstract, authors).

        A version that is kept already stays as it is.
        """
        now = timezone.now()
        rows = [
            PaperVersion(
                paper_id=pk, version=version, title=title, abstract=abstract, authors=list(authors), replaced_at=now
            )
            for pk, former in texts.items()
            for version, title, abstract, authors in former
        ]
        self.bulk_create(rows, ignore_conflicts=True)


class PaperVersion(models.Model):
    """The text of a paper's version that a later one replaced, as it last was here.

    What the site has never had is not among them: a paper that came with its third version has no first one. Staff may
    delete one in the admin, for example if it names an author by a former name.
    """

    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="versions", db_index=False)
    version = models.PositiveSmallIntegerField()
    title = LineField(max_length=500)
    abstract = models.TextField(blank=True)
    authors = ArrayField(models.TextField(), default=list, blank=True)
    replaced_at = models.DateTimeField()

    objects = PaperVersionManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "version"], name="version_kept_once")]

    def __str__(self) -> str:
        return f"v{self.version}: {plain(self.title)}"
