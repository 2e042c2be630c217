from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models

from lib.text import fold


class SearchEntryManager(models.Manager):
    def refresh(self, papers, names: dict[int, list[str]]) -> None:
        """Write the entries of these papers; `names` are their authors by paper id.

        By hand, since `bulk_create` took half as long again, and imports write nothing else as often.
        """
        rows = [
            (paper.pk, fold(" ".join([paper.title, *names[paper.pk]])), "\n".join(map(fold, paper.topics)))
            for paper in papers
        ]
        ids, texts, topics = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [ids, texts, topics])


_WRITE = r"""
    INSERT INTO papers_searchentry (paper_id, text, topics)
    SELECT id, text, string_to_array(topics, E'\n')
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS row(id, text, topics)
    ON CONFLICT (paper_id) DO UPDATE SET text = excluded.text, topics = excluded.topics
"""


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
