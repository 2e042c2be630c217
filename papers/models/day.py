from django.db import connection, models, transaction
from django.db.models import Max, Min, Q

from papers.period import today


class DayManager(models.Manager):
    def around(self, start, end) -> dict:
        """The last day with papers before `start` (`previous`), the first one from `end` on (`next`), and the number of
        `papers` between `start` and `end`. One statement.

        It is written by hand because Django took longer to build it than PostgreSQL to answer it, and every list page
        needs it.
        """
        with connection.cursor() as cursor:
            cursor.execute(_AROUND, {"start": start, "end": end, "today": today()})
            return dict(zip(("previous", "next", "papers"), cursor.fetchone(), strict=True))

    def latest_date(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(date) FROM papers_day WHERE date <= %s", [today()])
            return cursor.fetchone()[0]

    def nearest(self, date):
        """The day with papers that is closest to the date, or None if there is no day at all."""
        around = self.aggregate(
            before=Max("date", filter=Q(date__lte=date)), after=Min("date", filter=Q(date__gt=date))
        )
        days = [day for day in around.values() if day]
        return min(days, key=lambda day: abs(day - date), default=None)

    @transaction.atomic(savepoint=False)
    def recount(self, dates=None) -> None:
        """Bring the counts of these days (all days if None) in line with the papers listed on them.

        The days are locked before papers are counted, so that two who count at once do not miss what the other did.
        """
        with connection.cursor() as cursor:
            days = None if dates is None else list(dates)
            cursor.execute(_LOCK, {"days": days})
            cursor.execute(_COUNT, {"days": days})


_AROUND = """
    SELECT max(date) FILTER (WHERE date < %(start)s),
           min(date) FILTER (WHERE date >= %(end)s AND date <= %(today)s),
           coalesce(sum(paper_count) FILTER (WHERE date >= %(start)s AND date < %(end)s), 0)
    FROM papers_day
"""
_SELECTED = "(%(days)s::date[] IS NULL OR {column} = ANY(%(days)s::date[]))"
_LOCK = f"SELECT FROM papers_day WHERE {_SELECTED.format(column='date')} ORDER BY date FOR UPDATE"
_COUNT = f"""
    WITH counted AS (
        SELECT listed_on, count(*) AS papers FROM papers_paper
        WHERE is_listed AND {_SELECTED.format(column="listed_on")} GROUP BY listed_on
    ), emptied AS (
        DELETE FROM papers_day
        WHERE {_SELECTED.format(column="date")} AND date NOT IN (SELECT listed_on FROM counted)
    )
    INSERT INTO papers_day (date, paper_count) SELECT listed_on, papers FROM counted
    ON CONFLICT (date) DO UPDATE SET paper_count = excluded.paper_count
    WHERE papers_day.paper_count <> excluded.paper_count
"""


class Day(models.Model):
    """A day that has papers, and how many: so that nothing ever counts the big table."""

    date = models.DateField(primary_key=True)
    paper_count = models.PositiveIntegerField()

    objects = DayManager()

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return self.date.isoformat()
