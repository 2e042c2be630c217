"""Statistics of an organisation's papers: charts for its page of insights, and CSV files of their data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key
from django.db import connection
from django.db.models import Count, DateField, Exists, OuterRef, Sum
from django.db.models.functions import TruncMonth
from django.urls import reverse

from papers.lists import charts, exports
from papers.lists.charts import Bar, Chart
from papers.models import Affiliation, Paper, State, Vote
from papers.period import today

MAX_UPVOTED = 10  # papers
MAX_ROWS = 12  # topics or organisations
CACHE_SECONDS = 3600


@dataclass(frozen=True)
class Statistic:
    """A section of the page. `columns` and `rows` are its CSV file, and `key` is in that file's address.

    `summary` is shown instead of `chart` if that is None, because there are too few rows for one.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple]
    chart: Chart | None
    summary: str
    note: str = ""

    @property
    def csv(self) -> str:
        return exports.csv_text(self.columns, self.rows)


def for_organisation(organisation) -> list[Statistic]:
    """Return the statistics, cached for an hour or until a paper is tagged or untagged."""
    pairs = organisation.affiliations.order_by("-since").values_list("since", flat=True)
    changed = [pairs.filter(state=state).first() for state in (State.ACCEPTED, State.REFUSED)]
    key = make_template_fragment_key("insights", [organisation.pk, *changed, today()])
    return caches["pages"].get_or_set(key, lambda: _statistics(organisation), CACHE_SECONDS)


def _statistics(organisation) -> list[Statistic]:
    papers = Paper.objects.affiliated_with([organisation.pk])
    months = list(papers.by_month().annotate(imported=Sum("imported_votes")))
    upvotes = Counter({month: imported for month, _, imported in months}) + Counter(dict(_votes_by_month(organisation)))
    return [
        _by_month("papers", "Papers a month", [(month, count) for month, count, _ in months]),
        _by_month("upvotes", "Upvotes a month", sorted(upvotes.items()), _UPVOTES_NOTE),
        _most_upvoted(papers),
        _topics(organisation),
        _shared_papers(organisation),
    ]


_UPVOTES_NOTE = (
    "Upvotes cast here count in the month in which they were cast. Imported upvotes count in the month in which the "
    "paper was listed, because the time of the vote is unknown."
)


def _by_month(unit: str, title: str, months: list[tuple[date, int]], note: str = "") -> Statistic:
    total = sum(count for _, count in months)
    summary = f"{total:,} {unit if total > 1 else unit[:-1]}, in {months[0][0]:%B %Y}." if months else f"No {unit} yet."
    rows = [(f"{month:%Y-%m}", count) for month, count in months]
    return Statistic(unit, title, ("month", unit), rows, charts.time_chart(months, unit), summary, note)


def _votes_by_month(organisation) -> list[tuple[date, int]]:
    """Return the numbers of upvotes that were cast on this site and count, by month."""
    pairs = Affiliation.objects.filter(organisation=organisation, state=State.ACCEPTED, paper=OuterRef("paper"))
    votes = Vote.objects.counting().filter(Exists(pairs))
    months = votes.annotate(month=TruncMonth("created_at", output_field=DateField()))
    return months.order_by().values_list("month").annotate(votes=Count("user"))


def _most_upvoted(papers) -> Statistic:
    first = papers.filter(vote_count__gt=0).order_by("-vote_count", "-listed_at", "-id")[:MAX_UPVOTED]
    rows = [
        (paper.arxiv_id, paper.plain_title, paper.vote_count) for paper in first.only("arxiv_id", "title", "vote_count")
    ]
    bars = [Bar(title, votes, reverse("papers:paper", args=[arxiv_id])) for arxiv_id, title, votes in rows]
    chart = _ranking("upvotes", bars, "By upvotes")
    columns = ("arxiv_id", "title", "upvotes")
    return Statistic("most-upvoted", "Most upvoted papers", columns, rows, chart, "No upvotes yet.")


def _topics(organisation) -> Statistic:
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS, [organisation.pk, MAX_ROWS])
        rows = cursor.fetchall()
    lists = {topic: urlencode({"topic": topic, "org": organisation.slug}) for topic, _ in rows}
    bars = [Bar(topic, papers, f"{reverse('papers:today')}?{lists[topic]}") for topic, papers in rows]
    chart = _ranking("papers", bars, "By papers")
    return Statistic("topics", "Topics", ("topic", "papers"), rows, chart, "No topics yet.")


# Spellings that differ only in case are counted together, under the most frequent one.
_TOPICS = """
    SELECT mode() WITHIN GROUP (ORDER BY topic) AS spelling, count(DISTINCT paper_id) AS papers
    FROM papers_affiliation
    JOIN papers_paper ON papers_paper.id = paper_id
    CROSS JOIN unnest(categories || keywords) AS topic
    WHERE papers_affiliation.organisation_id = %s AND state = 'accepted'
    GROUP BY lower(topic) ORDER BY papers DESC, spelling LIMIT %s
"""


def _shared_papers(organisation) -> Statistic:
    pairs = Affiliation.objects.filter(state=State.ACCEPTED)
    shared = pairs.filter(Exists(pairs.filter(organisation=organisation, paper=OuterRef("paper"))))
    others = shared.exclude(organisation=organisation).values_list("organisation__slug", "organisation__name")
    rows = list(others.annotate(papers=Count("paper")).order_by("-papers", "organisation__name")[:MAX_ROWS])
    bars = [Bar(name, papers, reverse("papers:org", args=[slug])) for slug, name, papers in rows]
    chart = _ranking("papers", bars, "By shared papers")
    columns = ("slug", "organisation", "papers")
    summary = "No papers with other organisations yet."
    return Statistic("organisations", "Co-publishing organisations", columns, rows, chart, summary)


def _ranking(unit: str, bars: list[Bar], caption: str) -> charts.RankingChart | None:
    return charts.RankingChart(unit, bars, caption) if bars else None
