from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from lib.text import fold


class SearchEntryManager(models.Manager):
    def refresh(self, papers, names: dict[int, list[str]]) -> None:
        """Write the entries of these papers; `names` are their authors by paper id."""
        entries = [
            SearchEntry(
                paper=paper,
                text=fold(" ".join([paper.title, *names[paper.pk]])),
                topics=[fold(topic) for topic in paper.topics],
            )
            for paper in papers
        ]
        self.bulk_create(entries, update_conflicts=True, unique_fields=["paper"], update_fields=["text", "topics"])


class SearchEntry(models.Model):
    """What finds a paper. Kept apart from Paper so that a vote never touches a text index.

    `text`: folded title and authors. `topics`: folded categories and keywords.
    """

    paper = models.OneToOneField("papers.Paper", models.CASCADE, primary_key=True, related_name="entry")
    text = models.TextField()
    topics = ArrayField(models.TextField())

    objects = SearchEntryManager()

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [
            GinIndex(OpClass("text", "gin_trgm_ops"), name="entry_text"),
            GinIndex("topics", name="entry_topics"),
        ]
