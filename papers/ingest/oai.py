"""arXiv's OAI-PMH answers (https://info.arxiv.org/help/oa/): the formats arXiv, arXivRaw and oai_dc.

Elements are found by their local names, because saved answers often lost their namespaces. arXiv and oai_dc tell
no version; oai_dc names subjects in words, not by arXiv's codes, so it tells no categories.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from papers.ingest import withdrawal
from papers.ingest.record import PaperRecord, Problem

_GROUP = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"\s*(?:[,;:&]|\band\b)\s*")
_SUFFIX = re.compile(r",\s*(?=(?:[JS]r\.?|I{2,3}|IV)\s*(?:,|;|\band\b|$))")


def records(root: etree._Element, source: str) -> Iterator[PaperRecord | Problem]:
    """The records below (or at) the root, then the protocol's errors. That nothing matched is no error.

    A record that arXiv deleted is a Problem: nothing is deleted here, but somebody should know.
    """
    for position, record in enumerate(root.iter("{*}record"), 1):
        try:
            yield _record(record)
        except ValueError as error:
            yield Problem(source, position, str(error))
    for error in root.findall("{*}error"):
        if error.get("code") != "noRecordsMatch":
            yield Problem(source, None, f"arXiv answered {error.get('code')}: {error.text}")


def _record(record) -> PaperRecord:
    header, metadata = record.find("{*}header"), record.find("{*}metadata/*")
    if header is None:
        raise ValueError("the header is missing")
    arxiv_id = header.findtext("{*}identifier", "").removeprefix("oai:arXiv.org:")
    if header.get("status") == "deleted":
        raise ValueError(f"{arxiv_id} was deleted at its source")
    if metadata is None:
        raise ValueError(f"{arxiv_id} comes without metadata")
    name = etree.QName(metadata).localname
    if name not in _FORMATS:
        raise ValueError(f"the format “{name}” is not one of {', '.join(_FORMATS)}")
    return PaperRecord.of(arxiv_id=arxiv_id, title=metadata.findtext("{*}title"), **_FORMATS[name](metadata))


def _text(paper) -> dict:
    abstract = paper.findtext("{*}abstract")
    return {"abstract": abstract, "withdrawn": withdrawal.is_told(paper.findtext("{*}comments"), abstract)}


def _arxiv(paper) -> dict:
    return _text(paper) | {
        "authors": [_full_name(author) for author in paper.iterfind("{*}authors/{*}author")],
        "categories": paper.findtext("{*}categories", "").split(),
        "published_at": paper.findtext("{*}created"),
    }


def _full_name(author) -> str:
    parts = (author.findtext(f"{{*}}{part}", "") for part in ("forenames", "keyname", "suffix"))
    return " ".join(parts)


def _arxiv_raw(paper) -> dict:
    versions = paper.findall("{*}version")
    if not versions:
        raise ValueError("no version is told")
    return _text(paper) | {
        "authors": split_names(paper.findtext("{*}authors", "")),
        "categories": paper.findtext("{*}categories", "").split(),
        "published_at": _moment(versions[0].findtext("{*}date", "")),
        "version": int(versions[-1].get("version", "").removeprefix("v")),
    }


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")


def split_names(text: str) -> list[str]:
    """The names in arXiv's line of authors: "A. Author, B. Author (Inst) and C. Author, Jr." has three.

    Format: https://info.arxiv.org/help/prep.html#author
    """
    while _GROUP.search(text):
        text = _GROUP.sub("", text)
    return _BETWEEN.split(_SUFFIX.sub(" ", text.strip()))


def _dublin_core(paper) -> dict:
    abstract = paper.findtext("{*}description")
    comments = (part.text or "" for part in paper.findall("{*}description")[1:])
    return {
        "abstract": abstract,
        "withdrawn": withdrawal.is_told(" ".join(comments).strip().removeprefix("Comment:"), abstract),
        "authors": [_turned(creator.text or "") for creator in paper.iterfind("{*}creator")],
        "published_at": paper.findtext("{*}date"),
    }


def _turned(name: str) -> str:
    """ "Last, First, Jr." as "First Last Jr."."""
    last, *rest = name.split(",")
    return " ".join([*rest[:1], last, *rest[1:]])


_FORMATS = {"arXiv": _arxiv, "arXivRaw": _arxiv_raw, "dc": _dublin_core}
