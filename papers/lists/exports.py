"""A list of papers as a file: for reference managers, and for spreadsheets."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import batched

from papers.paper import citation
from papers.paper.summary import Summary, summaries

BATCH = 1_000  # papers that are read at once


@dataclass(frozen=True)
class Form:
    """`name` is what readers call it, `ending` that of the file; `write` makes its text."""

    name: str
    ending: str
    content_type: str
    write: Callable[[Iterable[Summary]], str]


def text(form: Form, keys: Collection[int], notes: Mapping[int, str]) -> str:
    """The papers with these keys, in their order, in this form, each with its note if it has one. Two statements."""
    papers = summaries(keys).values()
    return form.write([replace(paper, note=notes.get(paper.pk, "")) for paper in papers])


def bibliography(keys: Iterable[int]) -> Iterator[str]:
    """BibTeX of any number of papers, a piece at a time; no citation key stands for two of them."""
    seen = Counter()
    for batch in batched(keys, BATCH):
        yield _bibtex(summaries(batch).values(), seen)


def _bibtex(papers: Iterable[Summary], seen: Counter | None = None) -> str:
    seen, entries = Counter() if seen is None else seen, []
    for paper in papers:
        key = citation.key(paper)
        seen[key] += 1
        entries.append(citation.bibtex(paper, f"-{seen[key]}" if seen[key] > 1 else ""))
    return "".join(f"{entry}\n\n" for entry in entries)


def _ris(papers: Iterable[Summary]) -> str:
    return "".join(f"{citation.ris(paper)}\n\n" for paper in papers)


def _csl(papers: Iterable[Summary]) -> str:
    return json.dumps([citation.csl(paper) for paper in papers], ensure_ascii=False, indent=1)


def _csv(papers: Iterable[Summary]) -> str:
    return sheet(_COLUMNS, ([column(paper) for column in _COLUMNS.values()] for paper in papers))


def sheet(columns: Iterable[str], rows: Iterable[Iterable]) -> str:
    """CSV as RFC 4180 has it, with a byte order mark, by which spreadsheets know UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(value) if isinstance(value, str) else value for value in row])
    return f"\ufeff{file.getvalue()}"


_COLUMNS = {
    "arxiv_id": lambda paper: paper.arxiv_id,
    "title": lambda paper: paper.title,
    "authors": lambda paper: "; ".join(paper.authors),
    "published": lambda paper: f"{paper.published_at:%Y-%m-%d}",
    "listed": lambda paper: f"{paper.listed_at:%Y-%m-%d}",
    "upvotes": lambda paper: paper.vote_count,
    "organisation": lambda paper: "; ".join(paper.organisations),
    "categories": lambda paper: "; ".join(paper.categories),
    "keywords": lambda paper: "; ".join(paper.keywords),
    "code": lambda paper: paper.code_url,
    "project": lambda paper: paper.project_url,
    "url": lambda paper: paper.arxiv_url,
    "note": lambda paper: paper.note,
}


def _harmless(value: str) -> str:
    """Behind an apostrophe, where a spreadsheet would take it for a formula (https://owasp.org, CSV injection)."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


FORMS = {
    "bibtex": Form("BibTeX", "bib", "application/x-bibtex", _bibtex),
    "ris": Form("RIS", "ris", "application/x-research-info-systems", _ris),
    "csl": Form("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", _csl),
    "csv": Form("CSV", "csv", "text/csv", _csv),
}
