from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models, transaction
from django.db.models import Q

from papers.models.searchentry import SearchEntry


class WordManager(models.Manager):
    def is_outdated(self) -> bool:
        """Whether more than a tenth of the search entries came or went since the last count."""
        counted = self.filter(word="").values_list("papers", flat=True).first() or 0
        return abs(SearchEntry.objects.count() - counted) * 10 > counted

    @transaction.atomic
    def recount(self) -> int:
        """Count every word of the search entries anew; returns how many words there are."""
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE papers_word IN SHARE ROW EXCLUSIVE MODE")  # one count at a time
            cursor.execute("DELETE FROM papers_word")
            cursor.execute(_COUNT)
            return cursor.rowcount


_COUNT = """
    INSERT INTO papers_word (word, papers, spelled)
    SELECT word, every.ndoc, coalesce(spelled.ndoc, 0)
    FROM ts_stat('SELECT words FROM papers_searchentry') every
    LEFT JOIN ts_stat('SELECT words FROM papers_searchentry', 'cd') spelled USING (word)
    WHERE length(word) <= 100
    UNION ALL
    SELECT '', count(*), 0 FROM papers_searchentry
"""


class Word(models.Model):
    """A word of the search index, and how common it is: what says which words of a question are worth looking up.

    `papers`: how many papers have it, as a stem or as it is spelled. `spelled`: in how many titles or lists of
    authors it stands as it is spelled; only such words are offered to mend a typing error. As old as the last
    count, which the worker repeats. The empty word stands in every paper.
    """

    word = models.CharField(max_length=100, primary_key=True)
    papers = models.PositiveIntegerField()
    spelled = models.PositiveIntegerField()

    objects = WordManager()

    class Meta:
        indexes = [
            GinIndex(OpClass("word", "gin_trgm_ops"), name="word_spelled", condition=Q(spelled__gt=0)),
        ]

    def __str__(self) -> str:
        return self.word
