"""Citations of a paper for reference managers: BibTeX in the form that arXiv recommends
(https://info.arxiv.org/help/hypertex/bibstyles), RIS (https://refdb.sourceforge.net/manual/ch07.html), and CSL-JSON
(https://docs.citationstyles.org/en/stable/specification.html).
"""

import re
import unicodedata

from lib.text import fold, one_line
from papers.paper.summary import Summary

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # not \{, since BibTeX counts braces, even escaped ones
    "}": r"\textbraceright{}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "$": r"\$",
}


def bibtex(paper: Summary, suffix: str = "") -> str:
    """One @misc entry of BibTeX. TeX's special characters are escaped outside of formulas.

    `suffix` is appended to the citation key, to make it unique.
    """
    fields = {
        "title": "{" + _escape(paper.title) + "}",
        "author": " and ".join(map(_bibtex_name, paper.authors)),
        "year": str(paper.published_at.year),
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv",
        "primaryClass": next(iter(paper.categories), ""),
        "doi": paper.doi,
        "url": paper.arxiv_url,
        "note": _escape(one_line(paper.note)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key(paper)}{suffix},", *lines, "}"])


def ris(paper: Summary) -> str:
    """One RIS record of the type UNPB (unpublished work), which reference managers use for preprints."""
    lines = [
        ("TY", "UNPB"),
        ("TI", paper.title),
        *(("AU", ", ".join(filter(None, family_and_given(name)))) for name in paper.authors),
        ("PY", str(paper.published_at.year)),
        ("DA", f"{paper.published_at:%Y/%m/%d}"),
        ("PB", "arXiv"),
        ("M1", f"arXiv:{paper.arxiv_id}"),
        ("DO", paper.doi),
        ("UR", paper.arxiv_url),
        ("AB", paper.abstract),
        ("N1", paper.note),
        *(("KW", topic) for topic in paper.topics),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {one_line(value)}" for tag, value in lines if value or tag == "ER")


def csl(paper: Summary) -> dict:
    """One CSL-JSON item, as a dict for `json.dumps`."""
    names = map(family_and_given, paper.authors)
    day = paper.published_at
    item = {
        "id": paper.arxiv_id,
        "type": "article",
        "genre": "preprint",
        "title": paper.title,
        "author": [{"family": family, "given": given} if given else {"literal": family} for family, given in names],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "publisher": "arXiv",
        "number": f"arXiv:{paper.arxiv_id}",
        "DOI": paper.doi,
        "URL": paper.arxiv_url,
        "abstract": paper.abstract,
        "keyword": ", ".join(paper.topics),
    }
    return item | {"note": paper.note} if paper.note else item


def key(paper: Summary) -> str:
    """The citation key: first author's surname, year, first long word of the title, as in `dettmers2023qlora`."""
    surname = re.sub(r"\W", "", fold(paper.authors[0].split()[-1])) if paper.authors else "anonymous"
    word = next((w for w in re.findall(r"\w+", fold(paper.title)) if len(w) > 3), "paper")
    text = f"{surname}{paper.published_at.year}{word}"
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() or "paper"


def family_and_given(name: str) -> tuple[str, str]:
    """The family name and the given names, as BibTeX splits a name without a comma.

    The family name begins with the first lower-case word, or else it is the last word: `Guy Van den Broeck` becomes
    (`den Broeck`, `Guy Van`). A single word or a name with a comma is a family name as a whole.
    """
    words = name.split()
    if "," in name or len(words) < 2:
        return name, ""
    start = next((i for i, word in enumerate(words[1:-1], 1) if word[0].islower()), len(words) - 1)
    return " ".join(words[start:]), " ".join(words[:start])


def _bibtex_name(name: str) -> str:
    """The name for BibTeX: in braces, if BibTeX would split it at a comma or at an "and"."""
    escaped = _escape(name)
    return f"{{{escaped}}}" if "," in name or "and" in name.lower().split() else escaped


def _escape(text: str) -> str:
    """The text with TeX's special characters escaped outside of formulas."""
    pieces = re.split(r"(\$[^$]+\$)", text)
    return "".join(piece if _is_formula(piece) else "".join(_SPECIAL.get(c, c) for c in piece) for piece in pieces)


def _is_formula(piece: str) -> bool:
    """Whether it is a formula in dollars with balanced braces; BibTeX counts braces, even escaped ones."""
    depths = [0]
    for brace in re.findall("[{}]", piece):
        depths.append(depths[-1] + (1 if brace == "{" else -1))
    return piece.startswith("$") and len(piece) > 1 and depths[-1] == 0 == min(depths)
