"""arXiv's OAI-PMH responses (https://info.arxiv.org/help/oa/) in the formats arXiv, arXivRaw and oai_dc.

Elements are matched by their local names, because saved responses often lost their namespaces. The formats arXiv and
oai_dc have no version. oai_dc has subjects in words instead of arXiv's category codes, so its categories stay None.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from lib import tex
from lib.text import one_line
from papers.ingest import withdrawal
from papers.ingest.problem import Deleted, Problem, read
from papers.ingest.record import PaperRecord
from papers.names import Details, is_suffix, joined

# Groups with one archive of the same name. The group of all other archives is physics.
_GROUPS = {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"}
_PARENTHESIS = re.compile("([()])")
_FOOTNOTE_MARK = re.compile(r"\^(?:\{[^{}]*\}|[^\s{}])")
_SEPARATOR_OR_BRACES = re.compile(r" ?(?:[,;:&]|\\?\band\b) ?|\{[^{}]*\}")


def set_of(category: str) -> str:
    """Return the set of a category or archive, such as "cs:cs:CL" or "physics:hep-th". It includes cross-lists."""
    archive = category.partition(".")[0]
    return f"{archive if archive in _GROUPS else 'physics'}:{category.replace('.', ':')}"


def records(root: etree._Element, source: str) -> Iterator[PaperRecord | Problem]:
    """Yield the records at or below the root, then the errors of the protocol, but for `noRecordsMatch`.

    A record that arXiv deleted yields a Note, since the paper is not deleted here.
    """
    yield from read(root.iter("{*}record"), _record, source)
    for error in root.findall("{*}error"):
        if error.get("code") != "noRecordsMatch":
            yield Problem(source, None, f"arXiv answered {error.get('code')}: {error.text}")


def _record(record) -> PaperRecord:
    header, metadata = record.find("{*}header"), record.find("{*}metadata/*")
    if header is None:
        raise ValueError("the header is missing")
    arxiv_id = header.findtext("{*}identifier", "").removeprefix("oai:arXiv.org:")
    if header.get("status") == "deleted":
        raise Deleted(f"{arxiv_id} was deleted at its source")
    if metadata is None:
        raise ValueError(f"{arxiv_id} comes without metadata")
    name = etree.QName(metadata).localname
    if name not in _FORMATS:
        raise ValueError(f"the format “{name}” is not one of {', '.join(_FORMATS)}")
    return PaperRecord.from_source(arxiv_id=arxiv_id, title=metadata.findtext("{*}title"), **_FORMATS[name](metadata))


def _abstract(paper) -> dict:
    abstract = paper.findtext("{*}abstract")
    return {"abstract": abstract, "seems_withdrawn": withdrawal.is_withdrawn(paper.findtext("{*}comments"), abstract)}


def _arxiv(paper) -> dict:
    return _abstract(paper) | {
        "authors": [_divided(author) for author in paper.iterfind("{*}authors/{*}author")],
        "categories": paper.findtext("{*}categories", "").split(),
        "published_at": paper.findtext("{*}created"),
    }


def _divided(author) -> tuple[str, Details]:
    family, given, suffix = (author.findtext(f"{{*}}{part}", "") for part in ("keyname", "forenames", "suffix"))
    return joined(family, given, suffix), Details(family, given, suffix, affiliation(author))


def affiliation(author) -> str:
    """Return the affiliations of an author in this format or in Atom."""
    return "; ".join(element.text or "" for element in author.iterfind("{*}affiliation"))


def _arxiv_raw(paper) -> dict:
    versions = paper.findall("{*}version")
    if not versions:
        raise ValueError("no version is given")
    return {
        **_abstract(paper),
        **_withdrawn(versions),
        "authors": split_names(paper.findtext("{*}authors", "")),
        "categories": paper.findtext("{*}categories", "").split(),
        "published_at": _parse_date(versions[0].findtext("{*}date", "")),
        "version": _parse_version(versions[-1].get("version", "")),
    }


def _withdrawn(versions: list) -> dict:
    """Return whether the last version is a withdrawal, or nothing if no version says of which type its source is.

    The letters of `source_type` stand for kinds of files, I for none. A version of TeX or PDF may have no letter.
    """
    types = [version.findtext("{*}source_type", "") for version in versions]
    return {"withdrawn": "I" in types[-1]} if any(types) else {}


def _parse_version(text: str) -> int | None:
    number = text.removeprefix("v")
    return int(number) if number.isdecimal() else None


def _parse_date(text: str) -> datetime:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")


def split_names(text: str) -> list[str]:
    r"""Return the names of arXiv's author line: "A. Author, B. Author (Inst) and C. Author, Jr." has three.

    TeX is read first: `\,` is a space, and `\&` divides names. What stands in the braces of TeX that cannot be read
    is not divided. Format: https://info.arxiv.org/help/prep.html#author
    """
    line = one_line(_FOOTNOTE_MARK.sub("", _without_parentheses(tex.plain(text))))
    lines = _SEPARATOR_OR_BRACES.sub(lambda match: match[0] if match[0][0] == "{" else "\n", line)
    names = []
    for name in lines.split("\n"):
        if names and is_suffix(name):
            names[-1] += f" {name}"
        else:
            names.append(name)
    return names


def _without_parentheses(text: str) -> str:
    """Return the text without what stands in pairs of parentheses. Takes linear time."""
    pieces, openings = [], []
    for piece in _PARENTHESIS.split(text):
        if piece == ")" and openings:
            del pieces[openings.pop() :]
            continue
        if piece == "(":
            openings.append(len(pieces))
        pieces.append(piece)
    return "".join(pieces)


def _dublin_core(paper) -> dict:
    abstract = paper.findtext("{*}description")
    comments = (description.text or "" for description in paper.findall("{*}description")[1:])
    return {
        "abstract": abstract,
        "seems_withdrawn": withdrawal.is_withdrawn(" ".join(comments).strip().removeprefix("Comment:"), abstract),
        "authors": [_divided_by_commas(creator.text or "") for creator in paper.iterfind("{*}creator")],
        "published_at": paper.findtext("{*}date"),
    }


def _divided_by_commas(name: str) -> tuple[str, Details]:
    """Return "Last, First, Jr." as "First Last Jr." with its parts."""
    family, _, rest = tex.plain(name).partition(",")
    given, _, suffix = map(str.strip, rest.partition(","))
    return joined(family, given, suffix), Details(family, given, suffix)


_FORMATS = {"arXiv": _arxiv, "arXivRaw": _arxiv_raw, "dc": _dublin_core}
