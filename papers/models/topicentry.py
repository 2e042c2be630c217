from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.http import urlencode

from lib.words import fold
from papers import categories
from papers.models.directory import MONTH_DAYS, DirectoryEntry

WEEKS = 26  # of the trend
MAX_TOPICS = 10_000  # all categories, and the keywords with the most papers
_TREND = ", ".join(
    f"count(*) FILTER (WHERE (%(latest)s::date - listed_on) / 7 = {number})" for number in reversed(range(WEEKS))
)
# A paper may have the same topic in two spellings, and counts once.
_TAGGED = """
    papers_searchentry entry
    JOIN papers_paper paper ON paper.id = entry.paper_id,
    unnest(entry.topics, paper.categories || paper.keywords) WITH ORDINALITY AS topic(folded, spelling, number)
    WHERE folded <> '' AND array_position(entry.topics, folded) = number AND listed_on <= %(latest)s
"""


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
            topic.folded,
            coalesce(named.names, E'\\n' || topic.folded || E'\\n') AS names,
            name,
            paper_count,
            recent_count,
            coalesce(weeks, array_fill(0, ARRAY[{WEEKS}])) AS weeks,
            (SELECT count(*) FROM papers_topicfollow followed WHERE followed.folded = topic.folded) AS follower_count
        FROM (
            SELECT
                folded,
                (array_agg(spelling ORDER BY spelled DESC, spelling))[1] AS name,
                sum(spelled) AS paper_count,
                sum(spelled_recently) AS recent_count
            FROM (
                SELECT
                    folded,
                    spelling,
                    count(*) AS spelled,
                    count(*) FILTER (WHERE listed_on > %(latest)s::date - {MONTH_DAYS}) AS spelled_recently
                FROM {_TAGGED}
                GROUP BY folded, spelling
            ) spelling
            GROUP BY folded
            ORDER BY folded <> ALL(%(keys)s), paper_count DESC
            LIMIT {MAX_TOPICS}
        ) topic
        LEFT JOIN (
            SELECT folded, ARRAY[{_TREND}] AS weeks
            FROM {_TAGGED} AND listed_on > %(latest)s::date - 7 * {WEEKS}
            GROUP BY folded
        ) trend USING (folded)
        LEFT JOIN named ON named.key = topic.folded
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
