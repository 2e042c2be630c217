"""A paper as reference managers read it: BibTeX in the form that arXiv recommends
(https://info.arxiv.org/help/hypertex/bibstyles), RIS (https://refdb.sourceforge.net/manual/ch07.html), and CSL-JSON
(https://docs.citationstyles.org/en/stable/specification.html).
"""

import re
import unicodedata

from lib.text import fold, one_line

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # not \{, since BibTeX counts braces and knows no escape
    "}": r"\textbraceright{}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "$": r"\$",
}


def bibtex(paper, authors: list[str], suffix: str = "") -> str:
    """One @misc entry; authors in the paper's order, TeX's special characters escaped outside of maths.

    `suffix` keeps apart the keys of papers that have the same one.
    """
    fields = {
        "title": "{" + _tex(paper.title) + "}",
        "author": " and ".join(map(_bibtex_name, authors)),
        "year": str(paper.published_at.year),
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv",
        "primaryClass": next(iter(paper.categories), ""),
        "doi": paper.doi,
        "url": paper.arxiv_url,
        "note": _tex(one_line(paper.note)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key(paper, authors)}{suffix},", *lines, "}"])


def ris(paper, authors: list[str]) -> str:
    """One record of the type UNPB, an unpublished work, as which reference managers keep preprints."""
    lines = [
        ("TY", "UNPB"),
        ("TI", paper.title),
        *(("AU", ", ".join(filter(None, family_and_given(name)))) for name in authors),
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


def csl(paper, authors: list[str]) -> dict:
    """One item, ready for JSON."""
    names = map(family_and_given, authors)
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


def key(paper, authors: list[str]) -> str:
    """First author's surname, year, first long word of the title: `dettmers2023qlora`."""
    surname = re.sub(r"\W", "", fold(authors[0].split()[-1])) if authors else "anonymous"
    word = next((w for w in re.findall(r"\w+", fold(paper.title)) if len(w) > 3), "paper")
    key = f"{surname}{paper.published_at.year}{word}"
    return unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode() or "paper"


def family_and_given(name: str) -> tuple[str, str]:
    """As BibTeX divides a name without a comma: the family name is the last word and all from a lower-case one on.

    `Guy Van den Broeck` is (`den Broeck`, `Guy Van`). A name with a comma or a single word is taken whole.
    """
    words = name.split()
    if "," in name or len(words) < 2:
        return name, ""
    start = next((i for i, word in enumerate(words[1:-1], 1) if word[0].islower()), len(words) - 1)
    return " ".join(words[start:]), " ".join(words[:start])


def _bibtex_name(name: str) -> str:
    """In braces, where BibTeX would take it for two or for one turned around."""
    written = _tex(name)
    return f"{{{written}}}" if "," in name or "and" in name.lower().split() else written


def _tex(text: str) -> str:
    parts = re.split(r"(\$[^$]+\$)", text)
    return "".join(part if _is_formula(part) else "".join(_SPECIAL.get(c, c) for c in part) for part in parts)


def _is_formula(part: str) -> bool:
    """With braces that BibTeX, which knows no escape, can count."""
    depths = [0]
    for brace in re.findall("[{}]", part):
        depths.append(depths[-1] + (1 if brace == "{" else -1))
    return part.startswith("$") and len(part) > 1 and depths[-1] == 0 == min(depths)
