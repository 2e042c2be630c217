"""A paper as Markdown (CommonMark with formulas in dollars), for agents and other programs that read."""

from collections.abc import Iterable, Mapping

from django.conf import settings

from lib import tex
from lib.commonmark import address, item, line, link, quotation
from lib.rewriting import rewritten
from papers.paper.summary import WITHDRAWN, Summary

AUTHORS_SHOWN = 10  # of a paper in a list


def entry(paper: Summary, *, reason: str = "") -> str:
    """A section of a list about the paper: heading, facts, abstract. `reason` says why it is in the list."""
    facts = [fact("Page", address(paper.url)), *facts_of(paper, AUTHORS_SHOWN)]
    if reason:
        facts.append(fact("In this list", line(reason)))
    if paper.note:
        facts.append(item("Note:\n\n" + quotation(rewritten(paper.note))))
    return blocks([f"## {title(paper)}", "\n".join(facts), abstract(paper)])


def facts_of(paper: Summary, authors: int) -> list[str]:
    """The items of a list about the paper, with at most this many names of authors."""
    dates = f"published {paper.published_at:%Y-%m-%d}"
    dates += f", {'listed' if paper.is_listed else 'added, on no day’s list,'} {paper.listed_at:%Y-%m-%d}"
    facts = {
        "arXiv": paper.arxiv_id,
        "Authors": line(paper.byline(authors)),
        "Organisations": line(", ".join(paper.organisations)),
        "Dates (UTC)": dates,
        "Upvotes": str(paper.vote_count),
        "Comments": str(paper.comment_count),
        "Reports of readers who ran it": str(paper.reproduction),
        "Links": ", ".join(link(name, url) for name, url in paper.links.items()),
        "Topics": line(", ".join(paper.topics)),
        "Status": WITHDRAWN if paper.is_withdrawn else "",
    }
    return [fact(name, value) for name, value in facts.items() if value]


def fact(name: str, value: str) -> str:
    return item(f"{name}: {value}")


def leading_to(name: str, path: str, counts: Mapping[str, int] | None = None) -> str:
    """A link to the page of this site with this name and path, and counts by their names, without those of 0."""
    counted = (f", {of}: {count}" for of, count in (counts or {}).items() if count)
    return link(name, absolute(path)) + "".join(counted)


def title(paper: Summary) -> str:
    """The title as CommonMark for one line, or the arXiv id if that is empty."""
    return tex.markdown_line(paper.title) or paper.arxiv_id


def abstract(paper: Summary) -> str:
    return tex.markdown(paper.abstract) or "No abstract."


def blocks(texts: Iterable[str]) -> str:
    """The document that consists of these blocks, without empty ones."""
    return "\n\n".join(filter(None, texts))


def absolute(path: str) -> str:
    """The address of a page of this site."""
    return settings.BASE_URL + path
