"""An organisation's papers in figures: charts for its page of insights, and files of what they are drawn from."""

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

MOST_UPVOTED = 10
MOST_NAMES = 12
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Part:
    """`key` is in the address of its file, which has `columns` and `rows`. `chart` is None where there is too little
    for one; `said` tells that instead."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple]
    chart: Chart | None
    said: str
    note: str = ""

    @property
    def file(self) -> str:
        return exports.csv_text(self.columns, self.rows)


def of(organisation) -> list[Part]:
    """Kept for an hour, or until a paper becomes the organisation's or is no more."""
    pairs = organisation.affiliations.order_by("-since").values_list("since", flat=True)
    changed = [pairs.filter(state=state).first() for state in (State.ACCEPTED, State.REFUSED)]
    key = make_template_fragment_key("insights", [organisation.pk, *changed, today()])
    return caches["pages"].get_or_set(key, lambda: _parts(organisation), KEPT_SECONDS)


def _parts(organisation) -> list[Part]:
    papers = Paper.objects.affiliated_with([organisation.pk])
    months = list(papers.by_month().annotate(imported=Sum("imported_votes")))
    upvotes = Counter({month: imported for month, _, imported in months}) + Counter(dict(_cast(organisation)))
    return [
        _by_month("papers", "Papers a month", [(month, count) for month, count, _ in months]),
        _by_month("upvotes", "Upvotes a month", sorted(upvotes.items()), _UPVOTES_NOTE),
        _most_upvoted(papers),
        _topics(organisation),
        _together(organisation),
    ]


_UPVOTES_NOTE = (
    "An upvote cast here counts in the month it was cast. One that came with an import counts in the month its paper "
    "was listed, since nobody told us when it was cast."
)


def _by_month(what: str, title: str, months: list[tuple[date, int]], note: str = "") -> Part:
    total = sum(count for _, count in months)
    said = f"{total:,} {what if total > 1 else what[:-1]}, in {months[0][0]:%B %Y}." if months else f"No {what} yet."
    rows = [(f"{month:%Y-%m}", count) for month, count in months]
    return Part(what, title, ("month", what), rows, charts.time_chart(months, what), said, note)


def _cast(organisation) -> list[tuple[date, int]]:
    """Upvotes cast here, by month."""
    pairs = Affiliation.objects.filter(organisation=organisation, state=State.ACCEPTED, paper=OuterRef("paper"))
    months = Vote.objects.filter(Exists(pairs)).annotate(month=TruncMonth("created_at", output_field=DateField()))
    return months.order_by().values_list("month").annotate(votes=Count("user"))


def _most_upvoted(papers) -> Part:
    first = papers.filter(vote_count__gt=0).order_by("-vote_count", "-listed_at", "-id")[:MOST_UPVOTED]
    rows = list(first.values_list("arxiv_id", "title", "vote_count"))
    bars = [Bar(title, votes, reverse("papers:paper", args=[arxiv_id])) for arxiv_id, title, votes in rows]
    chart = _ranking("upvotes", bars, "By upvotes")
    columns = ("arxiv_id", "title", "upvotes")
    return Part("most-upvoted", "Most upvoted papers", columns, rows, chart, "No paper has an upvote yet.")


def _topics(organisation) -> Part:
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS, [organisation.pk, MOST_NAMES])
        rows = cursor.fetchall()
    lists = {topic: urlencode({"topic": topic, "org": organisation.slug}) for topic, _ in rows}
    bars = [Bar(topic, papers, f"{reverse('papers:today')}?{lists[topic]}") for topic, papers in rows]
    chart = _ranking("papers", bars, "By papers")
    return Part("topics", "Topics", ("topic", "papers"), rows, chart, "No paper has a topic yet.")


# Spellings that differ in case are one topic, under the most frequent of them.
_TOPICS = """
    SELECT mode() WITHIN GROUP (ORDER BY topic) AS spelled, count(DISTINCT paper_id) AS papers
    FROM papers_affiliation
    JOIN papers_paper ON papers_paper.id = paper_id
    CROSS JOIN unnest(categories || keywords) AS topic
    WHERE papers_affiliation.organisation_id = %s AND state = 'accepted'
    GROUP BY lower(topic) ORDER BY papers DESC, spelled LIMIT %s
"""


def _together(organisation) -> Part:
    pairs = Affiliation.objects.filter(state=State.ACCEPTED)
    shared = pairs.filter(Exists(pairs.filter(organisation=organisation, paper=OuterRef("paper"))))
    others = shared.exclude(organisation=organisation).values_list("organisation__slug", "organisation__name")
    rows = list(others.annotate(papers=Count("paper")).order_by("-papers", "organisation__name")[:MOST_NAMES])
    bars = [Bar(name, papers, reverse("papers:org", args=[slug])) for slug, name, papers in rows]
    chart = _ranking("papers", bars, "By papers together")
    columns = ("slug", "organisation", "papers")
    said = "No paper is shared with another organisation."
    return Part("organisations", "Together with", columns, rows, chart, said)


def _ranking(what: str, bars: list[Bar], caption: str) -> charts.RankingChart | None:
    return charts.RankingChart(what, bars, caption) if bars else None
