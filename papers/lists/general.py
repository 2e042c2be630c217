"""The lists of all papers and of the papers of a day, a week or a month.

Topics, authors, searches and saved filters have no list of their own: each is a query to the list of all papers.
"""

from datetime import date

from django.urls import reverse

from papers import period
from papers.lists import catalogue
from papers.lists.list import List
from papers.models import Day, Paper


def _all_papers(viewer):
    return Paper.objects.all()


def _listed_papers(viewer):
    return Paper.objects.listed()


@catalogue.entry("papers:front", "papers:today")
def everything(kind: str = "day") -> List:
    """All papers. Without a query, the page at this address shows the latest day, and its feed what the days list."""
    return List(reverse("papers:today"), "Papers", _all_papers, hides_dismissed=True, is_of_days=True)


@catalogue.entry("papers:this_week", "papers:this_month")
def latest(kind: str, day: date | None = None) -> List:
    """The papers of the latest day, week or month that has any.

    `day` is the latest day with papers, if the caller has read it already.
    """
    title = f"The latest {kind}"
    key = reverse(f"papers:{'today' if kind == 'day' else f'this_{kind}'}")

    def papers(viewer):
        span = period.Period.around(kind, day or Day.objects.latest_date() or period.today())
        return Paper.objects.between(span.start, span.end)

    return List(key, title, papers, feed_order="votes", hides_dismissed=True)


@catalogue.entry("papers:day", "papers:week", "papers:month")
def dated(kind: str, text: str) -> List:
    """The papers of a day, a week or a month. Raises NoSuchPeriod."""
    span = period.parse(kind, text)
    papers = Paper.objects.between(span.start, span.end)
    return List(span.get_absolute_url(), span.title, lambda viewer: papers, feed_order="votes", hides_dismissed=True)


@catalogue.entry("papers:trending")
def trending() -> List:
    """The papers of all days by `hot`."""
    key = reverse("papers:trending")
    return List(key, "Trending", _listed_papers, order="hot", feed_order="hot", hides_dismissed=True)
