"""The page of a list of papers, and pages of links to lists, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lib.commonmark import address, line
from papers.lists.listing import Listing
from papers.models.row import Row
from papers.paper.markdown import AUTHORS_SHOWN, absolute, blocks, entry
from papers.paper.summary import summaries


def page(
    listing: Listing,
    title: str,
    path: str,
    *,
    above: str = "",
    featured: Sequence[Row] = (),
    links: Mapping[str, str] | None = None,
) -> str:
    """The page of the list with this title, whose path is `path`.

    * `above`: what stands above the papers, as CommonMark of ours.
    * `featured`: papers that stand above the others.
    * `links`: paths of further pages by what they are called.
    """
    rows = [*featured, *listing.papers]
    links = ({"Next page": path + listing.older_url} if listing.older_url else {}) | (links or {})
    below = [f"{name}: {address(absolute(target))}" for name, target in links.items()]
    found = [line(text) for text in (listing.search_summary or listing.match_count, *listing.query.problems) if text]
    return blocks([f"# {line(title)}", above, *found, papers(rows, listing.reasons), *below]) + "\n"


def index(title: str, rows: Iterable[str], *, next_page: str = "") -> str:
    """The page of links with this title. `next_page` is the path of the next one."""
    shown = "\n".join(rows) or "There is nothing here yet."
    below = f"Next page: {address(absolute(next_page))}" if next_page else ""
    return blocks([f"# {line(title)}", shown, below]) + "\n"


def papers(rows: Sequence[Row], reasons: Mapping[int, str]) -> str:
    """A section about each of these papers. Two statements."""
    found, notes = summaries([row.pk for row in rows], AUTHORS_SHOWN), {row.pk: row.note for row in rows}
    sections = (entry(replace(paper, note=notes[pk]), reason=reasons.get(pk, "")) for pk, paper in found.items())
    return blocks(sections) or "There are no papers here."
