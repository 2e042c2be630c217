"""The base of what the directories of organisations, topics and people show and sort by.

It takes too long to be counted in a request, so the worker counts it, topics every hour and the rest every few minutes.
"""

from collections.abc import Iterable

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramWordDistance
from django.db import connection, models, transaction

from lib.locks import take
from lib.words import fold
from papers.models.day import Day
from papers.period import today

MONTH_DAYS = 28
_LOCK = 0x6469726563746F72  # the number of an advisory lock of PostgreSQL, which nothing else takes


class DirectoryQuerySet(models.QuerySet):
    def containing(self, text: str):
        """Entries one of whose names contains the text, without regard to case and accents."""
        return self.filter(names__contains=fold(text))

    def resembling(self, text: str):
        """Entries one of whose names has words like these, with a `distance` from 0, the same, to 1."""
        text = fold(text)
        return self.filter(names__trigram_word_similar=text).annotate(distance=TrigramWordDistance(text, "names"))

    def called(self, text: str):
        """Entries one of whose names is the text, without regard to case and accents."""
        return self.filter(names__contains=lines([text]))


class DirectoryManager(models.Manager.from_queryset(DirectoryQuerySet)):
    @transaction.atomic
    def recount(self) -> int:
        """Count anew, and return how many entries are new or have changed.

        "This month" are the MONTH_DAYS days up to the latest day that has papers.
        """
        take(_LOCK)
        latest = Day.objects.latest_date() or today()
        names = self.model.all_names()
        params = {"latest": latest, "keys": [str(key) for key in names], "names": [lines(n) for n in names.values()]}
        meta = self.model._meta
        columns = [field.column for field in meta.concrete_fields]
        sql = _RECOUNT.format(
            count=self.model.COUNT_SQL,
            table=meta.db_table,
            key=meta.pk.column,
            columns=", ".join(columns),
            old=", ".join(f"{meta.db_table}.{column}" for column in columns),
            new=", ".join(f"excluded.{column}" for column in columns),
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.rowcount


_RECOUNT = """
    WITH named AS MATERIALIZED (SELECT * FROM unnest(%(keys)s::text[], %(names)s::text[]) AS named(key, names)),
    counted AS MATERIALIZED ({count}),
    removed AS (DELETE FROM {table} WHERE {key} NOT IN (SELECT {key} FROM counted))
    INSERT INTO {table} ({columns}) SELECT {columns} FROM counted
    ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ({new}) WHERE ({old}) IS DISTINCT FROM ({new})
"""


def lines(names: Iterable[str]) -> str:
    """The folded names, each between two line ends, so that a whole name can be told from a part of one."""
    return "".join(f"\n{name}\n" for name in dict.fromkeys(map(fold, names)) if name)


class DirectoryEntry(models.Model):
    """`names` is what the entry is found by, as `lines` makes it.

    A subclass defines `all_names()`, the names by key, and `COUNT_SQL`, a SELECT of its columns, by their names, that
    reads `named` (key as text, names).
    """

    names = models.TextField()
    follower_count = models.PositiveIntegerField()

    objects = DirectoryManager()

    class Meta:
        abstract = True
        # Without a list of pending rows, which every search would read besides.
        indexes = [GinIndex(OpClass("names", "gin_trgm_ops"), name="%(class)s_names", fastupdate=False)]


def recount() -> None:
    """Count the entries of all directories anew."""
    for model in DirectoryEntry.__subclasses__():
        model.objects.recount()
