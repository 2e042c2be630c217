"""A paper's row in a list as HTML: the same for everybody who has the same two bits, so it is cached.

The template leaves slots in it, which `Card.fill` fills: a title and an abstract with marks, the reason why the paper
is in the list, and the note of a collection.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.cache import caches
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lib.markup import markdown, typeset
from papers.models import Author, Paper, SearchEntry
from papers.models.mark import marks
from papers.search.highlight import Marker
from papers.search.results import Results
from papers.search.retrieval import tsquery

NAMES_SHOWN = 3
# What stands in a slot of the template's HTML: the database can't hold a NUL, so nothing of a paper looks like it.
SLOTS = {name: mark_safe(f"\x00{name}\x00") for name in ("title", "abstract", "reason", "note")}


@dataclass(frozen=True)
class Card:
    """The HTML of a row with its slots, and what stands in two of them if nothing is marked."""

    html: str
    title: str
    abstract: str

    def fill(self, *, marker: Marker | None = None, reason: str = "", note: str = "") -> SafeString:
        """The row with the words marked that were searched for, a reason in plain text, and a note in Markdown."""
        slots = {
            "title": self.title if marker is None else marker.mark(self.title),
            "abstract": self.abstract if marker is None else marker.mark_abstract(self.abstract),
            "reason": escape(reason),
            "note": f'<div class="note prose">{markdown(note)}</div>' if note else "",
        }
        html = self.html
        for name, value in slots.items():
            html = html.replace(SLOTS[name], value)
        return mark_safe(html)


def render(papers, found: Results | None = None, reasons: Mapping[int, str] | None = None) -> SafeString:
    """The cards of these papers (narrow, with `voted` and `saved`) one after the other.

    If they were found by words, these are marked, and each card says which of them were found, in which authors' names,
    and whether by meaning. Else it says the reason that is given for the paper, if there is one.
    """
    papers = list(papers)
    cards = cards_of(papers)
    if found:
        marker = Marker(found.marked, found.prefix)
        reasons = _search_reasons(list(cards), found, marker)
    else:
        marker, reasons = None, reasons or {}
    notes = {paper.pk: paper.note for paper in papers}
    rows = (card.fill(marker=marker, reason=reasons.get(pk, ""), note=notes[pk]) for pk, card in cards.items())
    return mark_safe("".join(rows))


def cards_of(papers: Iterable[Paper]) -> dict[int, Card]:
    """The card of each of these papers (narrow, with `voted` and `saved`), rendered where none is cached.

    A card is cached under the key of the row it was made from, which may be newer than the narrow one.
    """
    cache, narrow = caches["cards"], {_key(paper): paper for paper in papers}
    cards = cache.get_many(narrow)
    if missing := [paper for key, paper in narrow.items() if key not in cards]:
        whole = Paper.objects.select_related("organisation").in_bulk([paper.pk for paper in missing])
        fresh = {}
        for paper in missing:
            if read := whole.get(paper.pk):  # or it was deleted a moment ago
                for mark in marks():
                    setattr(read, mark.bit, getattr(paper, mark.bit))
                fresh[_key(read)] = cards[_key(paper)] = render_card(read)
        cache.set_many(fresh)
    return {paper.pk: cards[key] for key, paper in narrow.items() if key in cards}


def _key(paper: Paper) -> str:
    """The cache key of a card: the paper, the viewer's marks, and the year, since dates of other years show it."""
    bits = "".join(f"{getattr(paper, mark.bit):d}" for mark in marks())
    return f"{paper.cache_key}.{bits}.{timezone.now().year}"


def render_card(paper: Paper) -> Card:
    """The card of a whole paper that has `voted` and `saved`."""
    html = get_template("papers/lists/_card.html").render({"paper": paper, "slots": SLOTS})
    return Card(html, typeset(paper.title), typeset(paper.abstract))


def _search_reasons(keys: list[int], found: Results, marker: Marker) -> dict[int, str]:
    """How each of these papers was found: "Every word · close in meaning · by Ada Lovelace"."""
    names, with_every_word = _names(keys, found, marker), _with_every_word(keys, found)
    return {
        pk: _reason(found.matched_by(pk) | ({"every"} if pk in with_every_word else set()), names[pk][:NAMES_SHOWN])
        for pk in keys
    }


def _with_every_word(keys: list[int], found: Results) -> set[int]:
    """Those that have every word and are no hits for it only since there are so many."""
    if not found.is_cut:
        return set()
    entries = SearchEntry.objects.filter(pk__in=keys, words=tsquery(found.every))
    return set(entries.values_list("pk", flat=True))


def _names(keys: list[int], found: Results, marker: Marker) -> dict[int, list[str]]:
    """The names of authors that have a word of the question, by paper."""
    names = defaultdict(list)
    if found.named:
        named = SearchEntry.objects.filter(pk__in=keys, words=tsquery(found.named)).values("pk")
        authors = Author.objects.filter(paper__in=named).order_by("paper", "position")
        for paper, name in authors.values_list("paper", "name"):
            if marker.has_any(name):
                names[paper].append(name)
    return names


def _reason(retrievers: frozenset[str], names: list[str]) -> str:
    words = "every word" if "every" in retrievers else "some words" if "any" in retrievers else ""
    meaning = "close in meaning" if "near" in retrievers else ""
    found_by = " · ".join(filter(None, [words, meaning])).capitalize()
    return " · ".join(filter(None, [found_by, names and f"by {', '.join(names)}"]))
