"""A paper's row in a list, as HTML: the same for everybody who has the same two bits, so it is kept."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.core.cache import caches
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lib.markup import markdown
from papers.models import Author, Paper, SearchEntry
from papers.search.highlight import Marker
from papers.search.results import Found
from papers.search.retrieval import tsquery

NAMES_SHOWN = 3
_NO_REASON = '<span class="reason"></span>'


def render(papers, found: Found | None = None, reasons: Mapping[int, str] | None = None) -> SafeString:
    """The cards of these papers (narrow, with `voted` and `saved`) one after the other, rendered where none is kept.

    What was found by words is marked, and says by which of them, of its authors' names and of meaning. Anything else
    says its reason, if there is one by its key. What a collection notes of a paper stands beneath it.
    """
    rows = each(papers)
    return mark_safe("".join(_explain(rows, found) if found else _tell(rows, reasons or {})))


def each(papers) -> list[tuple[SafeString, int]]:
    """The card of each paper, and its id."""
    cache, year = caches["cards"], timezone.now().year
    keys = {f"{paper.face}.{paper.voted:d}{paper.saved:d}.{year}": paper for paper in papers}
    cards = cache.get_many(keys)
    if missing := {key: paper for key, paper in keys.items() if key not in cards}:
        fresh = _fresh(missing)
        cache.set_many(fresh)
        cards |= fresh
    return [(_noted(cards[key], paper.note), paper.pk) for key, paper in keys.items() if key in cards]


def _tell(rows: list[tuple[SafeString, int]], reasons: Mapping[int, str]) -> Iterator[str]:
    for card, pk in rows:
        yield _with_reason(card, reasons[pk]) if pk in reasons else card


def _with_reason(card: str, reason: str) -> str:
    return card.replace(_NO_REASON, f'<span class="reason">{escape(reason)}</span>')


def _noted(card: SafeString, note: str) -> SafeString:
    if not note:
        return card
    return mark_safe(card.replace("</article>", f'<div class="note prose">{markdown(note)}</div></article>', 1))


def _explain(rows: list[tuple[SafeString, int]], found: Found) -> Iterator[str]:
    marker = Marker(found.marked, found.prefix)
    papers = [pk for _, pk in rows]
    names = _names(papers, found, marker)
    exact = _exact(papers, found)
    for card, pk in rows:
        legs = found.legs_of(pk) | ({"every"} if pk in exact else set())
        yield _with_reason(marker.mark(card), _reason(legs, names[pk][:NAMES_SHOWN]))


def _exact(papers: list[int], found: Found) -> set[int]:
    """Those of the papers that have every word and are no hits for it only since there are so many."""
    if not found.is_cut:
        return set()
    entries = SearchEntry.objects.filter(pk__in=papers, words=tsquery(found.every))
    return set(entries.values_list("pk", flat=True))


def _names(papers: list[int], found: Found, marker: Marker) -> dict[int, list[str]]:
    """The names of authors that have a word of the question, by paper."""
    names = defaultdict(list)
    if found.named:
        named = SearchEntry.objects.filter(pk__in=papers, words=tsquery(found.named)).values("pk")
        authors = Author.objects.filter(paper__in=named).order_by("paper", "position")
        for paper, name in authors.values_list("paper", "name"):
            if marker.has_any(name):
                names[paper].append(name)
    return names


def _reason(legs: frozenset[str], names: list[str]) -> str:
    words = "every word" if "every" in legs else "some words" if "any" in legs else ""
    near = "close in meaning" if "near" in legs else ""
    found_by = " · ".join(filter(None, [words, near])).capitalize()
    return " · ".join(filter(None, [found_by, names and f"by {', '.join(names)}"]))


def _fresh(missing: dict[str, Paper]) -> dict[str, SafeString]:
    whole = Paper.objects.select_related("organisation").in_bulk([paper.pk for paper in missing.values()])
    template = get_template("papers/lists/_card.html")
    cards = {}
    for key, narrow in missing.items():
        if paper := whole.get(narrow.pk):  # or it was deleted a moment ago
            paper.voted, paper.saved = narrow.voted, narrow.saved
            cards[key] = template.render({"paper": paper})
    return cards
