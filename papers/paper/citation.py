"""Citations of a paper for reference managers: BibTeX in the form that arXiv recommends
(https://info.arxiv.org/help/hypertex/bibstyles), RIS (https://refdb.sourceforge.net/manual/ch07.html), and CSL-JSON
(https://docs.citationstyles.org/en/stable/specification.html).
"""

from urllib.parse import urlencode

from lib import tex
from lib.text import one_line
from lib.words import ascii_slug
from papers import identifiers
from papers.names import Name
from papers.paper.summary import Summary


def bibtex(paper: Summary, suffix: str = "") -> str:
    """One @misc entry of BibTeX. Title and note are TeX; in names, TeX's special characters are escaped.

    `suffix` is appended to the citation key, to make it unique.
    """
    fields = {
        "title": "{" + tex.latex(paper.title) + "}",
        "author": " and ".join(map(_bibtex_name, paper.author_names)),
        "year": str(paper.published_at.year),
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv",
        "primaryClass": next(iter(paper.categories), ""),
        "doi": paper.doi,
        "url": paper.arxiv_url,
        "note": tex.latex(one_line(paper.remarks)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key(paper)}{suffix},", *lines, "}"])


def ris(paper: Summary) -> str:
    """One RIS record of the type UNPB (unpublished work), which reference managers use for preprints."""
    lines = [
        ("TY", "UNPB"),
        ("TI", paper.plain_title),
        *(("AU", _ris_name(name)) for name in paper.author_names),
        ("PY", str(paper.published_at.year)),
        ("DA", f"{paper.published_at:%Y/%m/%d}"),
        ("PB", "arXiv"),
        ("M1", f"arXiv:{paper.arxiv_id}"),
        ("DO", paper.doi),
        ("UR", paper.arxiv_url),
        ("AB", paper.plain_abstract),
        ("N1", paper.remarks),
        *(("KW", topic) for topic in paper.topics),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {one_line(value)}" for tag, value in lines if value or tag == "ER")


def csl(paper: Summary) -> dict:
    """One CSL-JSON item, as a dict for `json.dumps`."""
    day = paper.published_at
    item = {
        "id": paper.arxiv_id,
        "type": "article",
        "genre": "preprint",
        "title": paper.plain_title,
        "author": [_csl_name(name) for name in paper.author_names],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "publisher": "arXiv",
        "number": f"arXiv:{paper.arxiv_id}",
        "DOI": paper.doi,
        "URL": paper.arxiv_url,
        "abstract": paper.plain_abstract,
        "keyword": ", ".join(paper.topics),
    }
    if paper.is_withdrawn:
        item["status"] = "withdrawn"
    return item | {"note": paper.remarks} if paper.remarks else item


def citation_authors(paper: Summary) -> list[tuple[str, str]]:
    """Returns (name, affiliation or "") of each author, for `citation_author` elements, of which Google Scholar reads
    “First Last” and “Last, First” (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing).
    """
    pairs = zip(paper.author_names, paper.author_details, strict=True)
    return [(_meta_name(name), details.affiliation) for name, details in pairs]


def _meta_name(name: Name) -> str:
    """“Last, First” if “First Last” could be divided wrongly, unless Zotero would take the two for two authors.

    It does where there is a space on either side of the comma (its translator “Embedded Metadata”).
    """
    last_first = _ris_name(name)
    is_divided = all(" " in part for part in last_first.split(", ")[:2]) and ", " in last_first
    return name.full.replace(",", " ") if name.is_first_last or is_divided else last_first


def coins(arxiv_id: str) -> str:
    """The ContextObject in a span (COinS, OpenURL 1.0) of a paper in a list, from which Zotero offers all papers.

    It has the DOI alone, with which Zotero finds all the rest, since titles and names would double what a card adds to
    a page that has been compressed.
    """
    values = {"ctx_ver": "Z39.88-2004", "rft_val_fmt": "info:ofi/fmt:kev:mtx:dc"}
    return urlencode(values | {"rft_id": f"info:doi/{identifiers.doi(arxiv_id)}"})


def key(paper: Summary) -> str:
    """The citation key of lower-case ASCII letters and digits, as in `dettmers2023qlora`.

    It is made of the first author's family name or full name, the year, and the first long word of the title.
    """
    name = next((name.family or name.full for name in paper.author_names), "")
    author = ascii_slug(name, 200).replace("-", "") or "anonymous"
    word = next((word for word in ascii_slug(paper.plain_title, 500).split("-") if len(word) > 3), "paper")
    return f"{author}{paper.published_at.year}{word}"


def _bibtex_name(name: Name) -> str:
    """The name for BibTeX: as it is if it is First Last, by its parts if it has given names, else in braces."""
    if name.is_first_last:
        return _bibtex_part(name.full)
    if name.given:
        return ", ".join(_bibtex_part(part) for part in (name.surname, name.suffix, name.given) if part)
    return f"{{{tex.latex(name.full)}}}" if name.is_group or " " in name.full else _bibtex_part(name.full)


def _bibtex_part(text: str) -> str:
    """The text, in braces if BibTeX would divide it at a comma or at an "and"."""
    return f"{{{tex.latex(text)}}}" if "," in text or "and" in text.lower().split() else tex.latex(text)


def _ris_name(name: Name) -> str:
    """The name for RIS, where only the parts of a name are separated by commas."""
    if not name.family:
        return " ".join(name.full.replace(",", " ").split())
    return ", ".join(filter(None, (name.surname, name.given, name.suffix)))


def _csl_name(name: Name) -> dict[str, str]:
    """The name for CSL (https://docs.citationstyles.org/en/stable/specification.html#name)."""
    if not name.family:
        return {"literal": name.full}
    fields = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {field: text for field, text in fields.items() if text}
