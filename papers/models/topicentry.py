from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.http import urlencode

from lib.words import fold
from papers import categories
from papers.models.directory import MONTH_DAYS, DirectoryEntry

WEEKS = 26  # of the trend
MAX_TOPICS = 10_000  # all categories, and the keywords with the most papers
_TREND = ", ".join(f"count(*) FILTER (WHERE weeks_ago = {number})" for number in reversed(range(WEEKS)))


class TopicEntry(DirectoryEntry):
    """A keyword or a category of arXiv under its most frequent spelling.

    `recent_count` are the papers of this month, and `weeks` those of each of the last WEEKS weeks, the latest one last.
    """

    folded = models.TextField(primary_key=True)
    name = models.CharField(max_length=120)
    paper_count = models.PositiveIntegerField()
    recent_count = models.PositiveIntegerField()
    weeks = ArrayField(models.PositiveIntegerField())

    COUNT_SQL = f"""
        SELECT
            tagged.folded,
            coalesce(named.names, E'\\n' || tagged.folded || E'\\n') AS names,
            name,
            paper_count,
            recent_count,
            weeks,
            (SELECT count(*) FROM papers_topicfollow followed WHERE followed.folded = tagged.folded) AS follower_count
        FROM (
            SELECT
                folded,
                mode() WITHIN GROUP (ORDER BY spelling) AS name,
                count(*) AS paper_count,
                count(*) FILTER (WHERE weeks_ago < {MONTH_DAYS} / 7) AS recent_count,
                ARRAY[{_TREND}] AS weeks
            FROM papers_searchentry entry
            JOIN papers_paper paper ON paper.id = entry.paper_id AND listed_on <= %(latest)s,
            LATERAL (SELECT (%(latest)s::date - listed_on) / 7 AS weeks_ago) age,
            LATERAL (
                SELECT folded, min(spelling) AS spelling
                FROM unnest(entry.topics, paper.categories || paper.keywords) AS topic(folded, spelling)
                WHERE folded <> ''
                GROUP BY folded
            ) topic
            GROUP BY folded
        ) tagged
        LEFT JOIN named ON named.key = tagged.folded
        ORDER BY named.key IS NULL, paper_count DESC
        LIMIT {MAX_TOPICS}
    """  # noqa: S608 (all of it is constant)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def all_names(cls) -> dict[str, list[str]]:
        """The code and the name of each category. Other topics have no other name."""
        return {fold(code): [code, name] for code, name in categories.NAMES.items()}

    def get_absolute_url(self) -> str:
        return f"{reverse('papers:today')}?{urlencode({'topic': self.name})}"

    @property
    def category(self) -> str:
        """The name of the category whose code this is; "" for a keyword."""
        return categories.name_of(self.name)

    @property
    def bars(self) -> list[tuple[int, int]]:
        """The number of each week that has papers, and how many."""
        return [(number, count) for number, count in enumerate(self.weeks) if count]

    @property
    def peak(self) -> int:
        return max(self.weeks)

    @property
    def shown(self) -> tuple:
        """Everything that the directory shows of it, for an ETag."""
        return self.name, self.paper_count, self.follower_count, *self.weeks
