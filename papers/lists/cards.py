"""A card is the HTML of a paper's row in a list, cached for all viewers with the same bits of the paper.

The template leaves slots for what differs from list to list, which `Card.fill` fills: title and abstract with
highlighted words, the reason why the paper is in the list, and the note of a collection.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from lib import statements, tex
from lib.markup import markdown
from lib.templatetags.house import iso_date, short_date
from lib.tex.nodes import Document
from lib.text import one_line
from papers import names
from papers.models import Author, Paper, SearchEntry
from papers.models.bits import bits
from papers.models.row import Row
from papers.paper import citation
from papers.search.highlight import Highlighter
from papers.search.results import Results
from papers.search.retrieval import tsquery

_MOMENTS = ("saved_at", "voted_at", "added_at", "dismissed_at")  # annotations of lists that are sorted by them
MAX_AUTHORS = 3  # who are named on a card, and in a reason
_MAX_FULL_NAMES = 100  # that a card has as a tooltip
_EDGE = "\x00"  # of a slot in the HTML. The database can't hold a NUL, so no text of a paper contains one.
SLOTS = {
    name: mark_safe(f"{_EDGE}{name}{_EDGE}")
    for name in ("title", "badge", "date", "change", "abstract", "reason", "note")
}


_CHANGE = ' <a class="changed" href="{}/versions">Changed since you saved it: v{} → v{}</a>'


@dataclass(frozen=True)
class Card:
    """The HTML of a row, divided at its slots, and what is needed to fill them.

    * `pieces`: HTML and names of slots in turn, beginning and ending with HTML.
    * `plain`: what is in the slots if there are no words to highlight, no reason and no note.
    * `path`, `version`: of the paper; `organisation`: its id.
    """

    pieces: list[str]
    path: str
    version: int
    organisation: int | None
    title: Document
    abstract: Document
    plain: dict[str, str]

    def fill(
        self,
        *,
        highlighter: Highlighter | None = None,
        reason: str = "",
        note: str = "",
        page_of: int | None = None,
        moment: datetime | None = None,
        saved_version: int | None = None,
    ) -> SafeString:
        """The HTML of the row with highlighted words, a reason in plain text, and a note in Markdown.

        The page of an organisation (`page_of`, its id) does not repeat that organisation's badge. `moment` is what the
        order sorts by, if that is another one than when the paper was listed. `saved_version` is the one that the
        viewer bookmarked, if the paper has a later one.
        """
        slots = self.plain | {"reason": escape(reason)}
        if highlighter is not None:
            slots |= {"title": highlighter.title(self.title), "abstract": highlighter.abstract(self.abstract)}
        if note:
            slots["note"] = f'<div class="note prose">{markdown(note)}</div>'
        if moment:
            slots["date"] = _date(moment)
        if saved_version:
            slots["change"] = format_html(_CHANGE, self.path, saved_version, self.version)
        if page_of and page_of == self.organisation:
            slots["badge"] = ""
        pieces = self.pieces.copy()
        pieces[1::2] = [slots[name] for name in pieces[1::2]]
        return mark_safe("".join(pieces))


def render(
    rows: Iterable[Row],
    results: Results | None = None,
    reasons: Mapping[int, str] | None = None,
    page_of: int | None = None,
) -> SafeString:
    """The HTML of the cards of these rows, one after the other.

    With results of a search by words, these are highlighted, and the reason is how the paper was found. Otherwise it is
    the paper's one of `reasons`, by its key. On the page of an organisation, `page_of` is its id.
    """
    rows = list(rows)
    cards = cards_of(rows)
    if results:
        highlighter = Highlighter(results.analysis.highlighted, results.analysis.prefix)
        reasons = _search_reasons(list(cards), results, highlighter)
    else:
        highlighter, reasons = None, reasons or {}
    by_key = {row.pk: row for row in rows}
    html = (
        card.fill(
            highlighter=highlighter,
            reason=reasons.get(pk, ""),
            note=by_key[pk].note,
            page_of=page_of,
            moment=_moment(by_key[pk]),
            saved_version=by_key[pk].saved_version,
        )
        for pk, card in cards.items()
    )
    return mark_safe("".join(html))


def _moment(row: Row) -> datetime | None:
    """When the paper came into the list, such as the moment of the viewer's bookmark, if the list is sorted by that."""
    return next((getattr(row, name) for name in _MOMENTS if hasattr(row, name)), None)


def _date(moment: datetime) -> str:
    return f'<time datetime="{iso_date(moment)}">{short_date(moment)}</time>'


