"""A paper as BibTeX, in the form that arXiv recommends (https://info.arxiv.org/help/hypertex/bibstyles)."""

import re
import unicodedata

from lib.text import fold

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "$": r"\$",
}


def bibtex(paper, authors: list[str]) -> str:
    """One @misc entry; authors in the paper's order, TeX's special characters escaped outside of maths."""
    fields = {
        "title": "{" + _tex(paper.title) + "}",
        "author": " and ".join(_tex(name) for name in authors),
        "year": str(paper.published_at.year),
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv",
        "primaryClass": next(iter(paper.categories), ""),
        "url": paper.arxiv_url,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(paper, authors)},", *lines, "}"])


def _key(paper, authors: list[str]) -> str:
    """First author's surname, year, first long word of the title: `dettmers2023qlora`."""
    surname = re.sub(r"\W", "", fold(authors[0].split()[-1])) if authors else "anonymous"
    word = next((w for w in re.findall(r"\w+", fold(paper.title)) if len(w) > 3), "paper")
    key = f"{surname}{paper.published_at.year}{word}"
    return unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode() or "paper"


def _tex(text: str) -> str:
    maths_or_prose = re.split(r"(\$[^$]+\$)", text)
    maths_or_prose[::2] = ["".join(_SPECIAL.get(c, c) for c in prose) for prose in maths_or_prose[::2]]
    return "".join(maths_or_prose)
