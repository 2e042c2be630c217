"""Exports lists of papers as files for reference managers and spreadsheets."""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import batched

from papers.models import CodeState
from papers.paper import citation
from papers.paper.summary import Summary, summaries

_FORMULA = re.compile(
    r"""
    [=\t\r]
    | @.* (?: [(|] | !\S )
    | [-+].* (?:
        [\w.]{2}\( | !\S | \|.*!  # a call, another sheet, another program
        | \s\( [^)]* (?: [(":[] | [a-z]\$?\d )  # what some read as a call with a text, a cell or another call in it
    )
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
BATCH = 1_000  # papers that are read at once


@dataclass(frozen=True)
class Format:
    """A file format: its name on pages, the extension of its files, and a function that makes a file's text."""

    name: str
    extension: str
    content_type: str
    write: Callable[[Iterable[Summary]], str]


def text(format: Format, pks: Collection[int], notes: Mapping[int, str]) -> str:
    """The text of a file with these papers in this order, each with its note if it has one. Two statements."""
    papers = summaries(pks).values()
    return format.write([replace(paper, note=notes.get(paper.pk, "")) for paper in papers])


def bibliography(pks: Iterable[int]) -> Iterator[str]:
    """BibTeX of any number of papers with unique citation keys, one batch at a time."""
    uses = Counter()
    for batch in batched(pks, BATCH):
        yield _bibtex(summaries(batch).values(), uses)


def _bibtex(papers: Iterable[Summary], uses: Counter | None = None) -> str:
    """BibTeX of the papers; `uses` counts the citation keys, those of earlier batches too."""
    uses, entries = Counter() if uses is None else uses, []
    for paper in papers:
        key = citation.key(paper)
        uses[key] += 1
        entries.append(citation.bibtex(paper, f"-{uses[key]}" if uses[key] > 1 else ""))
    return "".join(f"{entry}\n\n" for entry in entries)


def _ris(papers: Iterable[Summary]) -> str:
    return "".join(f"{citation.ris(paper)}\n\n" for paper in papers)


def _csl(papers: Iterable[Summary]) -> str:
    return json.dumps([citation.csl(paper) for paper in papers], ensure_ascii=False, indent=1)


def _csv(papers: Iterable[Summary]) -> str:
    return csv_text(_COLUMNS, ([column(paper) for column in _COLUMNS.values()] for paper in papers))


def csv_text(columns: Iterable[str], rows: Iterable[Iterable]) -> str:
    """CSV as in RFC 4180, with a byte order mark, by which spreadsheets recognise UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_escape_formula(value) if isinstance(value, str) else value for value in row])
    return f"\ufeff{file.getvalue()}"


_COLUMNS = {
    "arxiv_id": lambda paper: paper.arxiv_id,
    "title": lambda paper: paper.plain_title,
    "authors": lambda paper: "; ".join(paper.authors),
    "published": lambda paper: f"{paper.published_at:%Y-%m-%d}",
    "listed": lambda paper: f"{paper.listed_at:%Y-%m-%d}" if paper.is_listed else "",
    "upvotes": lambda paper: paper.vote_count,
    "reproduced": lambda paper: paper.reproduction.works,
    "partly_reproduced": lambda paper: paper.reproduction.partly,
    "not_reproduced": lambda paper: paper.reproduction.fails,
    "organisation": lambda paper: "; ".join(paper.organisations),
    "categories": lambda paper: "; ".join(paper.categories),
    "keywords": lambda paper: "; ".join(paper.keywords),
    "withdrawn": lambda paper: "yes" if paper.is_withdrawn else "",
    "code": lambda paper: paper.code_url,
    "code_state": lambda paper: "" if paper.code_state is CodeState.UNKNOWN else paper.code_state.value,
    "code_licence": lambda paper: paper.code_licence,
    "project": lambda paper: paper.project_url,
    "url": lambda paper: paper.arxiv_url,
    "note": lambda paper: paper.note,
}


def _escape_formula(value: str) -> str:
    """The value, after an apostrophe if a spreadsheet could compute it as a formula (OWASP: CSV injection).

    A text that begins with a sign stays as it is if it does no harm: "-title (a)" calls nothing, or a function that is
    given only words. NFKC is applied since Japanese spreadsheets also take signs of full width.
    """
    return f"'{value}" if _FORMULA.match(unicodedata.normalize("NFKC", value)) else value


FORMATS = {
    "bibtex": Format("BibTeX", "bib", "application/x-bibtex", _bibtex),
    "ris": Format("RIS", "ris", "application/x-research-info-systems", _ris),
    "csl": Format("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", _csl),
    "csv": Format("CSV", "csv", "text/csv", _csv),
}
