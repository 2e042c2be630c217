"""The lists for reading at speed: the papers to catch up on, and those that a reader has dismissed."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from papers.lists import catalogue
from papers.lists.list import List, Order, Privacy, signed_in
from papers.models import DayDone, Paper, Visit
from papers.period import Period, today

_CHANGES = "Catch up has no feed and no email digest, because it changes with each visit."
_DISMISSED = "Dismissed papers have no feed and no email digest."


@catalogue.entry("papers:catch_up")
def catch_up() -> List:
    """The papers that the viewer can catch up on, the latest day first, and each day best first."""
    return List(
        reverse("papers:catch_up"),
        "Catch up",
        lambda viewer: Paper.objects.to_catch_up(signed_in(viewer), Visit.objects.first_day(viewer)),
        order="days",
        own_orders={"days": Order("Day by day", ("listed_on", "vote_count", "listed_at", "id"))},
        privacy=Privacy.PRIVATE,
        no_feed=_CHANGES,
        no_letter=_CHANGES,
    )


@catalogue.entry("papers:dismissed")
def dismissed() -> List:
    """The papers that the viewer has dismissed, the last dismissed first."""
    return List(
        reverse("papers:dismissed"),
        "Dismissed",
        lambda viewer: Paper.objects.dismissed_by(signed_in(viewer)),
        order="dismissed",
        own_orders={"dismissed": Order("Last dismissed", ("dismissed_at", "id"))},
        since="dismissed_at",
        privacy=Privacy.PRIVATE,
        no_feed=_DISMISSED,
        no_letter=_DISMISSED,
    )


@dataclass(frozen=True)
class DayToCatchUp:
    """A day, the number of its papers that the reader has neither seen nor dismissed, and whether it is done."""

    period: Period
    paper_count: int

    @property
    def is_done(self) -> bool:
        return not self.paper_count


def days_to_catch_up(user) -> list[DayToCatchUp]:
    """Return the days with papers to catch up on, and those that are done, the latest first."""
    first = Visit.objects.first_day(user)
    rows = Paper.objects.to_catch_up(user, first).order_by().values_list("listed_on").annotate(papers=Count("pk"))
    done = DayDone.objects.filter(user=user, date__gte=first, date__lte=today())
    counts = dict.fromkeys(done.values_list("date", flat=True), 0) | dict(rows)
    return [DayToCatchUp(Period.day(day), counts[day]) for day in sorted(counts, reverse=True)]