def cards_of(rows: Iterable[Row]) -> dict[int, Card]:
    """The cards of these rows by their keys, rendered where none is cached.

    A card is cached under the cache key of the paper that it was rendered from, which may be newer than the row's.
    """
    cache, rows = caches["cards"], {_cache_key(row): row for row in rows}
    cards = cache.get_many(rows)
    if missing := {row.pk: (key, row) for key, row in rows.items() if key not in cards}:
        rendered = {}
        authors = Author.objects.first_of(missing, _MAX_FULL_NAMES)
        for paper in Paper.objects.select_related("organisation").filter(pk__in=missing):
            key, row = missing[paper.pk]
            for bit in bits():
                setattr(paper, bit, getattr(row, bit))
            rendered[_cache_key(paper)] = cards[key] = render_card(paper, authors[paper.pk])
        cache.set_many(rendered)
    return {row.pk: cards[key] for key, row in rows.items() if key in cards}


def _cache_key(row: Row | Paper) -> str:
    """The cache key of a card: the paper's, the viewer's bits, and the year, since a date of another year shows it."""
    digits = "".join("1" if getattr(row, bit) else "0" for bit in bits())
    return f"{row.cache_key}.{digits}.{timezone.now().year}"


def render_card(paper: Paper, authors: Sequence[Author] = ()) -> Card:
    """The card of a paper without deferred columns that has the viewer's bits, and of its first authors."""
    context = {"paper": paper, "slots": SLOTS, "byline": _byline(authors, paper.author_count)}
    context["coins"] = citation.coins(paper.arxiv_id)
    html = get_template("papers/lists/_card.html").render(context)
    badge = get_template("orgs/_badge.html").render({"org": paper.organisation}) if paper.organisation else ""
    title, abstract = tex.read(paper.title), tex.read(paper.abstract)
    date = paper.listed_at if paper.is_listed else paper.published_at
    plain = {"title": tex.line(title), "badge": badge, "date": _date(date)}
    plain |= {"abstract": tex.paragraphs(abstract), "change": "", "reason": "", "note": ""}
    return Card(html.split(_EDGE), paper.path, paper.version, paper.organisation_id, title, abstract, plain)


def _byline(authors: Sequence[Author], count: int) -> dict[str, str]:
    """The family names of the first authors, as "Mi, Yu, Lian +9", and the full names of many, for a tooltip."""
    if not authors:
        return {}
    families = [one_line(names.read(author.name, author.details).surname or author.name) for author in authors]
    more, missing = count - MAX_AUTHORS, count - len(authors)
    short = ", ".join(families[:MAX_AUTHORS]) + (f" +{more:,}" if more > 0 else "")
    full = ", ".join(one_line(author.name) for author in authors) + (f" and {missing:,} more" if missing > 0 else "")
    return {"short": short, "full": full}


def _search_reasons(pks: list[int], results: Results, highlighter: Highlighter) -> dict[int, str]:
    """How each of these papers was found, by its key: "Every word · close in meaning · by Ada Lovelace"."""
    authors, with_every_word = _matching_authors(pks, results, highlighter), _with_every_word(pks, results)
    return {
        pk: _reason(results.matched_by(pk) | ({"every"} if pk in with_every_word else set()), authors[pk][:MAX_AUTHORS])
        for pk in pks
    }


def _with_every_word(pks: list[int], results: Results) -> set[int]:
    """Those of these papers that have every word, where not all such papers are hits for it."""
    if not results.has_more:
        return set()
    entries = SearchEntry.objects.filter(pk__in=pks, words=tsquery(results.analysis.every_query))
    return set(entries.values_list("pk", flat=True))


def _matching_authors(pks: list[int], results: Results, highlighter: Highlighter) -> dict[int, list[str]]:
    """The names of authors that have a word of the search, by paper."""
    names = defaultdict(list)
    if results.analysis.name_query:
        for paper, name in statements.rows(_AUTHORS, [pks, results.analysis.name_query], is_prepared=False):
            if highlighter.matches(name):
                names[paper].append(name)
    return names


_AUTHORS = """
    SELECT paper_id, name FROM papers_author
    WHERE paper_id IN (
        SELECT paper_id FROM papers_searchentry WHERE paper_id = ANY(%s) AND words @@ %s::tsquery
    )
    ORDER BY paper_id, position
"""


def _reason(retrievers: frozenset[str], authors: list[str]) -> str:
    words = "every word" if "every" in retrievers else "some words" if "any" in retrievers else ""
    meaning = "close in meaning" if "near" in retrievers else ""
    found_by = " · ".join(filter(None, [words, meaning])).capitalize()
    return " · ".join(filter(None, [found_by, authors and f"by {', '.join(authors)}"]))
