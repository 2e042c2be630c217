"""The feed of a list of papers.

The number of votes is not in a feed; a vote changes at most the selection and order of its entries. A report of
reproduction changes the text of an entry, but not its `updated`. The id of an entry is the paper's address on arXiv; it
and the id of a feed are the same on every host.
"""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import Http404
from django.utils.html import format_html, format_html_join

from lib.bare_links import linked
from lib.markup import markdown
from lib.refusals import BadInput
from lib.text import one_line
from lib.xml import writable
from papers.lists.list import List, Privacy
from papers.lists.listing import Listing, for_feed
from papers.lists.query import ListQuery, query_string
from papers.paper.summary import WITHDRAWN, Summary, summaries
from papers.syndication.formats import MAX_ENTRIES, Entry, Feed, non_empty_lines, urn

MAX_AUTHORS = 10  # that an entry names

# The columns, besides the text, that a change of an entry depends on.
_COLUMNS = (
    "listed_at",
    "changed_at",
    "categories",
    "keywords",
    "works_count",
    "partly_count",
    "fails_count",
    "code_url",
    "code_state",
    "withdrawn_at",
    "project_url",
)


def listing_for(list_: List, query: ListQuery, viewer) -> Listing:
    """Return the first papers of the list, by one statement, or by two for an organisation's papers.

    A search takes more, whose results are cached for a minute, and filters take those of a transaction with a timeout.
    Raises BadInput for invalid filters, and Http404 for a list without a feed.
    """
    if list_.no_feed:
        raise Http404
    listing = for_feed(list_, query, viewer, MAX_ENTRIES, columns=(*_COLUMNS, list_.since))
    if query.problems or not listing.is_readable:
        raise BadInput(" ".join([*query.problems, listing.filter_errors]).strip())
    return listing


def version(list_: List, listing: Listing, viewer) -> tuple:
    """Return all that the feed depends on, for its ETag. An empty list takes one more statement, for its title."""
    rows = [
        (
            paper.pk,
            getattr(paper, list_.since),
            paper.note,
            paper.badge_changed_at,
            *(getattr(paper, column) for column in _COLUMNS),
        )
        for paper in listing.papers
    ]
    return settings.BASE_URL, listing.papers[0].list_title if rows else list_.title_for(viewer), rows


def build(list_: List, listing: Listing, path: str, address: str, viewer) -> Feed:
    """Return the feed of this listing by the path of its page and the feed's own address.

    Two statements, and one for the title.
    """
    title = f"{listing.query.title(list_.title_for(viewer))} · Broadsheet"
    page = path + query_string(listing.query.of_list().params).removesuffix("?")
    name = f"{page} of {viewer.pk}" if list_.privacy is Privacy.PRIVATE else page
    papers = summaries([paper.pk for paper in listing.papers], MAX_AUTHORS)
    entries = [
        entry_of(replace(papers[row.pk], note=row.note), getattr(row, list_.since))
        for row in listing.papers
        if row.pk in papers
    ]
    base = settings.BASE_URL
    description = "Papers, as Broadsheet lists them."
    return Feed(urn(name), writable(one_line(title)), base + page, base + address, entries, description)


def entry_of(paper: Summary, published: datetime) -> Entry:
    """Return the entry of a paper that came into the list at `published`."""
    return Entry(
        id=paper.arxiv_url,
        title=("Withdrawn: " if paper.is_withdrawn else "") + (writable(paper.plain_title) or paper.arxiv_id),
        url=paper.url,
        published=published,
        updated=max(published, paper.changed_at),
        html=_html(paper),
        related=paper.arxiv_url,
        authors=non_empty_lines(paper.authors),
        tags=non_empty_lines(dict.fromkeys(paper.topics)),
    )


def _html(paper: Summary) -> str:
    """Return the authors and organisation, reports of reproduction, a collection's note, the abstract, and links."""
    byline = " · ".join(filter(None, [paper.byline(MAX_AUTHORS), paper.organisation]))
    anchors = format_html_join(" · ", '<a href="{}">{}</a>', ((url, name) for name, url in paper.links.items()))
    paragraphs = [
        format_html("<p>{}</p>", byline) if byline else "",
        format_html("<p><strong>{}</strong></p>", WITHDRAWN) if paper.is_withdrawn else "",
        format_html("<p>{}</p>", paper.reproduction) if paper.reproduction else "",
        format_html("<blockquote>{}</blockquote>", markdown(paper.note, plain=True)) if paper.note else "",
        format_html_join("", "<p>{}</p>", ([linked(paragraph)] for paragraph in paper.abstract_paragraphs)),
        format_html("<p>{}</p>", anchors),
    ]
    return writable("".join(paragraphs))
