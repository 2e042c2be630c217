"""A list of papers as a file: for reference managers, and for spreadsheets."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from types import MappingProxyType

from django.db.models import Prefetch

from papers.models import Affiliation, Author, Paper
from papers.paper import citation

MOST = 1_000  # papers of one file

type Rows = list[tuple[Paper, list[str]]]  # papers in the order of the list, with their authors in the paper's order


@dataclass(frozen=True)
class Form:
    """`name` is what readers call it, `ending` that of the file; `write` makes its text."""

    name: str
    ending: str
    content_type: str
    write: Callable[[Rows], str]


def text(form: Form, keys: Iterable[int], notes: Mapping[int, str] = MappingProxyType({})) -> str:
    """The papers with these keys, in their order, with what is noted of them, in this form. Three statements."""
    rows = _rows(list(keys))
    for paper, _ in rows:
        paper.note = notes.get(paper.pk, "")
    return form.write(rows)


def bibliography(keys: Iterable[int]) -> Iterator[str]:
    """BibTeX of any number of papers, a piece at a time; no citation key stands for two of them."""
    seen = Counter()
    for batch in batched(keys, MOST):
        yield _bibtex(_rows(batch), seen)


def _rows(keys: Collection[int]) -> Rows:
    authors, accepted = defaultdict(list), Affiliation.objects.accepted().select_related("organisation")
    papers = Paper.objects.prefetch_related(Prefetch("affiliations", accepted, "accepted")).in_bulk(keys)
    for paper, name in Author.objects.filter(paper__in=keys).order_by("paper", "position").values_list("paper", "name"):
        authors[paper].append(name)
    return [(papers[key], authors[key]) for key in keys if key in papers]


def _bibtex(rows: Rows, seen: Counter | None = None) -> str:
    seen, entries = Counter() if seen is None else seen, []
    for paper, authors in rows:
        key = citation.key(paper, authors)
        seen[key] += 1
        entries.append(citation.bibtex(paper, authors, f"-{seen[key]}" if seen[key] > 1 else ""))
    return "".join(f"{entry}\n\n" for entry in entries)


def _ris(rows: Rows) -> str:
    return "".join(f"{citation.ris(paper, authors)}\n\n" for paper, authors in rows)


def _csl(rows: Rows) -> str:
    return json.dumps([citation.csl(paper, authors) for paper, authors in rows], ensure_ascii=False, indent=1)


def _csv(rows: Rows) -> str:
    return sheet(_COLUMNS, ([column(*row) for column in _COLUMNS.values()] for row in rows))


def sheet(columns: Iterable[str], rows: Iterable[Iterable]) -> str:
    """CSV as RFC 4180 has it, with a byte order mark, by which spreadsheets know UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(value) if isinstance(value, str) else value for value in row])
    return f"\ufeff{file.getvalue()}"


_COLUMNS = {
    "arxiv_id": lambda paper, authors: paper.arxiv_id,
    "title": lambda paper, authors: paper.title,
    "authors": lambda paper, authors: "; ".join(authors),
    "published": lambda paper, authors: f"{paper.published_at:%Y-%m-%d}",
    "listed": lambda paper, authors: f"{paper.listed_on}",
    "upvotes": lambda paper, authors: paper.vote_count,
    "organisation": lambda paper, authors: "; ".join(pair.organisation.name for pair in paper.accepted),
    "categories": lambda paper, authors: "; ".join(paper.categories),
    "keywords": lambda paper, authors: "; ".join(paper.keywords),
    "code": lambda paper, authors: paper.code_url,
    "project": lambda paper, authors: paper.project_url,
    "url": lambda paper, authors: paper.arxiv_url,
    "note": lambda paper, authors: paper.note,
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
