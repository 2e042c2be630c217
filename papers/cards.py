"""A paper's row in a list, as HTML: the same for everybody who has the same two bits, so it is kept."""

from collections.abc import Iterator

from django.core.cache import caches
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from papers.marking import Marker
from papers.models import Paper
from papers.search import Found

_NO_REASON = '<span class="reason"></span>'


def render(papers, found: Found | None = None) -> SafeString:
    """The cards of these papers (narrow, with `voted` and `saved`) one after the other, rendered where none is kept.

    What was found by words is marked, and says by which of them and of meaning.
    """
    cache, year = caches["cards"], timezone.now().year
    keys = {f"{paper.face}.{paper.voted:d}{paper.saved:d}.{year}": paper for paper in papers}
    cards = cache.get_many(keys)
    if missing := {key: paper for key, paper in keys.items() if key not in cards}:
        fresh = _fresh(missing)
        cache.set_many(fresh)
        cards |= fresh
    rows = [(cards[key], paper.pk) for key, paper in keys.items() if key in cards]
    return mark_safe("".join(_explain(rows, found) if found else (card for card, _ in rows)))


def _explain(rows: list[tuple[str, int]], found: Found) -> Iterator[str]:
    marker = Marker(found.marked, found.prefix)
    for card, pk in rows:
        reason = _reason(found.legs_of(pk))
        yield marker.mark(card).replace(_NO_REASON, f'<span class="reason">{reason}</span>')


def _reason(legs: frozenset[str]) -> str:
    words = "every word" if "every" in legs else "some words" if "any" in legs else ""
    near = "close in meaning" if "near" in legs else ""
    return " · ".join(filter(None, [words, near])).capitalize()


def _fresh(missing: dict[str, Paper]) -> dict[str, str]:
    whole = Paper.objects.select_related("organisation").in_bulk([paper.pk for paper in missing.values()])
    template = get_template("papers/_card.html")
    cards = {}
    for key, narrow in missing.items():
        if paper := whole.get(narrow.pk):  # or it was deleted a moment ago
            paper.voted, paper.saved = narrow.voted, narrow.saved
            cards[key] = template.render({"paper": paper})
    return cards
