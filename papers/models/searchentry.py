from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models

from lib import tex
from lib.words import bare_name, fold


class SearchEntryManager(models.Manager):
    def refresh(self, papers, names: dict[int, list[str]], words: Mapping[str, str] | None = None) -> None:
        """Write the entries of these papers; `names` are their authors by paper id, `words` those of some abstracts.

        By hand, since `bulk_create` took half as long again, and imports write nothing else as often.
        """
        rows = [
            (
                paper.pk,
                tex.words(paper.title),
                (words or {}).get(paper.abstract) or tex.words(paper.abstract),
                f" {_BETWEEN} ".join(map(bare_name, names[paper.pk]))[:_MAX_NAMES],
                "\n".join(map(fold, paper.topics)),
            )
            for paper in papers
        ]
        columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 5
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, columns)


TITLE_START = "^"  # stands before the words of a title, and is none that a text can have
_BETWEEN = "betweennames"  # taken out again, and its place stays empty: two names side by side are no phrase
_MAX_NAMES = 160_000  # characters, so that a tsvector, which has at most 1,048,575 bytes, has room for the other texts
_WRITE = rf"""
    INSERT INTO papers_searchentry (paper_id, words, topics, revision)
    SELECT
        id,
        setweight(to_tsvector('english', title), 'A')
        || setweight(to_tsvector('english', abstract), 'B')
        || setweight(ts_delete(to_tsvector('simple', names), '{_BETWEEN}'), 'C')
        || setweight('''{TITLE_START}'':1'::tsvector || to_tsvector('simple', title), 'D'),
        string_to_array(topics, E'\n'),
        1
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS row(id, title, abstract, names, topics)
    ON CONFLICT (paper_id) DO UPDATE
    SET words = excluded.words, topics = excluded.topics, revision = papers_searchentry.revision + 1
"""  # noqa: S608 (its part is a constant)


class SearchEntry(models.Model):
    """What finds a paper by its words. Kept apart from Paper so that a vote never touches a text index.

    `words`: folded (no case, no accents) and weighted. A and B are the stems of title and abstract; C and D the
    names of the authors and the words of the title as they are spelled, since names have no stems and a typing
    error is mended by the nearest spelling. TITLE_START stands before the words of D. `topics`: folded categories
    and keywords. `revision` grows with every change of them.
    """

    paper = models.OneToOneField("papers.Paper", models.CASCADE, primary_key=True, related_name="entry")
    words = SearchVectorField()
    topics = ArrayField(models.TextField())
    revision = models.PositiveIntegerField()

    objects = SearchEntryManager()

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [GinIndex("words", name="entry_words"), GinIndex("topics", name="entry_topics")]
